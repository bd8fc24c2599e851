import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, ConfigurationError, createAuthorizer, type RouteRule } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { folder, hallpass } from "./hallpass.ts"

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/policies/${name}.json`, import.meta.url))
const exampleConfig = (name: string): AuthorizerConfig => JSON.parse(readFileSync(example(name), "utf8"))
const guide = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8")
const blocks = (language: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text)

/** Writes a file into the folder where the command runs, and returns its name. */
function file(name: string, content: unknown): string {
  mkdirSync(join(folder, name, ".."), { recursive: true })
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  return name
}
const read = { scopes: ["read"] }
const write = { scopes: ["write"] }
const config = (routes: { [key: string]: RouteRule } | undefined, changes: object = {}): object => ({
  issuers: [oidcIssuer()],
  ...(routes && { routes }),
  ...changes,
})
/** Text without the breaks that 80 columns need. */
const unwrapped = (text: string): string => text.replace(/\s+/g, " ")
const check = (configuration: unknown, ...words: string[]): ReturnType<typeof hallpass> =>
  hallpass(["check", "--config", file("authorizer.json", configuration), ...words])

describe("docs/policies.md", () => {
  it("shows the tables of the examples", () => {
    expect(blocks("json").map((text) => JSON.parse(text))).toEqual([
      exampleConfig("authorizer").routes,
      exampleConfig("conflict").routes,
    ])
  })

  it("the sound example is sound, and the authorizer takes it", async () => {
    const { code, stdout, stderr } = await hallpass(["check", "--config", example("authorizer")])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(/\nThe configuration is sound\.\n$/)
    expect(() => createAuthorizer(exampleConfig("authorizer"))).not.toThrow()
  })

  it("shows the answer of the sound example as it is", async () => {
    const arn = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders/7"
    const args = ["policy", "--principal", "-", "--arn", arn, "--config", example("authorizer")]
    const { stdout } = await hallpass(args, {}, '{ "scopes": ["orders:read"] }')
    const statements = JSON.parse(stdout).Statement as { Effect: string; Resource: string[] }[]
    const [start, anyApi] = [arn.slice(0, arn.indexOf("GET/")), /^arn:aws:execute-api:\*:\*:(?:\*\/prod\/)?/]
    const lines = statements.flatMap(({ Effect, Resource }) =>
      Resource.map((resource) => `${Effect.padEnd(6)} ${resource.replace(start, "").replace(anyApi, "")}`),
    )
    const forms = lines.filter((line) => line.startsWith("Deny   *"))
    const shown = lines.flatMap((line) => {
      if (line === forms[0]) return `${line} and ${forms.length - 1} more forms of ambiguous paths`
      return forms.includes(line) ? [] : line
    })
    expect(blocks("text")[0]).toBe(`${shown.join("\n")}\n`)
  })

  it("shows what the conflicting example is told, and the authorizer refuses it, too", async () => {
    const { code, stdout, stderr } = await hallpass(["check", "--config", example("conflict")])
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    expect(blocks("text")[1]).toBe(stdout)
    const refused = (): unknown => createAuthorizer(exampleConfig("conflict"))
    expect(refused).toThrow(ConfigurationError)
    expect(refused).toThrow('routes["GET /orders/{id}/items/{item}/notes"]: cannot be distinguished from')
  })

  const { routes = {}, ...rest } = exampleConfig("conflict")
  const notes = "GET /orders/{id}/notes"
  const { [notes]: support = {}, ...others } = routes
  it.each<[string, AuthorizerConfig]>([
    ["the same rule for both", { ...rest, routes: { ...routes, [notes]: { scopes: ["orders:read"] } } }],
    ["another path for one", { ...rest, routes: { ...others, "GET /order-notes/{id}": support } }],
    ["the route in the cache key", { ...rest, routes, gateway: { identitySources: ["token", "route"] } }],
    ["no cache", { ...rest, routes, gateway: { resultTtlSeconds: 0 } }],
  ])("has a remedy that helps: %s", async (_, remedied) => {
    const { code, stdout } = await check(remedied)
    expect({ code, conflict: stdout.includes("Conflict") }).toEqual({ code: 0, conflict: false })
  })
})

describe("hallpass check finds planted conflicts, and names both routes and a request", () => {
  type Table = { [key: string]: RouteRule }
  it.each<[string, Table, object, readonly string[]]>([
    [
      "a fixed end below parameters",
      { "GET /{kind}": read, "GET /{kind}/admin": write, "GET /v1/{kind}/admin": { groups: ["ops"] } },
      {},
      ["GET /{kind}/admin", "GET /v1/{kind}/admin", "GET/v1/1/admin"],
    ],
    [
      "a greedy route around others",
      { "ANY /{proxy+}": read, "GET /x/{id}": write },
      {},
      ["GET /x/{id}", "ANY /{proxy+}", "GET/x/1/1"],
    ],
    [
      "what is admitted without a rule",
      { "GET /x/{id}": write },
      { unmatched: "authenticated" },
      ["GET /x/{id}", "GET/x/1/1"],
    ],
    [
      "a resource policy that allows",
      { "GET /a/{id}": write, "GET /a/{id}/b": read },
      { gateway: { resourcePolicyAllows: true } },
      ["GET /a/{id}", "GET /a/{id}/b", "GET/a/1/b"],
    ],
  ])("%s", async (_, routes, changes, named) => {
    const { code, stdout, stderr } = await check(config(routes, changes))
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    const [title, , row = ""] = stdout.split("\n")
    expect(title).toMatch(/^Conflicts \(\d+\): no cached answer can keep these routes apart/)
    for (const text of named) expect(row).toContain(text)
    expect(stdout).toContain("Remedies, one of them:\n")
    expect(stdout).toMatch(/\nThe configuration is refused\.\n$/)
    expect(() => createAuthorizer(config(routes, changes) as AuthorizerConfig)).toThrow("cannot be distinguished from")
  })

  it("the same table is sound where every answer is for one route", async () => {
    const routes = { "ANY /{proxy+}": read, "GET /x/{id}": write }
    expect((await check(config(routes, { gateway: { resultTtlSeconds: 0 } }))).code).toBe(0)
  })

  it("a template that overlaps in more ways than can be examined stands alone", async () => {
    const deep = (depth: number): string => Array.from({ length: depth }, (_, i) => `{p${i}}/x`).join("/")
    const routes = Object.fromEntries([3, 6, 10, 14].map((depth) => [`GET /${deep(depth)}`, depth % 4 ? read : write]))
    const { code, stdout } = await check(config(routes))
    expect(code).toBe(1)
    expect(unwrapped(stdout)).toContain(
      ` GET /${deep(3)} overlaps with other routes in more ways than can be examined `,
    )
  })
})

describe("hallpass check tells all problems at once", () => {
  it.each([{}, { isuers: [] }, { issuers: null }, { issuers: "x" }, { edge: {} }, { issuers: [], edge: null }])(
    "of a configuration that is hardly one: %j",
    async (configuration) => {
      const { code, stdout, stderr } = await check(configuration)
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
      expect(stdout).toMatch(/^Problems/)
    },
  )

  it("of every block, with path and remedy, and shows the table that is sound nevertheless", async () => {
    const { code, stdout, stderr } = await check(
      config({ "GET /a": read }, { issuers: [{ provider: "acme" }], cache: { size: 1 }, colour: "red" }),
    )
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    expect(stdout).toMatch(/^Problems \(3\)\n/)
    for (const path of ["issuers[0].provider", "cache.size", "colour"])
      expect(stdout).toMatch(new RegExp(`^  ${path.replace(/[[\]]/g, "\\$&")} +\\w+`, "m"))
    expect(stdout).toContain("\n\nRoutes (1)\n")
    expect(stdout).toMatch(/\n\nThe configuration is refused\.\n$/)
  })

  it("15: --json tells what is wrong from what to do", async () => {
    const issuers = [{ provider: "oidc" }]
    const wrong = config({ "GET /a": { scopess: ["a; b. C"] } as RouteRule }, { issuers, unmatched: "x; y. Z" })
    const { problems } = JSON.parse((await check(wrong, "--json")).stdout)
    const ofPath = (path: string) => problems.find((each: { path: string }) => each.path === path)
    const unknown = { message: "is not a known option", remedy: 'Did you mean "scopes"?' }
    expect(ofPath('routes["GET /a"].scopess')).toMatchObject(unknown)
    expect(ofPath("issuers[0].audience")).toMatchObject({
      message: "is missing",
      remedy: expect.stringMatching(/^Set it to/),
    })
    expect(problems.map(({ message }: { message: string }) => message).join()).not.toContain(". ")
  })

  it("13.3: with warnings, which do not change the exit code", async () => {
    const { code, stdout } = await check(config({ "GET /a": { scopes: ["orders:*"] } }))
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^Warnings \(1\): allowed, and probably not what is meant\n {2}routes\["GET \/a"\]\.scopes\[0\] +has a \*/,
    )
    expect(stdout).toMatch(/\nThe configuration is sound\.\n$/)
  })

  it("with conflicts beside them, each told once", async () => {
    const { stdout } = await check(config({ "ANY /{proxy+}": read, "GET /x/{id}": write }, { cache: { size: 1 } }))
    expect(stdout).toMatch(/^Problems \(1\)\n/)
    expect(stdout).toContain("\n\nConflicts (")
    expect(stdout).not.toContain("cannot be distinguished from")
  })

  it.each<[string, object, string]>([
    ["a wrong rule", config({ "GET /a": { scope: ["a"] } as RouteRule }), 'routes["GET /a"].scope'],
    [
      "simple responses for a whole principal",
      config({ "GET /a": read }, { gateway: { responses: "simple" } }),
      "gateway.responses",
    ],
    [
      "a cookie that the cache key does not hold",
      config(undefined, { credential: { cookie: "session" }, gateway: { identitySources: ["route"] } }),
      "gateway.identitySources",
    ],
    [
      "a document that the function could not read",
      config({ openapi: "openapi.yaml" } as never, { routes: { openapi: 7 } }),
      "routes.openapi",
    ],
  ])("%s", async (_, configuration, path) => {
    const { code, stdout, stderr } = await check(configuration)
    expect(`${code === 2 ? stderr : stdout}`).toContain(path)
    expect(code).not.toBe(0)
    expect(stdout).not.toContain("API Gateway must be set to")
  })

  it.each([
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"issuers"'],
  ])("%s is no configuration", async (_, text) => {
    const { code, stdout, stderr } = await check(text)
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    expect(stdout).toContain("  configuration  must be an object, for example {")
    expect(stdout).not.toContain("Routes")
  })
})

describe("hallpass check says what API Gateway must be set to", () => {
  const routes = { "GET /a": read }
  const source = "identity source"
  it.each<[string, object, readonly string[]]>([
    [
      "the token as the only key",
      config(routes),
      [
        "one per principal, for every route at once: the cache key is the token",
        "result TTL       300 seconds at most",
        `REST API         type TOKEN or REQUEST; ${source} method.request.header.Authorization`,
        `HTTP API         payload 2.0 or 1.0, no simple responses; ${source} $request.header.Authorization`,
        "resource policy  has no Allow statements",
      ],
    ],
    [
      "TTL 0",
      config(routes, { gateway: { resultTtlSeconds: 0 } }),
      [
        "one per route: the cache key holds the route, or nothing is cached",
        "result TTL  0: nothing is cached",
        `REST API    type TOKEN or REQUEST; ${source} method.request.header.Authorization`,
      ],
    ],
    [
      "a route key",
      config(routes, { gateway: { resultTtlSeconds: 60, identitySources: ["token", "route"], responses: "simple" } }),
      [
        "one per route: the cache key holds the route, or nothing is cached",
        "result TTL  60 seconds at most",
        "REST API    type REQUEST; identity sources method.request.header.Authorization, context.httpMethod, context.resourcePath",
        "HTTP API    payload 2.0 with simple responses; identity sources $request.header.Authorization, $context.routeKey",
        "On an HTTP API the route key of ANY … and $default does not hold the method.",
      ],
    ],
    [
      "sources as API Gateway writes them, in the other kind's words",
      config(routes, {
        gateway: {
          identitySources: [
            "$request.header.Authorization",
            "$context.routeKey",
            "$context.httpMethod",
            "$stageVariables.tier",
          ],
        },
      }),
      [
        "identity sources method.request.header.Authorization, context.httpMethod, context.resourcePath, stageVariables.tier",
        "identity sources $request.header.Authorization, $context.routeKey, $context.httpMethod, $stageVariables.tier",
      ],
    ],
    [
      "sources of REST APIs, in the other kind's words",
      config(routes, { gateway: { identitySources: ["token", "context.httpMethod", "context.resourcePath"] } }),
      [
        "identity sources method.request.header.Authorization, context.httpMethod, context.resourcePath\n",
        "identity sources $request.header.Authorization, $context.httpMethod, $context.routeKey\n",
      ],
    ],
    [
      "a cookie",
      config(undefined, { credential: { cookie: "session" }, gateway: { responses: "simple" } }),
      [
        "No routes: every authenticated principal may call every route of the API.",
        "one per token, for the whole stage: there are no routes",
        `REST API       type REQUEST; ${source} method.request.header.Cookie`,
        `HTTP API       payload 2.0 with simple responses; ${source} $request.header.Cookie`,
        `WebSocket API  ${source} route.request.header.Cookie; nothing is ever cached`,
      ],
    ],
    [
      "a query parameter",
      config({ $connect: {} }, { credential: { query: "access_token" } }),
      [
        `REST API         type REQUEST; ${source} method.request.querystring.access_token`,
        `WebSocket API    ${source} route.request.querystring.access_token; nothing is ever cached`,
      ],
    ],
    [
      "several places of the token",
      config(routes, { credential: { header: "X-Token", cookie: "t" }, gateway: { resultTtlSeconds: 0 } }),
      ["REST API    type REQUEST; no identity source\n", "no identity source\n"],
    ],
    [
      "an authorizer of type TOKEN",
      config(routes, { credential: { header: "X-Token", scheme: null }, gateway: { authorizerType: "token" } }),
      [`REST API         type TOKEN; ${source} method.request.header.X-Token`],
    ],
    [
      "one kind of API",
      config(routes, { gateway: { api: "rest" } }),
      ['HTTP API         cannot use this configuration: gateway.api is "rest"\n'],
    ],
    [
      "a resource policy that allows",
      config(routes, { gateway: { resourcePolicyAllows: true } }),
      [
        "resource policy  may have Allow statements",
        "routes of the API that the table does not have are\n  open to every principal who may call anything.",
      ],
    ],
  ])("%s", async (_, configuration, texts) => {
    const { code, stdout, stderr } = await check(configuration)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    for (const text of texts) expect(unwrapped(stdout)).toContain(unwrapped(text))
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it("leaves WebSocket APIs out where every $connect is refused, and the note on methods where they are in the key", async () => {
    const sources = ["token", "$context.routeKey", "$context.httpMethod"]
    const { stdout } = await check(config({ "GET /a": read }, { gateway: { identitySources: sources } }))
    expect(stdout).toContain("HTTP API")
    expect(stdout).not.toMatch(/WebSocket|does not hold the method/)
  })
})

describe("hallpass check tells what an answer reaches and how large it is", () => {
  it("names requests on routes that the table does not have, twenty at most", async () => {
    const routes = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [
        [`GET /r${i}/{id}`, read],
        [`GET /r${i}/{id}/x`, write],
      ]).flat() as [string, RouteRule][],
    )
    const { code, stdout } = await check(config(routes))
    expect(code).toBe(0)
    const listed = stdout.split("\n").filter((line) => / by GET \/r\d+\//.test(line))
    expect(listed).toHaveLength(20)
    expect(listed[0]).toBe("    GET/r0/1/1   by GET /r0/{id}")
    expect(stdout).toContain("    and 30 more\n")
    expect(stdout).toContain("put every route that uses this authorizer into the table.")
  })

  it("2.9: explains what the backend must not do if the path decides", async () => {
    const byPath = config({ "GET /a": read, $default: {} }, { gateway: { matchBy: "path" } })
    const { code, stdout } = await check(byPath)
    expect(code).toBe(0)
    expect(stdout).toContain("  The path decides (gateway.matchBy), whatever route the gateway chose.")
    for (const text of ["%2F", "merges no slashes", "X-HTTP-Method-Override", "X-Original-URL", "ignore case"])
      expect(stdout).toContain(text)
    expect(stdout).not.toContain("is a catch-all beside stricter routes")
  })

  it("1.1: warns of a catch-all beside stricter routes, in text and JSON", async () => {
    const beside = config({ "GET /a/{id}": read, $default: {} })
    const { stdout } = await check(beside)
    expect(stdout).toContain('is a catch-all beside stricter routes: "GET /a/{id}".')
  })

  it("says nothing where there is nothing to know", async () => {
    expect((await check(config({ "GET /a": read, "GET /b/{id}": read }))).stdout).not.toContain("To know")
  })

  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, i) => [`GET /a-long-name-of-a-resource/${i}`, { scopes: [`scope-${i}`] }]),
  )

  it("part 5: refuses a table with a caller who cannot be answered, and names the permissions and the remedies", async () => {
    const { code, stdout: printed } = await check(config(many))
    const stdout = unwrapped(printed)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Problems \(1\) routes have a caller who cannot be answered: .* and 6,144 fit\. /)
    for (const remedy of ["gateway.identitySources", "gateway.maxAnswerBytes", 'gateway.tooLarge "unavailable"'])
      expect(stdout).toContain(remedy)
    const permissions = /permissions, the fewest that were found: scopes ([^;]+); /.exec(stdout)?.[1]?.split(", ") ?? []
    expect(permissions.length).toBeGreaterThan(30)
    const narrow = { gateway: { tooLarge: "unavailable" } }
    const caller = JSON.stringify({ scopes: permissions })
    const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/twelve-chars/GET/x"
    const args = ["policy", "--config", file("many.json", config(many, narrow)), "--principal", "-", "--arn", arn]
    expect((await hallpass(args, {}, caller)).stderr).toContain("policy_too_large")
    expect((await hallpass(args, {}, JSON.stringify({ scopes: permissions.slice(1) }))).code).toBe(0)
  })

  it("part 5: takes the table if such callers may get a 500, and says that they do", async () => {
    const { code, stdout } = await check(config(many, { gateway: { tooLarge: "unavailable" } }))
    expect(code).toBe(0)
    expect(stdout).toMatch(/largest policy: at most [\d,]+ bytes route by route, and 6,144 fit/)
    expect(stdout).toContain("policy_too_large")
    expect((await check(config({ "GET /a": read }))).stdout).not.toContain("policy_too_large")
  })

  it("part 5: a larger answer makes room", async () => {
    expect((await check(config(many, { gateway: { maxAnswerBytes: 20_000 } }))).code).toBe(0)
    for (const maxAnswerBytes of [0, 8191, 65_537, "8192"])
      expect((await check(config(many, { gateway: { maxAnswerBytes } }))).stdout).toContain("gateway.maxAnswerBytes")
  })

  it("reads routes.openapi and the environment like every command", async () => {
    file(
      "api/openapi.yaml",
      "openapi: 3.0.3\npaths: { /x: { get: { security: [{ o: [read] }] } } }\ncomponents: { securitySchemes: { o: { type: oauth2 } } }\n",
    )
    const named = file("api/authorizer.json", config({ openapi: "openapi.yaml" } as never))
    expect((await hallpass(["check", "--config", named])).stdout).toContain("  GET /x  scopes: all of read\n")
    const environment = { HALLPASS_CONFIG: JSON.stringify(config({ "GET /a": read })) }
    expect((await hallpass(["check"], environment)).stdout).toContain("  GET /a  scopes: all of read\n")
  })
})

describe("hallpass check ends with 2 and one line for", () => {
  it.each<[string, string[], string]>([
    ["no configuration", [], "there is no configuration"],
    ["a missing file", ["--config", "none.json"], "none.json cannot be read (ENOENT)"],
    ["an unknown option", ["--colour"], "unknown option '--colour'. See"],
    ["an unknown option with a sentence in it", ["--a. To b"], "unknown option '--a. To b'. See"],
    ["a word", ["authorizer.json"], "there is a word that belongs to no option"],
    ["no value", ["--config="], "--config has no value"],
    [
      "broken JSON",
      ["--config", file("broken.json", '{\n  "a": 1,\n}\n')],
      "broken.json:3:1 is not JSON: expected a name in double quotes. See",
    ],
    [
      "broken JSON with line breaks in the quotation",
      ["--config", file("quoted.json", "\n\nx\n\n")],
      "quoted.json:3:1 is not JSON: expected a value. See",
    ],
  ])("%s", async (_, args, text) => {
    const { code, stdout, stderr } = await hallpass(["check", ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\. See hallpass check --help\n$/)
  })

  it("--help explains everything and reads nothing", async () => {
    const { code, stdout, stderr } = await hallpass(["check", "--help", "--config", "none.json"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    for (const text of ["--config <file>", "Examples", "There is no rule for public routes", "Exit codes: 0"])
      expect(stdout).toContain(text)
  })
})
