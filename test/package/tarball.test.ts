import { execFile, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest"
import { apiSettings } from "../../local/gateway/api.ts"
import { ApiGateway } from "../../local/gateway/gateway.ts"
import { billOfMaterials } from "../../local/sbom.ts"
import type { Authorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { core, deployedEnvironment } from "../deploy/template.ts"
import { captureOutput } from "../support/output.ts"
import { isLong } from "../support/seed.ts"
import { awsCli } from "../support/tools.ts"
import { inShell, newcomersCommands } from "./newcomer/commands.ts"
import { apiId, newcomersRoutes, StubbedAws } from "./newcomer/stubbed-aws.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const { name, exports, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  name: string
  exports: { [subpath: string]: unknown }
  peerDependencies: { [name: string]: string }
}
/** A door for a library that its users have anyway. */
const withPeers = "./cdk"
const specifiers = Object.keys(exports)
  .filter((subpath) => !subpath.endsWith(".json") && subpath !== withPeers)
  .map((subpath) => `${name}${subpath.slice(1)}`)

let scratch = ""
let tarball = ""
let packed: string[] = []
/** What the judges of packages say. They need the tarball only, and run while npm writes the installation. */
let judged: { readonly publint: Promise<string>; readonly attw: Promise<string> } | undefined

/** Runs a program and returns what it printed; a failure shows both of its streams. */
function run(folder: string, program: string, ...parameters: string[]): string {
  try {
    return execFileSync(program, parameters, { cwd: folder, encoding: "utf8", stdio: "pipe", env: environment() })
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${parameters.join(" ")} failed\n${`${stdout}\n${stderr}`.slice(-4000)}`)
  }
}

/** The same, while other programs run. */
async function begin(folder: string, program: string, ...parameters: string[]): Promise<string> {
  const options = { cwd: folder, env: environment(), maxBuffer: 64 * 1024 * 1024 }
  const { stdout } = await promisify(execFile)(program, parameters, options).catch(
    ({ stdout = "", stderr = "" }: { stdout?: string; stderr?: string }) => {
      throw new Error(`${program} ${parameters.join(" ")} failed\n${`${stdout}\n${stderr}`.slice(-4000)}`)
    },
  )
  return stdout
}

/**
 * Without what an outer `npm run` puts there, which would turn the inner npm towards this project. tsc needs nearly all
 * that it holds to its end, so it collects no garbage, and other tests need the other processor.
 */
function environment(): NodeJS.ProcessEnv {
  const outer = /^npm_(?:command|lifecycle_|package_|config_local_prefix)/
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !outer.test(key))),
    GOGC: "off",
    GOMAXPROCS: "1",
  }
}
const tool = (command: string): string => join(root, "node_modules/.bin", command)

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "hallpass-tarball-"))
  run(root, "npm", "run", "build:package")
  const [report] = JSON.parse(
    run(root, "npm", "pack", "--json", "--ignore-scripts", "--pack-destination", scratch),
  ) as {
    filename: string
    files: { path: string }[]
  }[]
  if (report === undefined) throw new Error("npm pack reported no tarball")
  tarball = join(scratch, report.filename)
  packed = report.files.map(({ path }) => path)
  writeFileSync(join(scratch, "package.json"), JSON.stringify({ name: "scratch", private: true, type: "module" }))
  const options = ["--profile", "esm-only", "--no-definitely-typed", "--format", "ascii", "--no-emoji", "--no-color"]
  judged = {
    publint: begin(scratch, process.execPath, tool("publint"), "run", tarball, "--strict"),
    attw: begin(scratch, process.execPath, tool("attw"), tarball, ...options),
  }
  // A refusal is that of its test.
  for (const judge of Object.values(judged)) judge.catch(() => undefined)
  await begin(scratch, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball)
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("the tarball", () => {
  test("holds dist, docs, LICENSE, README.md, CHANGELOG.md, SECURITY.md, the schema and package.json, nothing else", () => {
    const outside = packed.filter((path) => !/^(?:dist|docs)\//.test(path)).sort()
    expect(outside).toEqual([
      ...["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "hallpass.schema.json", "package.json"],
    ])
    const pages = globSync("docs/**/*", { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(packed.filter((path) => path.startsWith("docs/"))).toHaveLength(pages.length)
  })

  test("leads npm's page to files: links of the README are relative, and package.json has the repository", () => {
    // npm's page resolves relative links against the repository.
    const links = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
    expect(links.length).toBeGreaterThan(10)
    for (const [, target = ""] of links) expect(target).not.toMatch(/^\/|\.\./)
    const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    expect(repository.url).toMatch(/^git\+https:\/\/github\.com\/[^/]+\/[^/]+\.git$/)
  })

  test("holds one module and its types for every file of src, and nothing left from before", () => {
    const sources = globSync("src/**/*.ts", { cwd: root, exclude: ["src/cli/**", "src/configuration/reference/**"] })
    const expected = sources
      .map((path) => path.replace(/^src\/(.*)\.ts$/, "dist/$1"))
      .flatMap((path) => [`${path}.d.ts`, `${path}.js`])
    const others = /^dist\/(?:cli|bundle|bundle-check)\//
    const library = packed.filter((path) => path.startsWith("dist/") && !others.test(path))
    expect(library.sort()).toEqual([...expected, "dist/THIRD-PARTY.txt", "dist/template.yaml"].sort())
  })

  test("holds the command with its libraries, whose licences it lists, and no door has any of them", () => {
    expect(packed).toEqual(
      expect.arrayContaining(["dist/cli/main.js", "dist/cli/page/page.css", "dist/cli/page/page.js"]),
    )
    const licences = readFileSync(join(root, "dist/THIRD-PARTY.txt"), "utf8")
    const listed = [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \((.*)\)$/gm)].map(([, name, licence]) => [
      name,
      licence,
    ])
    expect(listed.map(([name]) => name)).toEqual(expect.arrayContaining(["commander", "js-yaml", "preact"]))
    for (const [name, licence] of listed)
      expect(licence, name).toMatch(/^(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)$/)
    const outside = globSync("dist/**/*.js", { cwd: root, exclude: ["dist/cli/**"] })
    for (const path of outside)
      expect(readFileSync(join(root, path), "utf8"), path).not.toMatch(/from "(?:commander|js-yaml)"|\bcli\//)
  })

  test("passes publint --strict", async () => {
    expect(await judged?.publint).toContain("All good!")
  })

  test("has the right types for every module resolution of ESM (attw)", async () => {
    const report = await judged?.attw
    for (const specifier of specifiers) {
      expect(report).toContain(`"${specifier}"\n\nnode16 (from ESM): OK (ESM)\nbundler: OK`)
    }
  })
})

test("14-10: the SBOM of a release has the runtime dependencies and what is built into the command", () => {
  const { metadata, components } = billOfMaterials(root)
  expect(metadata.component.name).toBe(name)
  const names = components.map((each) => each.name)
  expect(new Set(names).size).toBe(names.length)
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const bundled = [...readFileSync(join(root, "dist/THIRD-PARTY.txt"), "utf8").matchAll(/^(\S+) \d\S* \(.+\)$/gm)]
  expect(bundled.length).toBeGreaterThan(0)
  const expected = [...Object.keys(dependencies), ...bundled.map(([, library = ""]) => library)]
  expect(names).toEqual(expect.arrayContaining(expected))
  for (const tool of ["vitest", "typescript", "@cloud-copilot/iam-simulate"]) expect(names).not.toContain(tool)
})

describe("a project that installs it", () => {
  let known:
    | { readonly names: { readonly [specifier: string]: number }; readonly loaded: readonly string[] }
    | undefined
  /** How many names each subpath exports, and the modules that all of them load. */
  const imported = (): NonNullable<typeof known> => {
    const program = `import { registerHooks } from "node:module"
      const [names, loaded] = [{}, []]
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      for (const specifier of ${JSON.stringify(specifiers)}) names[specifier] = Object.keys(await import(specifier)).length
      console.log(JSON.stringify({ names, loaded }))`
    writeFileSync(join(scratch, "consumer.js"), program)
    known ??= JSON.parse(run(scratch, process.execPath, "consumer.js")) as NonNullable<typeof known>
    return known
  }

  test("imports every subpath from JavaScript", () => {
    const { names } = imported()
    expect(Object.keys(names)).toEqual(specifiers)
    const schema = join(scratch, "node_modules/hallpass/hallpass.schema.json")
    expect(readFileSync(schema, "utf8")).toBe(readFileSync(join(root, "hallpass.schema.json"), "utf8"))
    for (const [specifier, count] of Object.entries(names)) expect(count, specifier).toBeGreaterThan(0)
  })

  test("17-8: the door for the CDK needs the CDK, and says so", () => {
    writeFileSync(join(scratch, "cdk.js"), 'await import("hallpass/cdk").catch(({ message }) => console.log(message))')
    expect(run(scratch, process.execPath, "cdk.js")).toMatch(/Cannot find package '(?:aws-cdk-lib|constructs)'/)
  })

  test("16-6: the command of the package runs the local stack with its page, and a bundle without a clone", async () => {
    const bin = join(scratch, "node_modules/hallpass/dist/cli/main.js")
    const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
    writeFileSync(join(scratch, "authorizer.json"), JSON.stringify({ issuers }))
    const options = ["dev", "--config", "authorizer.json", "--local-issuers", "--port", "0", "--json"]
    const child = spawn(process.execPath, [bin, ...options], { cwd: scratch, env: environment(), stdio: "pipe" })
    let text = ""
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      text += chunk
      if (text.endsWith("}\n")) break
    }
    const { page, token } = JSON.parse(text) as { page: string; token: string }
    expect(await (await fetch(page)).text()).toContain(token)
    for (const file of ["page.js", "page.css"]) expect((await fetch(`${page}/${file}`)).status, file).toBe(200)
    const body = JSON.stringify({ gateway: "rest-token", method: "GET", path: "/x", token: { issuer: "okta" } })
    const sent = await fetch(`${page}/api/send`, { method: "POST", headers: { "x-hallpass-token": token }, body })
    expect(await sent.json()).toMatchObject({ client: { status: 200 }, walk: { outcome: "allow" } })
    const ended = once(child, "exit")
    child.kill("SIGINT")
    expect((await ended)[0]).toBe(0)

    const allow = { Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" }
    const answer = { principalId: "u", policyDocument: { Version: "2012-10-17", Statement: [allow] } }
    writeFileSync(join(scratch, "authorizer.mjs"), `export const handler = async () => (${JSON.stringify(answer)})`)
    const event = { type: "TOKEN", methodArn: "arn:aws:execute-api:eu-west-1:123456789012:a1/prod/GET/x" }
    writeFileSync(join(scratch, "event.json"), JSON.stringify(event))
    const invoked = JSON.parse(run(scratch, process.execPath, bin, "invoke", "event.json", "--bundle", ".", "--json"))
    expect(invoked).toMatchObject({ outcome: "allow", answer, runtime: expect.stringContaining("plain child process") })

    const line = ["bundle", "--config", "authorizer.json", "--out", "function", "--code-cache", "--json"]
    const { files } = JSON.parse(run(scratch, process.execPath, bin, ...line)) as { files: readonly string[] }
    expect(files.filter((name) => name.endsWith(".cache"))).toHaveLength(2)
  })

  test("16-6: no subpath loads a byte of the local stack or of the command", () => {
    const { loaded } = imported()
    expect(loaded.filter((url) => url.includes("/hallpass/dist/")).length).toBeGreaterThan(50)
    expect(loaded.filter((url) => /\/dist\/cli\/|\/local\/|node_modules\/(?:ws|preact)\//.test(url))).toEqual([])
  })

  test("part 6: every subpath and the command say at once, in one line, that Node.js is too old", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { engines: { node: string } }
    expect(engines.node).toBe(">=22.12")
    const line = (version: string): string =>
      `hallpass needs Node.js 22.12 or newer, and this is ${version}. Install a newer one`
    const bin = join(scratch, "node_modules/hallpass/dist/cli/main.js")
    const pretending = (version: string): string[] => {
      const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`
      writeFileSync(join(scratch, "pretend.js"), pretend)
      return ["--import", "./pretend.js"]
    }
    const versions = [
      ["18.20.8", true],
      ["20.20.2", true],
      ["22.11.0", true],
      ["22.12.0", false],
      ["26.0.0", false],
    ] as const
    for (const [version, isTooOld] of versions) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [...pretending(version), bin, "--version"], {
        cwd: scratch,
        encoding: "utf8",
        env: environment(),
      })
      if (isTooOld) expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: "", stderr: `${line(version)}\n` })
      else expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    }
    // The subpaths ask as the command does: those beside the limit, and all in a long run.
    const program = `
      for (const specifier of ${JSON.stringify(specifiers)})
        await import(specifier).then(() => console.log("loaded"), ({ message }) => console.log(message))`
    writeFileSync(join(scratch, "old.js"), program)
    const said = (version: string): string[] =>
      run(scratch, process.execPath, ...pretending(version), "old.js")
        .trim()
        .split("\n")
    for (const [version, isTooOld] of isLong ? versions : versions.slice(2, 4))
      expect(said(version)).toEqual(specifiers.map(() => (isTooOld ? line(version) : "loaded")))
  })

  test("18-2: the command serves over HTTP and gRPC with metrics, and none of that is installed", () => {
    expect(
      existsSync(join(scratch, "node_modules/prom-client")) || existsSync(join(scratch, "node_modules/@grpc")),
    ).toBe(false)
    writeFileSync(
      join(scratch, "serve.js"),
      `import { spawn } from "node:child_process"
      import { once } from "node:events"
      import { writeFileSync } from "node:fs"
      import { connect } from "node:http2"
      import { createTestIssuer } from "hallpass/testing"
      const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
      writeFileSync("serve.json", JSON.stringify({ issuers: [issuer.config] }))
      const words = "serve --config serve.json --dialect envoy --port 0 --grpc-port 0 --admin-port 0 --json".split(" ")
      const child = spawn(process.execPath, ["node_modules/hallpass/dist/cli/main.js", ...words], { stdio: ["ignore", "pipe", "inherit"] })
      let text = ""
      for await (const chunk of child.stdout) if ((text += chunk).endsWith("}\\n")) break
      const { url, grpcUrl, adminUrl } = JSON.parse(text)
      const { status } = await fetch(url + "/x", { headers: { authorization: "Bearer " + issuer.token() } })
      const metrics = await (await fetch(adminUrl + "/metrics")).text()
      // An empty CheckRequest: a frame of gRPC without bytes.
      const session = connect(grpcUrl.replace("grpc:", "http:"))
      const path = "/envoy.service.auth.v3.Authorization/Check"
      const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" })
      stream.resume().end(Buffer.alloc(5))
      const [trailers] = await once(stream, "trailers")
      session.close()
      child.kill("SIGTERM")
      const [code] = await once(child, "exit")
      console.log(status, /reason="ok"} 1/.test(metrics), trailers["grpc-status"], code)`,
    )
    expect(run(scratch, process.execPath, "serve.js").trim()).toBe("200 true 0 0")
  })

  test("verifies nothing that is no token, through the installed package", () => {
    writeFileSync(
      join(scratch, "refuse.js"),
      `import { createVerifier } from "hallpass/verify"
      const issuer = { provider: "oidc", issuer: "https://issuer.example.test/t", audience: "api://orders", jwks: { keys: [] } }
      try { createVerifier({ issuers: [issuer] }) } catch (error) { console.log(error.name, error.code) }`,
    )
    expect(run(scratch, process.execPath, "refuse.js").trim()).toBe("ConfigurationError configuration_invalid")
  })

  test("type-checks as TypeScript (nodenext, strict), and a wrong configuration does not", () => {
    const compilerOptions = {
      target: "es2023",
      lib: ["es2023"],
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: [],
    }
    writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }))
    writeFileSync(
      join(scratch, "consumer.ts"),
      `import { createAuthorizer, type AuthorizerConfig, type Decision } from "hallpass"
      import { createVerifier, type Principal } from "hallpass/verify"
      ${specifiers.map((specifier, index) => `import * as door${index} from "${specifier}"`).join("\n")}

      const config: AuthorizerConfig = {
        issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
        routes: { "GET /orders": { scopes: ["orders:read"] } },
        gateway: { resultTtlSeconds: 0 },
      }
      export const { handler } = createAuthorizer(config)
      export const decided: Promise<Decision> = createAuthorizer(config).decide({})
      export const principal: Promise<Principal> = createVerifier({ issuers: config.issuers }).verify("token")
      export const doors = [${specifiers.map((_, index) => `door${index}`).join(", ")}]

      // @ts-expect-error an issuer of this provider has no domain
      createAuthorizer({ issuers: [{ provider: "oidc", domain: "acme.okta.com", audience: "api://orders" }] })
      // @ts-expect-error an unknown provider
      createAuthorizer({ issuers: [{ provider: "acme", issuer: "https://issuer.example.test", audience: "api://orders" }] })
      // @ts-expect-error a principal is read-only
      principal.then((found) => { found.subject = "somebody else" })
      `,
    )
    expect(run(scratch, process.execPath, tool("tsc"), "-p", scratch)).toBe("")
    expect(existsSync(join(scratch, "consumer.d.ts"))).toBe(false)
  })
})

/** The AWS CLI, or a program in its place. A long run tries both. */
const clis = [
  ...(awsCli.isThere ? [["the AWS CLI", ""]] : []),
  ...(awsCli.isThere && !isLong
    ? []
    : [["a program in the place of the AWS CLI", join(root, "test/package/newcomer/bin")]]),
] as [string, string][]

describe.each(clis)("17: a newcomer with an HTTP API of 20 routes, npm and %s", (_name, programs) => {
  test("follows the README's five commands, and the API refuses callers without the right", async () => {
    const [install = "", ...commands] = newcomersCommands()
    expect(commands).toHaveLength(4)
    // npm install: the package is the tarball, and the AWS SDK is that of this project.
    const [installed, ...clients] = install.replace(/^npm install /, "").split(" ")
    expect(installed).toBe(name)
    for (const client of clients) {
      expect(peerDependencies).toHaveProperty([client])
      const link = join(scratch, "node_modules", client)
      mkdirSync(join(link, ".."), { recursive: true })
      if (!existsSync(link)) symlinkSync(join(root, "node_modules", client), link)
    }

    const aws = new StubbedAws(newcomersRoutes)
    const variables = { ...environment(), ...(await aws.start()), PATH: `${programs}${delimiter}${process.env.PATH}` }
    onTestFinished(() => aws.stop())
    for (const file of ["authorizer.json", "cases.yaml", "hallpass.yaml"]) rmSync(join(scratch, file), { force: true })
    for (const command of commands) {
      await inShell(command, scratch, variables)
      if (!command.startsWith("npx hallpass init")) continue
      // What the README asks for: a scope.
      const written = JSON.parse(readFileSync(join(scratch, "authorizer.json"), "utf8"))
      expect(Object.keys(written.routes)).toEqual(newcomersRoutes)
      written.routes["DELETE /orders/{id}"] = { scopes: ["orders:admin"] }
      writeFileSync(join(scratch, "authorizer.json"), JSON.stringify(written, null, 2))
    }
    const guarded = newcomersRoutes.map(() => `PATCH /v2/apis/${apiId}/routes/ROUTE`)
    expect(aws.calls.slice(0, 4)).toEqual(["PUT s3://BUCKET", "PUT s3://BUCKET", "CreateChangeSet", "ExecuteChangeSet"])
    expect(aws.calls.slice(4, 5)).toEqual([`POST /v2/apis/${apiId}/authorizers`])
    expect(aws.calls.slice(5).filter((call) => call.startsWith("PATCH"))).toEqual(guarded)

    // What CloudFormation got: parameters that the template takes, and code that a start needs.
    const { parameters = {}, template, capabilities } = aws.stack ?? {}
    expect(capabilities).toEqual(["CAPABILITY_IAM"])
    expect(core.refusals(parameters)).toEqual([])
    for (const [key, value] of Object.entries(parameters)) {
      expect(core.problemsOf(key, value)).toEqual([])
      expect(Buffer.byteLength(value)).toBeLessThan(4096)
    }
    const code = (resource: string): string =>
      aws.objects
        .get(String(template?.Resources[resource]?.Properties.CodeUri).replace("s3:/", ""))
        ?.toString("latin1") ?? ""
    for (const file of ["authorizer.mjs", "start.js"]) expect(code("AuthorizerFunction")).toContain(file)
    expect(code("CheckFunction")).toContain("publish-checked-version.mjs")

    // The function with these variables, except that the issuer's keys are those of the test.
    const config = JSON.parse(parameters.Config ?? "")
    const issuer = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
    expect(issuer.config).toMatchObject(config.issuers[0])
    const Config = JSON.stringify({ ...config, issuers: [issuer.config] })
    for (const [key, value] of Object.entries(deployedEnvironment({ Config }))) vi.stubEnv(key, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    captureOutput() // the metrics of the check
    onTestFinished(() => void vi.restoreAllMocks())
    const entry = pathToFileURL(join(scratch, "node_modules/hallpass/dist/bundle/authorizer.mjs")).href
    const { handler } = (await import(`${entry}?${programs}`)) as Pick<Authorizer, "handler">
    const settings = { issuers: [], gateway: config.gateway, routes: {} }
    const report = { sound: true, problems: [], configuration: settings }
    expect(await handler({ hallpass: "deployment-check" })).toMatchObject(report)

    // The API as it is now.
    expect(new Set(aws.routes.map((route) => route.AuthorizationType))).toEqual(new Set(["CUSTOM"]))
    const [authorizer] = aws.authorizers
    const gateway = new ApiGateway(
      apiSettings({
        ...{ kind: "http", apiId, routes: aws.routes.map(({ RouteKey }) => RouteKey) },
        authorizer: {
          identitySources: authorizer?.identitySource as string[],
          simpleResponses: authorizer?.enableSimpleResponses as boolean,
          resultTtlSeconds: authorizer?.authorizerResultTtlInSeconds as number,
        },
      }),
      (event) => handler(event),
    )
    const status = async (method: string, token?: string): Promise<number> => {
      const headers = token === undefined ? [] : [["authorization", `Bearer ${token}`] as const]
      const request = { method, path: "/orders/7", query: "", headers, sourceIp: "198.51.100.7" }
      return (await gateway.handle(request)).response?.status ?? 200
    }
    const token = issuer.token({ scp: ["orders:read"] })
    expect([await status("GET", token), await status("DELETE", token), await status("GET")]).toEqual([200, 403, 401])
    expect(await status("DELETE", issuer.token({ scp: ["orders:admin"] }))).toBe(200)
  })
})
