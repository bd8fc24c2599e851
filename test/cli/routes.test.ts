import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { describe, expect, it } from "vitest"
import { readConfiguration } from "../../src/cli/configuration.ts"
import { readOpenApiRoutes } from "../../src/cli/open-api-file.ts"
import type { Authorizer } from "../../src/index.ts"
import { buildBundle, buildWithoutAwsClients } from "../support/bundle.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { audience, mint } from "../support/mint.ts"
import { folder, hallpass } from "./hallpass.ts"

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/openapi/${name}`, import.meta.url))
const guide = readFileSync(new URL("../../docs/openapi.md", import.meta.url), "utf8")
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? ""

/** Writes a file into the folder where the command runs, and returns its name. */
function file(name: string, content: string): string {
  mkdirSync(join(folder, name, ".."), { recursive: true })
  writeFileSync(join(folder, name), content)
  return name
}
const small = (security: string): string =>
  `openapi: 3.0.3\npaths: { /x: { get: { security: ${security} } } }\ncomponents: { securitySchemes: { o: { type: oauth2 } } }\n`

describe("hallpass routes", () => {
  it("does what docs/openapi.md shows", async () => {
    const { code, stdout, stderr } = await hallpass(["routes", file("guide.yaml", block("yaml"))])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(block("json")))
    expect(stderr).toBe(block("text"))
  })

  it.each(["api-gateway.json", "wso2.yaml", "swagger-2.0.yaml"])(
    "prints the table of %s, and says what is open",
    async (name) => {
      const { code, stdout, stderr } = await hallpass(["routes", fixture(name)])
      expect(code).toBe(0)
      expect(Object.keys(JSON.parse(stdout)).length).toBeGreaterThan(3)
      expect(stderr).toMatch(/^route +demands\n/)
      expect(stderr).toContain("\nWithout security: anyone may call these")
    },
  )

  it("writes to a file with --out, and the words for people to standard output", async () => {
    const { code, stdout, stderr } = await hallpass([
      "routes",
      file("one.yaml", small("[{ o: [a, b] }]")),
      "--out",
      "routes.json",
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toBe("route   demands\nGET /x  scopes a and b\n\nWritten to routes.json\n")
    expect(JSON.parse(readFileSync(join(folder, "routes.json"), "utf8"))).toEqual({ "GET /x": { scopes: ["a", "b"] } })
  })

  it("takes --scopes any, and --scheme", async () => {
    const any = await hallpass([
      "routes",
      file("one.yaml", small("[{ o: [a, b] }]")),
      "--scopes",
      "any",
      "--scheme",
      "o",
    ])
    expect(JSON.parse(any.stdout)).toEqual({ "GET /x": { scopes: { any: ["a", "b"] } } })
    const unknown = await hallpass(["routes", "one.yaml", "--scheme", "o", "--scheme", "p"])
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toContain('has no "p"; it has "o"')
  })

  it.each<[string, string, string, string]>([
    [
      "problems of the document",
      "problem.yaml",
      small("[{ nobody: [] }]"),
      'paths["/x"].get.security[0].nobody names a scheme',
    ],
    ["no security at all", "open.yaml", small("[]"), "paths has no operation whose security demands a token"],
  ])("ends with 1 and writes nothing for %s", async (_, name, text, expected) => {
    const { code, stdout, stderr } = await hallpass(["routes", file(name, text), "--out", `${name}.out`])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toContain(`${name} gives no route table.\n`)
    expect(stderr).toContain(expected)
    expect(existsSync(join(folder, `${name}.out`))).toBe(false)
  })

  it.each<[string, string, string, string]>([
    ["what is no YAML", "broken.yaml", "openapi: 3.0.3\npaths: {", "broken.yaml:3:1 is neither JSON nor YAML"],
    [
      "two keys of one name",
      "twice.json",
      '{"openapi":"3.0.3",\n"paths":{"/x":{},"/x":{}}}',
      'twice.json has paths["/x"] twice, again in line 2. Keep one of the two',
    ],
    [
      "two keys of one name in YAML",
      "twice.yaml",
      "openapi: 3.0.3\npaths:\n  /x: {}\n  /x: {}\n",
      "twice.yaml:4:3 has a key that the same object has already. Keep one of the two",
    ],
    [
      "a number and a text of one name",
      "number.yaml",
      "openapi: 3.0.3\npaths: {}\nx: { 200: a, '200': b }\n",
      "number.yaml:3:",
    ],
    ["what is no JSON", "broken.json", '{"openapi": nope}', "broken.json:1:13 is not JSON: expected a value"],
    [
      "YAML that nests too deep",
      "deep.yaml",
      `openapi: ${"[".repeat(100_000)}`,
      "deep.yaml:1:109 nests more than 100 deep",
    ],
    [
      "JSON that nests too deep",
      "deep.json",
      `{"openapi": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      "deep.json:1:112 nests more than 100 deep",
    ],
    ["a type of JavaScript", "type.yaml", "openapi: !!js/function 'x'", "type.yaml:1:"],
    [
      "two documents",
      "two.yaml",
      "openapi: 3.0.3\n---\nopenapi: 3.0.3\n",
      "two.yaml is neither JSON nor YAML: expected a single document",
    ],
    ["aliases that explode", "bomb.yaml", bomb(), "repeats too much by its aliases"],
    ["an alias that is not there", "alias.yaml", "openapi: *none", "alias.yaml"],
  ])("15: ends with 2 and one line, and writes nothing for %s", async (_, name, text, expected) => {
    const { code, stdout, stderr } = await hallpass(["routes", file(name, text), "--out", `${name}.out`])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(/^[^\n]+\. See hallpass routes --help\n$/)
    expect(stderr).toContain(expected)
    expect(existsSync(join(folder, `${name}.out`))).toBe(false)
  })

  it("15: reads standard input, and prints problems as one document with --json", async () => {
    const { code, stdout } = await hallpass(["routes", "-"], {}, small("[{ o: [a] }]"))
    expect({ code, table: JSON.parse(stdout) }).toEqual({ code: 0, table: { "GET /x": { scopes: ["a"] } } })
    const wrong = await hallpass(["routes", "-", "--json"], {}, small("[{ nobody: [] }]"))
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      routes: {},
      problems: [{ path: expect.stringContaining("paths") }],
    })
  })

  it("13.4: reads 20,000 paths in a time that grows as they do", async () => {
    const yaml = (paths: number): string =>
      ["openapi: 3.0.3", "components: { securitySchemes: { o: { type: oauth2 } } }", "paths:"]
        .concat(Array.from({ length: paths }, (_, at) => `  /x${at}/{id}:\n    get:\n      security: [{ o: [read] }]`))
        .join("\n")
    /** The least of three rounds, or the first one that is short enough. */
    const cpuMs = async (paths: number, enough = 0): Promise<number> => {
      const path = join(folder, file(`long-${paths}.yaml`, yaml(paths)))
      let least = Number.POSITIVE_INFINITY
      for (let round = 0; round < 3 && least > enough; round++) {
        const before = process.cpuUsage()
        const { routes, problems } = await readOpenApiRoutes(path)
        least = Math.min(least, process.cpuUsage(before).user / 1000)
        expect({ routes: Object.keys(routes).length, problems }).toEqual({ routes: paths, problems: [] })
      }
      return least
    }
    const some = await cpuMs(2500)
    expect((await cpuMs(20_000, some * 23)) / some).toBeLessThan(24) // 64 if every key were compared with every other
  })

  it("ends with 1 when the table cannot be written", async () => {
    const { code, stdout, stderr } = await hallpass(["routes", fixture("wso2.yaml"), "--out", "none/routes.json"])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toBe("none/routes.json cannot be written (ENOENT). Name another place with --out\n")
  })

  it.each<[string[], string]>([
    [[], "missing required argument 'file'"],
    [["a.yaml", "b.yaml"], "a word that belongs to no option"],
    [["none.yaml"], "none.yaml cannot be read (ENOENT)"],
    [["openapi.txt"], "an OpenAPI document ends in .yaml, .yml, .json"],
    [["a.yaml", "--scopes", "some"], "Allowed choices are all, any"],
    [["a.yaml", "--scheme="], "--scheme has no value"],
    [["a.yaml", "--colour"], "unknown option '--colour'"],
  ])("ends with 2 and one line for %o", async (args, text) => {
    const { code, stdout, stderr } = await hallpass(["routes", ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\. See hallpass routes --help\n$/)
  })

  it("--help explains every option, with examples, and reads nothing", async () => {
    const { code, stdout, stderr } = await hallpass(["routes", "--help", "none.yaml"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    for (const text of [
      "--scheme <name>",
      "--scopes <all|any>",
      "--out <file>",
      "Examples",
      "routes: { openapi:",
      "Exit codes",
    ])
      expect(stdout).toContain(text)
  })
})

/** Nine levels of nine aliases each: 9⁹ texts out of a few hundred bytes. */
function bomb(): string {
  const levels = [..."bcdefghi"].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`)}]`)
  return ["a: &a [x, x, x, x, x, x, x, x, x]", ...levels, "openapi: *i"].join("\n")
}

const key = testKey("rsa")
const issuer = { provider: "oidc", issuer: "https://issuer.example", audience, jwks: { keys: [key.jwk] } }
/** A configuration as a module, beside its document in `api/`. */
const configured = (name: string, routes: string, security: string): string => {
  file(`${name}/api/openapi.yaml`, small(security))
  const rest = `issuers: [${JSON.stringify(issuer)}], gateway: { resultTtlSeconds: Number(process.env.NONE ?? 0) }`
  return join(folder, file(`${name}/authorizer.config.ts`, `export default { ${rest}, routes: ${routes} }\n`))
}

describe("routes.openapi of a configuration that --config names", () => {
  it("is relative to the configuration's file, and becomes the table; what stands beside it wins", async () => {
    const routes = '{ openapi: "api/openapi.yaml", "GET /x": { groups: ["ops"] }, "POST /x": {} }'
    expect(await readConfiguration(configured("module", routes, "[{ o: [a] }]"))).toEqual({
      issuers: [issuer],
      gateway: { resultTtlSeconds: 0 },
      routes: { "GET /x": { groups: ["ops"] }, "POST /x": {} },
    })
    file("json/api/openapi.yaml", small("[{ o: [a] }]"))
    const json = join(folder, file("json/config.json", '{ "routes": { "openapi": "api/openapi.yaml" } }'))
    expect(await readConfiguration(json)).toEqual({ routes: { "GET /x": { scopes: ["a"] } } })
  })

  it.each<[string, string, string]>([
    ["a document that is not there", '{ openapi: "none.yaml" }', "none.yaml cannot be read (ENOENT)"],
    [
      "a document with problems",
      '{ openapi: "api/openapi.yaml" }',
      'paths["/x"].get.security[0].nobody names a scheme',
    ],
    ["no path", "{ openapi: 7 }", "routes.openapi must be the path of a document"],
    ["an unknown option", '{ openapi: { file: "api/openapi.yaml", scheme: "o" } }', "routes.openapi must be the path"],
    [
      "an empty list of schemes",
      '{ openapi: { file: "api/openapi.yaml", schemes: [] } }',
      "routes.openapi must be the path",
    ],
  ])("%s ends with 2 and one line", async (what, routes, text) => {
    const module = configured(what.replaceAll(" ", "-"), routes, "[{ nobody: [] }]")
    const { code, stderr } = await hallpass(["snapshot", "--config", module])
    expect(code).toBe(2)
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\. See hallpass snapshot --help\n$/)
  })
})

describe("routes.openapi at build time", () => {
  buildWithoutAwsClients()

  it("bundles the plain table and no parser; routes beside it win; the rest stays code", async () => {
    const routes = '{ openapi: { file: "api/openapi.yaml", scopes: "any" }, "POST /x": { scopes: ["c"] } }'
    const configuration = configured("build", routes, "[{ o: [a, b] }]")
    const outdir = join(folder, "build/out")
    const { metafile, openApi } = await buildBundle({ outdir, configuration })
    expect(openApi?.found.routes).toEqual({ "GET /x": { scopes: { any: ["a", "b"] } }, "POST /x": { scopes: ["c"] } })
    expect(
      Object.keys(metafile.inputs).filter((path) => /node_modules\/yaml\/|src\/cli\/|open-api/.test(path)),
    ).toEqual([])
    expect(readFileSync(join(outdir, "authorizer.mjs"), "utf8")).toContain("process.env.NONE")

    const { handler } = (await import(pathToFileURL(join(outdir, "authorizer.mjs")).href)) as Authorizer
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer.issuer, iat: now - 60, exp: now + 3600, scope: "b" }
    const effect = async (method: string): Promise<unknown> =>
      await handler(http2(`Bearer ${mint(claims)}`, { method, path: "/x" }))
    expect(await effect("GET")).toHaveProperty("policyDocument.Statement.0.Effect", "Allow")
    expect(await effect("POST")).toHaveProperty("policyDocument.Statement.0.Effect", "Deny")
  })

  it("does not run a configuration that names no document", async () => {
    const needy = file(
      "needy.config.ts",
      'if (process.env.NONE === undefined) throw new Error("not here")\nexport default {}\n',
    )
    const { openApi } = await buildBundle({ outdir: join(folder, "needy"), configuration: join(folder, needy) })
    expect(openApi).toBeUndefined()
  })

  it("builds nothing, and leaves the last bundle alone, when the document has problems", async () => {
    const outdir = join(folder, "kept")
    file("kept/authorizer.mjs", "the last one")
    const configuration = configured("refused", '{ openapi: "api/openapi.yaml" }', "[{ nobody: [] }]")
    await expect(buildBundle({ outdir, configuration })).rejects.toThrow(/openapi\.yaml: paths\["\/x"\]\.get\.security/)
    expect(readFileSync(join(outdir, "authorizer.mjs"), "utf8")).toBe("the last one")
  })
})
