import { globSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import {
  type AuthorizerConfig,
  ConfigurationError,
  createAuthorizer,
  loadAuthorizer,
  loadFromEnvironment,
} from "../../src/index.ts"
import { sentences } from "../../src/problems/explain-problems.ts"
import { problems } from "../configuration/problems.ts"
import { wholeConfiguration } from "../configuration/whole-configuration.ts"
import { oidcIssuer } from "../support/config.ts"

const okta = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" }
const issuerProblems = (issuer: object): readonly string[] => problems({ issuers: [issuer] })
const without = (block: object, name: string): object =>
  Object.fromEntries(Object.entries(block).filter(([key]) => key !== name))

describe("13.3: a missing member is missing, and gets an example", () => {
  it.each<[object, string]>([
    [without(okta, "provider"), 'issuers[0].provider: is missing. Set it to the kind of issuer, for example "okta"'],
    [
      without(okta, "domain"),
      'issuers[0].domain: is missing. Set it to the host name of the issuer, for example "acme.okta.com"',
    ],
    [
      without(okta, "audience"),
      'issuers[0].audience: is missing. Set it to the aud claim of your tokens, for example "api://orders"',
    ],
    [
      { provider: "entra", audience: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60" },
      'issuers[0].tenant: is missing. Set it to the id of your tenant, for example "11111111-2222-3333-4444-555555555555"',
    ],
    [
      { provider: "cognito", clientIds: ["a"] },
      'issuers[0].userPoolId: is missing. Set it to the id of the user pool, for example "eu-west-1_AbCdEf123"',
    ],
    [
      { provider: "cognito", userPoolId: "eu-west-1_A" },
      'issuers[0].clientIds: is missing. Set it to the app clients to accept, for example ["3n4b5urk1ft4fl3mg5e62d9ado"]',
    ],
  ])("of %o", (issuer, expected) => expect(issuerProblems(issuer)).toEqual([expected]))

  it("of an issuer of provider oidc: both, and nothing that follows", () => {
    expect(issuerProblems({ provider: "oidc" })).toEqual([
      'issuers[0].issuer: is missing. Set it to the iss claim of your tokens, character for character, for example "https://issuer.example.com"',
      'issuers[0].audience: is missing. Set it to the aud claim of your tokens, for example "api://orders"',
    ])
  })

  it("of the whole", () => {
    expect(problems({ issuers: undefined })).toEqual(["issuers: is undefined. Set it, or leave it out"])
    const { message } = refused(() => createAuthorizer({} as AuthorizerConfig))
    expect(message).toContain('issuers: is missing. Set it to the issuers of your tokens, for example [{ "provider"')
  })

  it("of an edge", () => {
    const lines = problems({ issuers: [], edge: {}, gateway: { resultTtlSeconds: 0 } })
    expect(lines).toEqual([
      'edge.role: is missing. Set it to what the headers are: the identity, or attributes of a token, for example "identity"',
      'edge.headers: is missing. Set it to the headers to believe, by context key, for example { "user": "x-edge-user" }',
      expect.stringMatching(
        /^edge\.evidence: is missing\. Set it to a list of at least one proof that a request came through the edge/,
      ),
    ])
  })
})

describe("13.3: unknown names", () => {
  it.each<[{ [name: string]: unknown }, string]>([
    [{ rotues: {} }, 'rotues: is not a known option. Did you mean "routes"?'],
    [{ route: {} }, 'route: is not a known option. Did you mean "routes"?'],
    [{ gatway: {} }, 'gatway: is not a known option. Did you mean "gateway"?'],
    [{ leeway: 5 }, 'leeway: is not a known option. Did you mean "clockToleranceSeconds"?'],
    [{ gateway: { ttl: 0 } }, 'gateway.ttl: is not a known option. Did you mean "resultTtlSeconds"?'],
    [
      { gateway: { identity_sources: [] } },
      'gateway.identity_sources: is not a known option. Did you mean "identitySources"?',
    ],
    [{ keys: { timeout: 1 } }, 'keys.timeout: is not a known option. Did you mean "timeoutMs"?'],
    [
      { routes: { "GET /x": { scope: ["a"] } } },
      'routes["GET /x"].scope: is not a known option. Did you mean "scopes"?',
    ],
    [{ routes: { "GET /x": { oneOf: [] } } }, 'routes["GET /x"].oneOf: is not a known option. Did you mean "anyOf"?'],
    [{ audience: "a" }, "audience: is not a known option at the top level. Write it as issuers[].audience"],
    [
      { resultTtlSeconds: 0 },
      "resultTtlSeconds: is not a known option at the top level. Write it as gateway.resultTtlSeconds",
    ],
    [{ cookie: "a" }, "cookie: is not a known option at the top level. Write it as credential.cookie"],
    [
      { cache: { colour: 1 } },
      "cache.colour: is not a known option. The options here are maxTokens, maxBytes, maxAgeSeconds",
    ],
    [
      { cache: { constructor: 1 } },
      "cache.constructor: is not a known option. The options here are maxTokens, maxBytes, maxAgeSeconds",
    ],
    [{ cache: { [`max${"x".repeat(10_000)}`]: 1 } }, "The options here are maxTokens, maxBytes, maxAgeSeconds"],
    [
      { gateway: { responses: "Simple" } },
      'gateway.responses: must be one of: "policy", "simple". Did you mean "simple"?',
    ],
    [
      { routes: { "GET /x": { scopes: "orders:read" } } },
      'routes["GET /x"].scopes: must be a list, for example ["orders:read"], or { "any"',
    ],
    [{ mode: "decide" }, 'mode: was replaced by the block "shadow"'],
  ])("%o", (changes, expected) => {
    const [line = "", ...others] = problems(changes)
    expect(line).toContain(expected)
    expect(others).toEqual([])
  })

  it.each([
    ["azure", "entra"],
    ["AzureAD", "entra"],
    ["azure-ad", "entra"],
    ["aad", "entra"],
    ["Microsoft", "entra"],
    ["entra_id", "entra"],
    ["b2c", "entra-b2c"],
    ["aws", "cognito"],
    ["amazon-cognito", "cognito"],
    ["Okta", "okta"],
    ["auth0.com", "auth0"],
    ["ad fs", "adfs"],
    ["WSO2", "wso2"],
    ["OIDC", "oidc"],
  ])("the provider %s is %s", (given, meant) => {
    const [line = "", ...others] = issuerProblems({ ...okta, provider: given })
    expect(line).toMatch(/^issuers\[0\]\.provider: must be one of: "okta", "auth0", "entra", .*"oidc"\. /)
    expect(line).toContain(`Did you mean "${meant}"?`)
    expect(others).toEqual([])
  })

  it.each(["google", "keycloak", "ping", "x".repeat(10_000), "constructor", ""])(
    "of any other provider, oidc: %s",
    (provider) => {
      expect(issuerProblems({ ...okta, provider })).toEqual([
        expect.stringMatching(/\. Use "oidc" for any other issuer$/),
      ])
    },
  )

  it("of very many, the first get a suggestion, and all are listed", () => {
    const lines = problems(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`routes${index}`, 1])))
    expect(lines).toHaveLength(20_000)
    expect(lines.filter((line) => line.includes("Did you mean"))).toHaveLength(200)
    expect(lines.at(-1)).toMatch(/^routes19999: is not a known option\. The options here are issuers, /)
  })

  it("a wrong value is never repeated", () => {
    const lines = problems({
      gateway: { responses: "canary-value" },
      unmatched: 7,
      issuers: [{ ...okta, provider: "canary-value" }],
    })
    expect(lines.join("\n")).not.toContain("canary-value")
  })

  it("of a variable", async () => {
    await expect(loadFromEnvironment({ HALLPASS_PROVIDR: "okta" })).rejects.toThrow(
      'HALLPASS_PROVIDR: is not known. Did you mean "HALLPASS_PROVIDER"?',
    )
    await expect(loadFromEnvironment({})).rejects.toThrow(
      "configuration: is missing. Set HALLPASS_CONFIG or HALLPASS_PROVIDER",
    )
  })
})

describe("13.3: no problem follows from another one", () => {
  const wrongValues = [7, -1, "x ", "", "bogus", true, null, [], {}, [7], [null], { zzz: 1 }, undefined]
  /** Problems elsewhere that do not follow: the table is right or wrong whatever was meant. */
  const elsewhere =
    /^(?:routes\["GET \/a"\]\.(?:issuers|permissions)|observe\.traceContext|gateway\.|issuers\[2\]\.allowedTenants)/

  it("a configuration with everything in it has none", () => {
    expect(problems(wholeConfiguration())).toEqual([])
  })

  it("one wrong value in it has one problem, or problems of its own parts, each told once", () => {
    let tried = 0
    for (const path of placesIn(wholeConfiguration())) {
      for (const wrong of wrongValues) {
        const changed = wholeConfiguration()
        setAt(changed, path, wrong)
        const found = refusedOrNot(() => createAuthorizer(changed as unknown as AuthorizerConfig))
        const place = pathText(path)
        const parent = pathText(path.slice(0, -1))
        const others = found.filter(
          (problem) => !problem.path.startsWith(place) && problem.path !== parent && !elsewhere.test(problem.path),
        )
        expect(others, `${place} = ${JSON.stringify(wrong)}`).toEqual([])
        const paths = found.map((problem) => problem.path).filter((one) => !one.startsWith('routes["zzz"]'))
        expect(new Set(paths).size, `${place} = ${JSON.stringify(wrong)}: ${paths}`).toBe(paths.length)
        tried++
      }
    }
    expect(tried).toBeGreaterThan(1000)
  })

  it.each<[{ [name: string]: unknown }, readonly string[]]>([
    [{ routes: 7, unmatched: "deny" }, ["routes"]],
    [{ edge: 7, secrets: {} }, ["edge"]],
    [
      {
        secrets: { refreshAfterSeconds: "x", waitAfterSeconds: 30 },
        edge: wholeConfiguration().edge,
        gateway: { resultTtlSeconds: 0 },
      },
      ["secrets.refreshAfterSeconds"],
    ],
    [{ gateway: 7, routes: { "GET /x": {} }, credential: { cookie: "a", query: "b" } }, ["gateway"]],
    [{ routes: { "GET /o/:id": { scope: ["a"] } } }, ['routes["GET /o/:id"]', 'routes["GET /o/:id"].scope']],
  ])("%o", (changes, expected) => {
    expect(problems(changes).map((line) => line.slice(0, line.indexOf(": ")))).toEqual(expected)
  })

  it("what is no configuration at all has one problem", () => {
    for (const config of [null, undefined, 7, "x", []]) {
      const { problems } = refused(() => createAuthorizer(config as unknown as AuthorizerConfig))
      expect(problems.map(({ path }) => path)).toEqual(["configuration"])
    }
    const { message } = refused(() => createAuthorizer({ issuers: () => [] } as unknown as AuthorizerConfig))
    expect(message).toContain("configuration: must be plain data, as JSON can hold it")
  })
})

describe("13.3: the sentences", () => {
  const files = globSync("src/**/*.ts", { cwd: new URL("../..", import.meta.url) })
  const source = files.map((path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).join("\n")

  it("are there for every name that a check uses, and each is used", () => {
    const names = new Set([...source.matchAll(/"([a-z][a-z_0-9]*)"/g)].map(([, name]) => name))
    const reported = [...source.matchAll(/\breport\((?:`[^`]*`|"[^"]*"|[\w.]+), "([a-z_0-9]+)"/g)].map(
      ([, name = ""]) => name,
    )
    expect(reported.length).toBeGreaterThan(20)
    for (const name of reported) expect(Object.keys(sentences), name).toContain(name)
    for (const name of Object.keys(sentences)) if (!name.startsWith("renamed_")) expect(names, name).toContain(name)
  })

  it("are the same whether they are there from the start or loaded for the problems", async () => {
    for (const config of [
      {},
      { issuers: [{ provider: "azure" }], rotues: 1 },
      { issuers: [oidcIssuer()], shadow: {} },
      7,
    ]) {
      const { problems } = refused(() => createAuthorizer(config as AuthorizerConfig))
      const loaded = await loadAuthorizer(config as AuthorizerConfig).catch((error: unknown) => error)
      expect((loaded as ConfigurationError).problems).toEqual(problems)
    }
  })

  it("tell what to do, and have no name of a sentence left in them", () => {
    const lines = problems({
      issuers: [{ provider: "okta", domain: 7, audience: [] }],
      gateway: [],
      cache: { maxTokens: "x" },
      unmatched: 7,
    })
    for (const line of lines) expect(line).toMatch(/^[\w[\].]+: [a-z]\w* .* .*/)
  })
})

function refused(work: () => unknown): ConfigurationError {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error("it was not refused")
}

function refusedOrNot(work: () => unknown): ConfigurationError["problems"] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

type Path = readonly (string | number)[]

function placesIn(value: unknown, path: Path = []): readonly Path[] {
  const own = path.length > 0 ? [path] : []
  if (typeof value !== "object" || value === null) return own
  const members = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value)
  return [...own, ...members.flatMap(([name, inner]) => (name === "jwks" ? [] : placesIn(inner, [...path, name])))]
}

function setAt(root: object, path: Path, value: unknown): void {
  let at = root as { [name: string | number]: unknown }
  for (const name of path.slice(0, -1)) at = at[name] as typeof at
  at[path.at(-1) ?? ""] = value
}

function pathText(path: Path): string {
  const steps = path.map((name) =>
    typeof name === "number" ? `[${name}]` : /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`,
  )
  return steps.join("").replace(/^\./, "")
}
