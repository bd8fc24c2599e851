import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Metafile } from "esbuild"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createTestIssuer } from "../../src/testing.ts"
import { type Bundle, buildBundle, buildFile, buildWithoutAwsClients } from "../support/bundle.ts"
import { restToken } from "../support/events.ts"

type Output = Metafile["outputs"][string]

const folder = mkdtempSync(join(tmpdir(), "hallpass-bundle-"))
let bundle: Bundle
let entry: string

beforeAll(async () => {
  bundle = await buildBundle({ outdir: join(folder, "build") })
  const entries = Object.entries(bundle.metafile.outputs).filter(([, { entryPoint }]) => entryPoint !== undefined)
  entry = entries.find(([, { entryPoint }]) => entryPoint === "handlers/authorizer.ts")?.[0] ?? ""
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const output = (path: string): Output => {
  const found = bundle.metafile.outputs[path]
  if (found === undefined) throw new Error(`The bundle has no output ${path}`)
  return found
}

/** The outputs that are loaded with the entry, itself included; and the modules outside the bundle that they import. */
function staticPart({ metafile } = bundle): { outputs: Set<string>; external: Set<string> } {
  const entry = Object.keys(metafile.outputs).find(
    (path) => metafile.outputs[path]?.entryPoint === "handlers/authorizer.ts",
  ) as string
  const output = (path: string): Output => metafile.outputs[path] as Output
  const [outputs, external, todo] = [new Set<string>(), new Set<string>(), [entry]]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (outputs.has(path)) continue
    outputs.add(path)
    for (const imported of output(path).imports) {
      if (imported.kind === "dynamic-import") continue
      if (imported.external) external.add(imported.path)
      else todo.push(imported.path)
    }
  }
  return { outputs, external }
}
const inputsOf = (outputs: Iterable<string>): string[] =>
  [...outputs].flatMap((path) => Object.keys(output(path).inputs))

describe("the deployed bundle", () => {
  test("is one entry, authorizer.mjs, that exports handler", () => {
    expect(entry).toMatch(/(?:^|\/)authorizer\.mjs$/)
    expect(output(entry).exports).toEqual(["handler"])
  })

  test("is at most 80 KiB with all that a start loads, which is one file", () => {
    const started = bundle.files.filter(({ atStart }) => atStart)
    expect(started.map(({ path }) => path)).toEqual(["authorizer.mjs"])
    const bytes = statSync(join(folder, "build/authorizer.mjs")).size
    console.info(`Loaded at start: ${bytes} bytes`)
    expect(started[0]?.bytes).toBe(bytes)
    expect(bundle.startBytes + bundle.configurationBytes + bundle.snapshotBytes).toBe(bytes)
    expect(bytes).toBeGreaterThan(40 * 1024)
    expect(bytes).toBeLessThanOrEqual(80 * 1024)
    expect(readFileSync(join(folder, "build/authorizer.mjs"), "utf8")).not.toMatch(/^\s*import\b/m)
  })

  test("has brackets around the functions that a start calls, and around no other", () => {
    const text = readFileSync(join(folder, "build/authorizer.mjs"), "utf8")
    expect(bundle.isBracketed).toBe(true)
    const bracketed = text.match(/=\((?:async )?function\(/g) ?? []
    const declared = text.match(/[;}](?:async )?function \w+\(/g) ?? []
    expect(Math.min(bracketed.length, declared.length)).toBeGreaterThan(80)
    // What reads the variables, and what says that a method is gone.
    expect(text).toMatch(/=\(function\([\w,]*\)\{(?:(?!function).)*"variable_besides"/)
    expect(text).toContain('written:()=>{throw new TypeError("written() was removed')
  })

  test("imports no slow built-in module and no AWS client at start", () => {
    const { external } = staticPart()
    const slow = [...external].filter((path) => /^(?:node:)?(?:https?|http2|net|tls)$|^@aws-sdk\//.test(path))
    expect(slow).toEqual([])
  })

  test("14-4: has no text of an option, and nothing that writes the schema or the documentation", () => {
    expect(inputsOf(Object.keys(bundle.metafile.outputs)).filter((path) => path.includes("reference/"))).toEqual([])
  })

  test("16-6: has no byte of the local stack, of the page or of a library for them", () => {
    const inputs = inputsOf(Object.keys(bundle.metafile.outputs))
    expect(inputs.length).toBeGreaterThan(50)
    expect(
      inputs.filter((path) =>
        /^(?:local|src\/(?:cli|http))\/|node_modules\/(?:ws|preact|@preact|@grpc|prom-client)\//.test(path),
      ),
    ).toEqual([])
  })

  test("has no jose and no AWS client inside what is loaded at start", () => {
    const inputs = inputsOf(staticPart().outputs)
    expect(inputs).toContain("handlers/authorizer.ts")
    expect(inputs.filter((path) => /node_modules\/(?:jose|@aws-sdk)\//.test(path))).toEqual([])
  })

  test("has what is loaded one after another in one file each", () => {
    const together = [
      ["src/keys/discovery.ts", "src/keys/accept-key-set.ts"],
      ["src/keys/discovery.ts", "src/keys/fetch.ts"],
      ["src/observe/recorder.ts", "src/observe/log.ts"],
    ]
    for (const [one = "", other = ""] of together) {
      const holders = Object.keys(bundle.metafile.outputs).filter((path) => inputsOf([path]).includes(one))
      expect(holders).toHaveLength(1)
      expect(inputsOf(holders)).toContain(other)
    }
  })

  test("fetches keys from a chunk of its own, loaded by the first fetch", () => {
    const fetching = Object.keys(bundle.metafile.outputs).filter((path) =>
      inputsOf([path]).includes("src/keys/fetch.ts"),
    )
    expect(fetching).toHaveLength(1)
    expect(staticPart().outputs).not.toContain(fetching[0])
  })

  test("reports every file it wrote with its size", () => {
    const written = readdirSync(join(folder, "build"), { recursive: true, encoding: "utf8" })
    const sizes = written.map((path) => ({ path, found: statSync(join(folder, "build", path)) }))
    const files = sizes.filter(({ found }) => found.isFile()).map(({ path, found }) => [path, found.size])
    expect(files.length).toBe(Object.keys(bundle.metafile.outputs).length)
    expect(bundle.files.map(({ path, bytes }) => [path, bytes]).sort()).toEqual(files.sort())
  })

  test("loads neither http nor fetch when a fresh process imports it", () => {
    const program = `
      import { writeSync } from "node:fs"
      const before = new Set(process.moduleLoadList)
      const { handler } = await import(process.argv[2])
      const loaded = process.moduleLoadList.filter((name) => !before.has(name))
      writeSync(1, JSON.stringify({ handler: typeof handler, loaded }))`
    writeFileSync(join(folder, "load.mjs"), program)
    const env = {
      HALLPASS_PROVIDER: "oidc",
      HALLPASS_ISSUER: "https://issuer.example.test/t",
      HALLPASS_AUDIENCE: "api://orders",
    }
    const printed = execFileSync(process.execPath, [join(folder, "load.mjs"), join(folder, "build/authorizer.mjs")], {
      encoding: "utf8",
      env,
    })
    const { handler, loaded } = JSON.parse(printed) as { handler: string; loaded: string[] }
    expect(handler).toBe("function")
    expect(loaded).toContain("NativeModule crypto")
    const slow = /^NativeModule (?:https?|http2|_http_\w+|tls|_tls_\w+|internal\/deps\/undici\/undici)$/
    expect(loaded.filter((name) => slow.test(name))).toEqual([])
  })
})

describe("19.3: a bundle with its configuration", () => {
  buildWithoutAwsClients()
  const issuer = createTestIssuer({ provider: "auth0", audience: "https://orders" })
  const event = restToken(`Bearer ${issuer.token({ scope: "orders:read" })}`, { path: "/orders" })
  const routes = { "GET /orders": { scopes: ["orders:read"] }, "GET /orders/{id}": { scopes: ["orders:write"] } }
  const configured = `export default ${JSON.stringify({ issuers: [issuer.config], routes })}`
  const builds = new Map<string, Promise<{ built: Bundle; allows: boolean }>>()
  /** Builds a configuration once, by its name. */
  const build = (name: string, text: string): Promise<{ built: Bundle; allows: boolean }> => {
    const made = builds.get(name) ?? make(name, text)
    builds.set(name, made)
    return made
  }
  const make = async (name: string, text: string): Promise<{ built: Bundle; allows: boolean }> => {
    const configuration = join(folder, `${name}.config.mjs`)
    writeFileSync(configuration, text)
    const outdir = join(folder, name)
    const built = await buildBundle({ outdir, configuration })
    const program = `const { handler } = await import(process.argv[1])
      const { policyDocument } = await handler(JSON.parse(process.argv[2]), { awsRequestId: "x" })
      console.log(policyDocument.Statement[0].Effect)`
    const given = ["--input-type=module", "-e", program, join(outdir, "authorizer.mjs"), JSON.stringify(event)]
    const allows = execFileSync(process.execPath, given, { encoding: "utf8", env: { DEPLOYED: "yes" } })
    return { built, allows: allows.split("\n").includes("Allow") }
  }
  const atStart = (built: Bundle): string[] =>
    [...staticPart(built).outputs].flatMap((path) => Object.keys(built.metafile.outputs[path]?.inputs ?? {}))

  test("starts from the compiled form, in one file, without what checks a table", async () => {
    const { built, allows } = await build("compiled", configured)
    expect(allows).toBe(true)
    expect(built.files.filter(({ atStart }) => atStart)).toHaveLength(1)
    expect(atStart(built)).toContain("src/policy/first-decisions.ts")
    expect(atStart(built)).toContain("src/authorizer/optional/first-table.ts")
    const text = readFileSync(join(folder, "compiled/authorizer.mjs"), "utf8")
    expect(text).toContain("isConstant:!0")
    // What reads an issuer and what tries the rules is called for the first answer only.
    expect(text).toMatch(/=\(function\([\w,=!]*\)\{(?:(?!function).)*"same_issuer"/)
    expect(text).toMatch(/=\(function\([\w,]*\)\{(?:(?!function).)*new Uint8Array\([^()]*\)\.fill\(1\)/)
    expect(atStart(built)).toContain("src/provider/auth0.ts")
    expect(atStart(built)).not.toContain("src/provider/entra.ts")
    const checks = ["compile", "decide", "examine", "table-sizes", "coarse-routes"].map(
      (name) => `src/policy/${name}.ts`,
    )
    const whole = ["restored-policy", "patterns", "permissions", "principal-table", "stage-decisions"]
    const later = [...whole, "overlap", "pattern-tree", "shorter", "shortening"].map((name) => `src/policy/${name}.ts`)
    const others = ["by-route", "path", "route-answers", "rule", "table", "template", "tree"].map(
      (name) => `src/route/${name}.ts`,
    )
    for (const path of [...checks, ...later, ...others, "src/configuration/check-routes.ts"])
      expect(atStart(built)).not.toContain(path)
  })

  test("loads the whole table for a request that the first decisions leave to it", async () => {
    await build("compiled", configured)
    const program = `const { handler } = await import(process.argv[1])
      const { policyDocument, context } = await handler(JSON.parse(process.argv[2]), { awsRequestId: "x" })
      console.log(JSON.stringify({ policyDocument, context }))`
    const answers = ["/orders", "/orders/7", "/orders/"].map((path) => {
      const asked = JSON.stringify(restToken(`Bearer ${issuer.token({ scope: "orders:read" })}`, { path }))
      const given = ["--input-type=module", "-e", program, join(folder, "compiled/authorizer.mjs"), asked]
      const printed = execFileSync(process.execPath, given, { encoding: "utf8" })
      return printed.split("\n").find((line) => line.startsWith(`{"policyDocument"`))
    })
    const parsed = answers.map((answer) => JSON.parse(answer ?? "") as { readonly policyDocument: unknown })
    expect(parsed[0]).toMatchObject({ policyDocument: { Statement: [{ Effect: "Allow" }, { Effect: "Deny" }] } })
    // One caller: what an answer covers does not depend on the request.
    for (const { policyDocument } of parsed) expect(policyDocument).toEqual(parsed[0]?.policyDocument)
  })

  const entra = {
    provider: "entra",
    tenant: "0c1f5c5e-8d4b-4b6d-9c7e-2f4d6a8b9c01",
    audience: "0c1f5c5e-8d4b-4b6d-9c7e-2f4d6a8b9c02",
  }

  test("stays within the budget of its start with routes and the presets of every provider", async () => {
    const claims = [{ path: "department", equals: "hr" }]
    const config = { issuers: [entra, issuer.config], routes: { ...routes, "POST /orders": { claims } } }
    const { built } = await build("largest", `export default ${JSON.stringify(config)}`)
    expect(atStart(built)).toEqual(expect.arrayContaining(["src/policy/restored-policy.ts", "src/provider/entra.ts"]))
    expect(built.mostBytes).toBeLessThanOrEqual(117 * 1024)
    expect(built.startBytes).toBeLessThanOrEqual(built.mostBytes)
  })

  test("has the presets of every provider that it names", async () => {
    const { built, allows } = await build(
      "providers",
      `export default ${JSON.stringify({ issuers: [entra, issuer.config] })}`,
    )
    expect(allows).toBe(true)
    for (const name of ["auth0", "entra"]) expect(atStart(built)).toContain(`src/provider/${name}.ts`)
  })

  test("that is another one where it runs decides by what it is there", async () => {
    const config = JSON.stringify({ issuers: [issuer.config] })
    const own = `process.env.DEPLOYED === undefined ? ${JSON.stringify({ "GET /orders": { scopes: ["a"] } })} : ${JSON.stringify(routes)}`
    const { built, allows } = await build("another", `export default { ...${config}, routes: ${own} }`)
    expect(atStart(built)).toContain("src/authorizer/optional/compiled.ts")
    expect(readFileSync(join(folder, "another/authorizer.mjs"), "utf8")).toContain("isConstant:!1")
    expect(allows).toBe(true)
  })

  test("that cannot be read where it is built is left to the start", async () => {
    const read = `if (process.env.DEPLOYED === undefined) throw new Error("not here")`
    const { built, allows } = await build(
      "needy",
      `${read}\nexport default ${JSON.stringify({ issuers: [issuer.config] })}`,
    )
    expect(atStart(built)).not.toContain("src/authorizer/optional/compiled.ts")
    expect(built.isBracketed).toBe(false)
    expect(allows).toBe(true)
  })
})

test("importing build.mjs builds nothing", () => {
  const program = `await import(${JSON.stringify(buildFile.href)})`
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    encoding: "utf8",
  })
  expect(printed).toBe("")
})
