import { existsSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { Ajv } from "ajv"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { answersOf, type Prompt } from "../../src/cli/init/answers.ts"
import { issuerProblems } from "../../src/cli/init/configuration.ts"
import { promptOn } from "../../src/cli/init/prompt.ts"
import { providers } from "../../src/cli/init/providers.ts"
import { account } from "./account.ts"
import { command, file, folder } from "./in-process.ts"

const tenant = ["--tenant", "4b1d7f60-3a52-4c8e-9d21-5e6f7a8b9c0d"]
const guid = ["--audience", "8e2c5a14-7b3d-4f96-a0c8-1d2e3f4a5b6c"]
const flags: { readonly [P in (typeof providers)[number]]: readonly string[] } = {
  okta: ["--domain", "acme.okta.com", "--authorization-server", "aus1", "--audience", "api://orders"],
  auth0: ["--domain", "acme.eu.auth0.com", "--audience", "https://orders"],
  entra: [...tenant, ...guid],
  "entra-external-id": [...tenant, "--tenant-name", "acme", ...guid],
  "entra-b2c": [...tenant, "--tenant-name", "acme", "--policy", "B2C_1_a", "--policy", "B2C_1_b", ...guid],
  cognito: ["--user-pool-id", "eu-west-1_AbCdEf", "--client-id", "a1", "--client-id", "b2"],
  adfs: ["--domain", "fs.acme.example", "--audience", "microsoft:identityserver:orders"],
  wso2: ["--base-url", "https://is.example.com:9443", "--audience", "orders"],
  oidc: ["--issuer", "https://id.acme.example/", "--audience", "https://orders", "--audience", "https://orders/v2"],
}
const routes = ["--route", "GET /orders/{id} orders:read", "--route", "POST /orders orders:write", "--route", "get /me"]

const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../../hallpass.schema.json"), "utf8"))
const isConfiguration = new Ajv({ strictTypes: false, strictRequired: false }).compile(schema)

let count = 0
async function init(words: readonly string[]) {
  const [out, cases] = [join(folder, `init-${++count}.json`), join(folder, `init-${count}.yaml`)]
  const ended = await command(["init", ...words, "--out", out, "--cases", cases])
  return { out, cases, ...ended }
}

describe("15-9: hallpass init, with every answer as a flag", () => {
  it("knows every provider", () => expect(Object.keys(flags)).toEqual(providers))

  const kinds = ["rest", "http", "websocket"] as const
  const all = providers.flatMap((provider) => kinds.map((kind) => [provider, kind] as const))
  it.each(all)("what it writes for %s in front of %s passes check and test", async (provider, kind) => {
    const own = kind === "websocket" ? ["--route", "$connect chat"] : routes
    const { code, stdout, stderr, out, cases } = await init([
      "--provider",
      provider,
      ...flags[provider],
      "--api",
      kind,
      ...own,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toContain(`hallpass check --config ${out}`)
    const written = JSON.parse(readFileSync(out, "utf8"))
    expect(written.$schema).toBe("./node_modules/hallpass/hallpass.schema.json")
    const gateways = { rest: { api: "rest" }, http: { api: "http", unauthorized: "deny" }, websocket: undefined }
    expect(written.gateway).toEqual(gateways[kind])
    expect(isConfiguration(written), JSON.stringify(isConfiguration.errors)).toBe(true)
    const checked = await command(["check", "--config", out, "--json"])
    expect(checked.code).toBe(0)
    expect(JSON.parse(checked.stdout)).toMatchObject({ sound: true })
    const tested = await command(["test", cases, "--config", out, "--require-coverage", "--json"])
    expect(JSON.parse(tested.stdout)).toMatchObject({ failed: 0, coverage: { uncovered: [] } })
    expect(tested.code).toBe(0)
  })

  it("writes one value as a text and several as a list; client ids are always a list", async () => {
    const read = (path: string) => JSON.parse(readFileSync(path, "utf8")).issuers[0]
    const issuer = async (provider: keyof typeof flags) =>
      read((await init(["--provider", provider, ...flags[provider], "--api", "http", ...routes])).out)
    expect(await issuer("okta")).toEqual({
      ...{ provider: "okta", domain: "acme.okta.com", authorizationServer: "aus1", audience: "api://orders" },
    })
    expect(await issuer("oidc")).toMatchObject({ audience: ["https://orders", "https://orders/v2"] })
    expect(await issuer("cognito")).toEqual({
      provider: "cognito",
      userPoolId: "eu-west-1_AbCdEf",
      clientIds: ["a1", "b2"],
    })
    expect(await issuer("entra-b2c")).toMatchObject({ policy: ["B2C_1_a", "B2C_1_b"], tenantName: "acme" })
  })

  it("reads the routes from an OpenAPI document", async () => {
    const openapi = file("openapi.yaml", {
      openapi: "3.0.3",
      info: { title: "orders", version: "1" },
      components: { securitySchemes: { oauth: { type: "oauth2", flows: {} } } },
      paths: {
        "/orders/{id}": {
          get: { security: [{ oauth: ["orders:read"] }] },
          delete: { security: [{ oauth: ["orders:admin"] }] },
        },
      },
    })
    const { code, out, cases } = await init([
      "--provider",
      "auth0",
      ...flags.auth0,
      "--api",
      "rest",
      "--openapi",
      openapi,
    ])
    expect(code).toBe(0)
    expect(JSON.parse(readFileSync(out, "utf8")).routes).toEqual({
      "GET /orders/{id}": { scopes: ["orders:read"] },
      "DELETE /orders/{id}": { scopes: ["orders:admin"] },
    })
    expect((await command(["test", cases, "--config", out])).code).toBe(0)
  })

  it("a table that no kept answer is right for gets answers for one route, and says so", async () => {
    const words = ["--route", "ANY /{proxy+} orders:read", "--route", "GET /x/{id} orders:write"]
    const { code, stdout, out, cases } = await init(["--provider", "okta", ...flags.okta, "--api", "rest", ...words])
    expect(code).toBe(0)
    expect(stdout).toContain("identitySources")
    expect(JSON.parse(readFileSync(out, "utf8")).gateway).toEqual({ api: "rest", identitySources: ["token", "route"] })
    expect((await command(["check", "--config", out])).code).toBe(0)
    expect((await command(["test", cases, "--config", out])).code).toBe(0)
  })

  it("demands roles, groups and permissions by name", async () => {
    const words = ["--route", "GET /a role=editor,group=ops", "--route", "GET /b permission=read:b"]
    const issuer = ["--provider", "oidc", ...flags.oidc, "--api", "rest"]
    const { stderr } = await init([...issuer, ...words])
    expect(stderr).toContain('routes["GET /b"].permissions is never met')
    const { out } = await init([...issuer, ...words.slice(0, 2)])
    expect(JSON.parse(readFileSync(out, "utf8")).routes).toEqual({ "GET /a": { roles: ["editor"], groups: ["ops"] } })
  })

  it("never overwrites, and writes neither file if one exists; --force overwrites both", async () => {
    const words = ["--provider", "okta", ...flags.okta, "--api", "rest", ...routes]
    const cases = file("mine.yaml", "mine")
    const out = join(folder, "new.json")
    const refused = await command(["init", ...words, "--out", out, "--cases", cases])
    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toMatch(/mine\.yaml exists already, and nothing was written/)
    expect([readFileSync(cases, "utf8"), existsSync(out)]).toEqual(["mine", false])
    expect((await command(["init", ...words, "--out", out, "--cases", cases, "--force"])).code).toBe(0)
    expect(readFileSync(cases, "utf8")).toContain("matrix:")
  })

  it("does not write through a link to a file that is not there", async () => {
    const [out, target] = [join(folder, "link.json"), join(folder, "target.json")]
    symlinkSync(target, out)
    const words = ["--provider", "okta", ...flags.okta, "--api", "rest", ...routes, "--out", out]
    expect(await command(["init", ...words, "--cases", join(folder, "link.yaml")])).toMatchObject({
      code: 1,
      stdout: "",
    })
    expect(existsSync(target)).toBe(false)
  })

  it("the cases file says of a caller what the rules need, and no more", async () => {
    const { cases } = await init(["--provider", "okta", ...flags.okta, "--api", "rest", "--route", "GET /a a:read"])
    const lines = readFileSync(cases, "utf8").split("\n")
    expect(lines.slice(2)).toEqual([
      "callers:",
      "  any-authenticated-caller: {}",
      '  scope-a-read: { claims: { scp: "a:read" } }',
      "matrix:",
      "  GET /a: { any-authenticated-caller: forbidden, scope-a-read: allow, nobody: unauthenticated }",
      "",
    ])
  })

  it("--json is one document", async () => {
    const { stdout, out, cases } = await init([
      "--provider",
      "okta",
      ...flags.okta,
      "--api",
      "rest",
      ...routes,
      "--json",
    ])
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({ files: [out, cases], configuration: { issuers: [{ provider: "okta" }] } })
    expect(document.next[0]).toBe(`hallpass check --config ${out}`)
  })

  const whole = ["--provider", "okta", ...flags.okta, "--api", "rest"]
  it.each<[string, readonly string[], string]>([
    ["nothing, without a terminal", [], "missing: --provider, and what the provider needs"],
    [
      "a provider alone",
      ["--provider", "cognito"],
      "missing: --user-pool-id, --client-id, --api, --route, --openapi or --api-id",
    ],
    ["no route", whole, "missing: --route, --openapi or --api-id"],
    ["an unknown provider", ["--provider", "otka"], "Did you mean okta?"],
    ["a provider like a prototype's member", ["--provider", "constructor"], "--provider must be one of"],
    ["another provider's option", [...whole, "--tenant", "x"], "--tenant is no option of the provider okta"],
    ["an unknown kind of API", ["--api", "soap"], "rest, http, websocket"],
    ["a route that is none", [...whole, "--route", "orders"], "orders is no route"],
    ["a route twice", [...whole, "--route", "GET /a", "--route", "get /a b"], "the route GET /a is there twice"],
    [
      "a wrong domain",
      [...whole.slice(0, 3), "https://acme.okta.com/", ...whole.slice(6), ...routes],
      "issuers[0].domain",
    ],
    ["both sources of routes", [...whole, ...routes, "--openapi", "a.yaml"], "not both"],
    ["an API and its routes", [...whole, "--api-id", "http1"], "--api-id reads kind and routes"],
    ["a region without an API", [...whole, ...routes, "--region", "eu-west-1"], "--region goes with --api-id"],
    ["a missing OpenAPI document", [...whole, "--openapi", "none.yaml"], "none.yaml cannot be read"],
    ["an OpenAPI document that is none", [...whole, "--openapi", file("none.json", {})], "gives no routes"],
    ["a sequence for terminals", [...whole, "--route", "GET /\u001b[31m"], "GET"],
  ])("%s is one line and exit code 2, and nothing is written", async (_, words, text) => {
    const { code, stdout, stderr, out, cases } = await init(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n\p{Cc}]+\n$/u)
    expect([existsSync(out), existsSync(cases)]).toEqual([false, false])
  })

  it.each([
    ["another ending", ["--out", "a.yaml"], "--out must end in .json"],
    ["one file for both", ["--out", "a.json", "--cases", "a.json"], "name the same file"],
  ])("%s", async (_, words, text) => {
    const { code, stderr } = await command(["init", ...whole, ...routes, ...words])
    expect(code).toBe(2)
    expect(stderr).toContain(text)
  })

  it("a folder that is not there is exit code 1", async () => {
    const { code, stderr } = await command(["init", ...whole, ...routes, "--out", join(folder, "none/a.json")])
    expect(code).toBe(1)
    expect(stderr).toMatch(/cannot be written \(ENOENT\)/)
  })
})

describe("17: hallpass init, from an API of the account", () => {
  let aws = account()
  beforeEach(() => {
    aws = account()
    for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "eu-west-1")
  })
  afterEach(() => void vi.unstubAllEnvs())
  const words = ["--provider", "okta", ...flags.okta, "--api-id"]

  it("takes kind and routes from it, with the scopes that a route demands now, and without preflights", async () => {
    const route = (RouteKey: string, more = {}) => ({ RouteId: RouteKey, RouteKey, AuthorizationType: "NONE", ...more })
    const scopes = { AuthorizationType: "JWT", AuthorizationScopes: ["orders:read", "orders:admin"] }
    aws.httpRoutes = [route("GET /orders", scopes), route("ANY /{proxy+}"), route("$default"), route("OPTIONS /orders")]
    const { code, stdout, out } = await init([...words, "http1"])
    expect(code).toBe(0)
    expect(stdout).toContain("A rule without demands takes every good token.")
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ gateway: { api: "http", unauthorized: "deny" } })
    expect(JSON.parse(readFileSync(out, "utf8")).routes).toEqual({
      "GET /orders": { scopes: { any: ["orders:read", "orders:admin"] } },
      "ANY /{proxy+}": {},
      $default: {},
    })
    expect((await command(["check", "--config", out])).code).toBe(0)
    expect(aws.calls()).toEqual([])
  })

  it("reads REST APIs, and $connect of WebSocket APIs", async () => {
    const [rest, socket] = [await init([...words, "rest1"]), await init([...words, "socket1"])]
    expect(JSON.parse(readFileSync(rest.out, "utf8")).routes).toEqual({ "GET /": {}, "GET /orders": {} })
    expect(JSON.parse(readFileSync(socket.out, "utf8")).routes).toEqual({ $connect: {} })
  })

  it("notes a resource policy that allows, because a silent answer would be an allow there", async () => {
    const statement = (Effect: string) => ({ Effect, Principal: "*", Action: "execute-api:Invoke", Resource: "*" })
    for (const [policy, allows] of [
      [{ Statement: [statement("Allow")] }, true],
      [{ Statement: [statement("Deny")] }, undefined],
      ["no JSON", true],
    ] as const) {
      aws.restPolicy = typeof policy === "string" ? policy : JSON.stringify(policy).replaceAll('"', '\\"')
      const { out } = await init([...words, "rest1"])
      expect(JSON.parse(readFileSync(out, "utf8")).gateway).toEqual({
        api: "rest",
        ...(allows && { resourcePolicyAllows: true }),
      })
      const question = ["check", "--config", out, "--account", "--api-id", "rest1", "--json"]
      expect((await command(question)).stdout).not.toContain("resource policy allows")
    }
  })

  it("an API without routes, and one that is not there, are one line", async () => {
    aws.httpRoutes = []
    expect((await init([...words, "http1"])).stderr).toBe(
      "http1 has no route that could take an authorizer. See hallpass init --help\n",
    )
    expect((await init([...words, "nope"])).stderr).toContain("nope is no API of eu-west-1")
  })
})

/** Answers from a list; what was asked is kept. */
function scripted(answers: string[]): Prompt & { readonly asked: string[] } {
  const asked: string[] = []
  const next = async (question: string): Promise<string> => {
    asked.push(question)
    return answers.shift() ?? ""
  }
  return {
    asked,
    text: next,
    choice: async (question) => (await next(question)) as never,
    note: (line) => void asked.push(line),
  }
}

describe("15-9: hallpass init, on a terminal", () => {
  const line = (options: object) => ({ options: options as { [name: string]: unknown }, args: [] })

  it("asks for what no flag says", async () => {
    const prompt = scripted(["rest", "", "GET /orders orders:read", "orders", "GET /me", ""])
    const given = line({ provider: "auth0", domain: "acme.eu.auth0.com", audience: ["https://orders"] })
    expect(await answersOf(given, prompt, issuerProblems)).toEqual({
      provider: "auth0",
      issuer: { domain: ["acme.eu.auth0.com"], audience: ["https://orders"] },
      ...{ api: "rest", openapi: undefined },
      routes: { "GET /orders": { scopes: ["orders:read"] }, "GET /me": {} },
    })
    expect(prompt.asked.find((text) => text.includes("is no route"))).toBeDefined()
  })

  it("asks nothing if every needed flag is there", async () => {
    const prompt = scripted([])
    const given = line({ provider: "okta", domain: "acme.okta.com", audience: ["a"], api: "rest", route: ["GET /a"] })
    await answersOf(given, prompt, issuerProblems)
    expect(prompt.asked).toEqual([])
  })

  it("says what is wrong with an issuer, and asks again", async () => {
    const prompt = scripted([
      "okta",
      "https://acme.okta.com",
      "",
      "api://a, api://b",
      "acme.okta.com",
      "",
      "api://a",
      "http",
      "openapi.yaml",
    ])
    const answers = await answersOf(line({}), prompt, issuerProblems)
    expect(answers).toMatchObject({
      issuer: { domain: ["acme.okta.com"], audience: ["api://a"] },
      openapi: "openapi.yaml",
    })
    expect(prompt.asked.find((text) => text.startsWith("issuers[0].domain"))).toBeDefined()
  })

  it("WebSocket APIs have $connect unless something else is said", async () => {
    const given = line({ provider: "okta", domain: "acme.okta.com", audience: ["a"], api: "websocket" })
    expect((await answersOf(given, undefined, issuerProblems)).routes).toEqual({ $connect: {} })
  })

  it("reads lines, takes a number or a name, and ends without a stack when the input ends", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const prompt = promptOn({ input, output })
    const choice = prompt.choice("Which?", ["one", "two"])
    input.write("tow\n")
    await new Promise((resolve) => setImmediate(resolve))
    input.write("2\n")
    expect(await choice).toBe("two")
    expect(String(output.read())).toContain("Did you mean two?")
    const text = prompt.text("More")
    input.end()
    await expect(text).rejects.toThrow("stopped; nothing was written")
  })
})
