import { globSync, readFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { checkDeployment, deployedConfiguration } from "../../src/deployment.ts"
import {
  type AuthorizerConfig,
  type AuthorizerParts,
  ConfigurationError,
  loadAuthorizer,
  loadFromEnvironment,
  takeKeySnapshot,
} from "../../src/index.ts"
import { gatewaySettings } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"
import { edgeConfig, keyHex, keyId } from "../support/edge.ts"
import { restRequest } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const folder = resolve(import.meta.dirname, "../../events")
const events: { readonly [name: string]: unknown } = Object.fromEntries(
  globSync("*.json", { cwd: folder })
    .toSorted()
    .map((name) => [basename(name, ".json"), JSON.parse(readFileSync(join(folder, name), "utf8"))]),
)
const routes = { "GET /orders": { scopes: ["orders:read"] } }
const sound: AuthorizerConfig = { issuers: [oidcIssuer()], routes }
const remote = { ...oidcIssuer({ jwksUri: "https://issuer.example/keys" }), jwks: undefined }
const { jwks: _inline, ...remoteIssuer } = remote
const document = { status: 200, headers: {}, body: JSON.stringify(oidcIssuer().jwks) }

const check = (config: AuthorizerConfig, parts: AuthorizerParts = {}, recorded = events) =>
  checkDeployment(
    (observer) => loadAuthorizer(config, { clock, ...parts, observer }),
    recorded,
    () => config,
  )

describe("17-2: a new version checks itself", () => {
  it("is sound if it refuses every recorded event, one of each kind", async () => {
    const report = await check(sound)
    expect(report).toMatchObject({ sound: true, problems: [], mayPass: false })
    expect(report.decisions.map(({ event }) => event)).toEqual(Object.keys(events))
    expect(report.decisions.length).toBeGreaterThanOrEqual(5)
    expect(new Set(report.decisions.map(({ outcome }) => outcome))).toEqual(new Set(["unauthenticated"]))
  })

  it("reports every problem of its configuration with its path, and decides nothing", async () => {
    const wrong = { issuers: [{ provider: "okta", domian: "acme.okta.com", audience: "a" }], rouets: {} }
    const report = await check(wrong as unknown as AuthorizerConfig)
    expect(report).toMatchObject({ sound: false, mayPass: false, decisions: [] })
    expect(report.problems.map(({ path }) => path)).toEqual(expect.arrayContaining(["issuers[0].domian", "rouets"]))
    for (const { message } of report.problems) expect(message.length).toBeGreaterThan(10)
  })

  it.each([
    ["a misspelt variable", { HALLPASS_PROVIDR: "okta" }, /HALLPASS_PROVIDR/],
    ["a route that is no rule", { HALLPASS_CONFIG: '{"issuers":[],"routes":{"GET /a":7}}' }, /routes|issuers/],
    ["JSON with a member twice", { HALLPASS_CONFIG: '{"issuers":[],"issuers":[]}' }, /HALLPASS_CONFIG|issuers/],
    ["nothing at all", {}, /configuration/],
  ])("reports %s of its environment", async (_what, environment, path) => {
    const report = await checkDeployment(
      (observer) => loadFromEnvironment(environment, undefined, { observer }),
      events,
    )
    expect(report.sound).toBe(false)
    expect(report.problems.map((each) => each.path).join()).toMatch(path)
  })

  it("names the class of any other fault, and none of its text", async () => {
    const report = await checkDeployment(() => Promise.reject(new TypeError("secret text")), events)
    expect(report.problems).toEqual([{ path: "configuration", message: expect.stringContaining("TypeError") }])
    expect(JSON.stringify(report)).not.toContain("secret text")
  })

  it("fetches key sets: one that cannot be fetched is a problem that may pass", async () => {
    const report = await check(
      { ...sound, issuers: [remoteIssuer] },
      { fetchKeySet: () => Promise.resolve({ ...document, status: 404 }) },
    )
    expect(report).toMatchObject({ sound: false, mayPass: true })
    expect(report.problems).toEqual([
      { path: remoteIssuer.issuer, message: expect.stringMatching(/^has no key set: status\. .*snapshot/) },
    ])
    expect(
      await check({ ...sound, issuers: [remoteIssuer] }, { fetchKeySet: () => Promise.resolve(document) }),
    ).toMatchObject({
      sound: true,
    })
  })

  it("fetches the secrets of the edge, with the role that requests will have", async () => {
    const report = await check(edgeConfig(), { secrets: () => Promise.reject(new Error("no")) })
    expect(report).toMatchObject({ sound: false, mayPass: true })
    expect(report.problems).toEqual([
      {
        path: "secretsManager:edge/hmac",
        message: expect.stringMatching(/^could not be fetched: \w+\..*EdgeSecretArn/),
      },
    ])
  })

  it("refuses itself if an event without a valid token is allowed, whatever else is wrong", async () => {
    const allowed = { "an-old-token": restRequest(`Bearer ${mint()}`) }
    const report = await check({ issuers: [oidcIssuer()] }, {}, allowed)
    expect(report).toMatchObject({ sound: false, mayPass: false })
    expect(report.problems[0]?.path).toBe("events/an-old-token")
  })

  it("takes events of APIs that it does not serve as such, but not if it serves none", async () => {
    const keys = { [keyId]: keyHex }
    const parts: AuthorizerParts = { secrets: () => Promise.resolve({ current: JSON.stringify(keys) }) }
    const report = await check(edgeConfig(), parts)
    expect(report).toMatchObject({ sound: true })
    expect(report.decisions).toContainEqual({ event: "rest-token", outcome: "unavailable", reason: "gateway_mismatch" })
    const token = { "rest-token": events["rest-token"] }
    expect(await check(edgeConfig(), parts, token)).toMatchObject({ sound: false, problems: [{ path: "gateway" }] })
  })
})

describe("17-2: a report for those who set authorizers", () => {
  it("has what decides their settings, and no issuer, no rule and no evidence", async () => {
    const gateway = { resultTtlSeconds: 0 }
    const edge = edgeConfig().edge as NonNullable<AuthorizerConfig["edge"]>
    const whole: AuthorizerConfig = { ...sound, gateway, credential: { header: "X-Token" }, edge, unmatched: "deny" }
    const { configuration } = await check(whole, {}, {})
    expect(configuration).toEqual({
      ...{ issuers: [], routes: {}, gateway, credential: { header: "X-Token" }, unmatched: "deny" },
      edge: { role: edge.role, headers: {}, evidence: [] },
    })
    const { edge: _, ...others } = whole
    for (const one of [sound, { issuers: sound.issuers }, edgeConfig({}), others])
      expect(gatewaySettings((await check(one, {}, {})).configuration ?? { issuers: [] })).toEqual(gatewaySettings(one))
  })

  it("has the simple variables, too", () => {
    const environment = { HALLPASS_PROVIDER: "okta", HALLPASS_RESULT_TTL_SECONDS: "60", HALLPASS_RESPONSES: "simple" }
    expect(deployedConfiguration(environment)?.gateway).toEqual({ resultTtlSeconds: 60, responses: "simple" })
    expect(deployedConfiguration({}, sound)).toBe(sound)
    expect(deployedConfiguration({})).toBeUndefined()
    expect(() => deployedConfiguration({ HALLPASS_PROVIDR: "okta" })).toThrow(ConfigurationError)
  })
})

describe("17-2: a key snapshot in the bundle", () => {
  const config = { ...sound, issuers: [remoteIssuer] }
  const hour = 3_600_000

  it.each([
    ["fresh: nothing is fetched", 0, 86_400, true],
    ["stale, and the issuer cannot be reached: its keys are in use", 3 * hour, 86_400, true],
    ["too old, and the issuer cannot be reached", 48 * hour, 86_400, false],
    ["too old for this configuration", 3 * hour, 9000, false],
  ])("%s", async (_what, ageMs, expireAfterSeconds, expected) => {
    const keys = { expireAfterSeconds }
    const takenAt = clock() - ageMs
    const keySnapshot = await takeKeySnapshot(config, {
      clock: () => takenAt,
      fetchKeySet: () => Promise.resolve(document),
    })
    const fetchKeySet = () => Promise.reject(new Error("unreachable"))
    for (const one of [
      { ...config, keys },
      { ...config, issuers: [{ ...remoteIssuer, keys }] },
    ])
      expect(await check(one, { keySnapshot, fetchKeySet })).toMatchObject({ sound: expected, mayPass: !expected })
  })
})
