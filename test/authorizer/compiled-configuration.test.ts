import { describe, expect, it } from "vitest"
import { belongs } from "../../src/configuration/compiled-form.ts"
import { compileConfiguration } from "../../src/deployment.ts"
import { type AuthorizerConfig, ConfigurationError, loadFromEnvironment } from "../../src/index.ts"
import { answerTableHash } from "../../src/policy.ts"
import type { KeySetRecord, Observer } from "../../src/types/observer.ts"
import { oidcIssuer } from "../support/config.ts"
import { restToken } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { issuer, mint, nowSeconds } from "../support/mint.ts"

const clock = (): number => nowSeconds * 1000
const jwks = { keys: [testKey("rsa").jwk] }
const routes = { "GET /orders": { scopes: ["orders:read"] }, "POST /orders": { scopes: ["orders:write"] } }
const okta = { provider: "okta", domain: "acme.okta.com", audience: "api://orders", jwks } as const
const sound = { issuers: [oidcIssuer(), okta], routes } as AuthorizerConfig

/** As a bundle has it. Modules outside a bundle have no version. */
const compiledFrom = (config: AuthorizerConfig, version = "") => ({
  form: JSON.parse(JSON.stringify(compileConfiguration(config, version))),
})
const start = (config: AuthorizerConfig, of: AuthorizerConfig, version?: string, observer: Observer = {}) =>
  loadFromEnvironment({}, config, { clock, observer }, compiledFrom(of, version))
const reading = restToken(`Bearer ${mint({ scope: "orders:read" })}`, { path: "/orders" })

describe("19.3: a start from the compiled form of a bundled configuration", () => {
  it.each([
    ["for all routes", sound],
    ["for one route", { ...sound, gateway: { resultTtlSeconds: 0 } } as AuthorizerConfig],
    ["without routes", { issuers: sound.issuers } as AuthorizerConfig],
  ])("answers as one without it, %s", async (_, config) => {
    const fresh = await loadFromEnvironment({}, config, { clock })
    const compiled = await start(config, config)
    for (const scope of ["orders:read", "orders:write", "other"])
      for (const method of ["GET", "POST", "PUT"]) {
        const event = restToken(`Bearer ${mint({ scope })}`, { method, path: "/orders" })
        expect(await compiled.handler(event)).toEqual(await fresh.handler(event))
      }
  })

  it.each([
    ["an issuer", { iss: issuer }],
    ["a spelling of one", { iss: `${issuer}/` }],
    ["one that is not configured", { iss: "https://other.example/" }],
    ["a look-alike", { iss: "https://acme.okta.com" }],
    ["another issuer", { iss: "https://acme.okta.com/oauth2/default", aud: "api://orders", cid: "a", uid: "b" }],
  ])("knows the issuers as one without it: %s", async (_, claims) => {
    const event = restToken(`Bearer ${mint(claims)}`)
    const decisions = []
    for (const { decide } of [await loadFromEnvironment({}, sound, { clock }), await start(sound, sound)]) {
      const { outcome, reason, principal } = await decide(event)
      decisions.push({ outcome, reason, principal })
    }
    expect(decisions[1]).toEqual(decisions[0])
  })

  describe("a policy that does not fit as it is written first", () => {
    const long = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [
        `GET /service-${at}/{id}`,
        { scopes: [at === 7 ? "other" : "orders:read"] },
      ]),
    )
    const jwksUri = "https://issuer.example/keys"
    const fetchKeySet = async () => ({ status: 200, body: JSON.stringify(jwks), headers: {} })
    const event = restToken(`Bearer ${mint({ scope: "orders:read" })}`, { path: "/service-1/7" })

    it.each([
      ["with keys at hand", { issuers: [oidcIssuer()], routes: long }, {}],
      [
        "after keys were fetched",
        { issuers: [{ ...oidcIssuer(), jwks: undefined, jwksUri }], routes: long },
        { fetchKeySet },
      ],
    ])("is the one of a start without a form, %s", async (_, config, parts) => {
      const plain = JSON.parse(JSON.stringify(config)) as AuthorizerConfig
      const fresh = await loadFromEnvironment({}, plain, { clock, ...parts })
      const compiled = await loadFromEnvironment({}, plain, { clock, ...parts }, compiledFrom(plain))
      const answer = await compiled.handler(event)
      expect(answer).toEqual(await fresh.handler(event))
      expect(answer).toMatchObject({ policyDocument: { Statement: [{ Effect: "Allow" }, { Effect: "Deny" }] } })
      expect(JSON.stringify(answer).length).toBeLessThan(8192)
      expect(await compiled.decide(event)).toMatchObject({ outcome: "allow", route: "GET /service-1/{id}" })
    })
  })

  it("reads an issuer with its first token", async () => {
    const records: KeySetRecord[] = []
    const { decide } = await start(sound, sound, "", { keySet: (record) => void records.push(record) })
    expect(records).toEqual([])
    expect(await decide(reading)).toMatchObject({ outcome: "allow" })
    expect(records.map((record) => record.issuer)).toEqual([issuer])
  })

  it("refuses a configuration that is not the one of the form, as a start without a form does", async () => {
    const [first] = Object.entries(routes)
    const changed: readonly unknown[] = [
      { ...sound, routes: Object.fromEntries([[first?.[0], { scopes: [] }]]) },
      { ...sound, routes: { ...routes, "GET /orders": { scopes: undefined } } },
      { ...sound, routes: { ...routes, "GET /orders": { scopes: undefined, roles: undefined } } },
      { ...sound, issuers: [oidcIssuer(), oidcIssuer()] },
    ]
    for (const each of changed) {
      const config = each as AuthorizerConfig
      await expect(loadFromEnvironment({}, config, { clock })).rejects.toThrow(ConfigurationError)
      await expect(start(config, sound)).rejects.toThrow(ConfigurationError)
    }
  })

  it("passes over what JSON does not keep apart, although the texts are the same", async () => {
    const open = { ...sound, routes: { "GET /orders": {} } } as AuthorizerConfig
    const unset = { ...sound, routes: { "GET /orders": { scopes: undefined } } } as unknown as AuthorizerConfig
    expect(JSON.stringify(unset)).toBe(JSON.stringify(open))
    await expect(start(unset, open)).rejects.toThrow(/routes/)
    expect(compileConfiguration({ ...open, context: new Map() } as unknown as AuthorizerConfig, "")).toBeUndefined()
  })

  it("decides by the configuration that it has, if the form is of another one", async () => {
    const { decide } = await start(sound, { ...sound, issuers: [okta, oidcIssuer()] })
    const event = restToken(`Bearer ${mint({ scope: "other" })}`, { path: "/orders" })
    expect(await decide(event)).toMatchObject({ reason: "scope_missing" })
    expect(await decide(reading)).toMatchObject({ outcome: "allow" })
  })

  it("passes over a form of another version", async () => {
    expect(belongs(compiledFrom(sound).form, sound)).toBe(true)
    expect(belongs(compiledFrom(sound, "0.0.1").form, sound)).toBe(false)
    const { decide } = await start(sound, sound, "0.0.1")
    expect(await decide(reading)).toMatchObject({ outcome: "allow" })
  })

  it.each([
    ["for all routes", sound],
    ["for one route", { ...sound, gateway: { resultTtlSeconds: 0 } } as AuthorizerConfig],
    ["without routes", { issuers: sound.issuers } as AuthorizerConfig],
  ])("changes nothing of a constant of the build, which it does not copy, %s", async (_, config) => {
    const frozen = deepFrozen(JSON.parse(JSON.stringify(config)))
    const form = deepFrozen(compiledFrom(config).form)
    const constant = { form: { ...form, of: "not looked at" }, isConstant: true }
    const fresh = await loadFromEnvironment({}, config, { clock })
    const compiled = await loadFromEnvironment({}, frozen, { clock }, constant)
    for (const method of ["GET", "POST", "GET"]) {
      const event = restToken(`Bearer ${mint({ scope: "orders:read" })}`, { method, path: "/orders" })
      expect(await compiled.handler(event)).toEqual(await fresh.handler(event))
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
  })

  it("names answers as a start without a form does", async () => {
    const event = restToken(`Bearer ${mint({ scope: "orders:read" })}`, { path: "/orders" })
    for (const config of [sound, { ...sound, gateway: { resultTtlSeconds: 0 } }, { issuers: sound.issuers }]) {
      const { tableHash } = compiledFrom(config as AuthorizerConfig).form
      expect(tableHash).toBe(answerTableHash(config as AuthorizerConfig))
      const { handler } = await start(config as AuthorizerConfig, config as AuthorizerConfig)
      expect((await handler(event)).context?.answer).toMatch(new RegExp(`^v1\\.${tableHash}\\.`))
    }
    const unnamed = { ...sound, observe: { answerInContext: false } } as AuthorizerConfig
    expect(compiledFrom(unnamed).form.tableHash).toBeUndefined()
  })

  it("uses no form if the environment has the configuration", async () => {
    const HALLPASS_CONFIG = JSON.stringify({ ...sound, routes: { "GET /orders": { scopes: ["other"] } } })
    const { decide } = await loadFromEnvironment({ HALLPASS_CONFIG }, sound, { clock }, compiledFrom(sound))
    expect(await decide(reading)).toMatchObject({ reason: "scope_missing" })
  })

  it("has no form of a configuration that is refused", () => {
    const conflict = {
      ...sound,
      routes: { "GET /{a}/x": { scopes: ["a"] }, "GET /{a}": { scopes: ["b"] }, "GET /{a}/{b}": { scopes: ["c"] } },
    }
    for (const config of [{ issuers: [] }, conflict])
      expect(() => compileConfiguration(config as unknown as AuthorizerConfig, "")).toThrow(ConfigurationError)
  })
})

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const member of Object.values(value)) deepFrozen(member)
  return Object.freeze(value)
}
