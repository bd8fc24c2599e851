import { describe, expect, it } from "vitest"
import {
  type AuthorizerConfig,
  type AuthorizerParts,
  ConfigurationError,
  configFromEnvironment,
  createAuthorizer,
} from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { canariesIn, plant } from "../support/canaries.ts"
import { oidcIssuer } from "../support/config.ts"
import {
  alice,
  edgeConfig,
  edgeEvent,
  hmacEntry,
  keyHex,
  secret,
  secretPart,
  secrets,
  signature,
} from "../support/edge.ts"
import { type EventOptions, eventBuilders, eventKinds } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds, segments } from "../support/mint.ts"
import { outputOfEachTest } from "../support/output.ts"

// Everything that a caller, an issuer, an edge or a secret store can send holds the word canary or is remembered by its
// beginning, and goes through every kind of event with everything recorded. None of it may be in any output (SR-163,
// SR-164).

const good = mint({ email: "canary@mail.example", roles: ["canary-role"], canary_claim: "canary" })
const [header, payload, mac] = segments(good)
/** The first 16 characters of a kid may be shown, so the word follows them. */
const longKid = "k-0123456789abcdef-canary"

const credentials: readonly (readonly [what: string, authorization: string | undefined, reason: string])[] = [
  ["good", `Bearer ${good}`, "ok"],
  ["missing", undefined, "credential_missing"],
  ["expired", `Bearer ${mint({ exp: nowSeconds - 99 })}`, "token_expired"],
  ["not yet valid", `Bearer ${mint({ nbf: nowSeconds + 99 })}`, "token_not_yet_valid"],
  ["of an unknown issuer", `Bearer ${mint({ iss: "https://canary.example" })}`, "issuer_unknown"],
  ["of an issuer in another spelling", `Bearer ${mint({ iss: "https://issuer.example/tenant/" })}`, "issuer_spelling"],
  ["for another audience", `Bearer ${mint({ aud: "canary-audience" })}`, "audience_mismatch"],
  ["of an unknown key", `Bearer ${mint({}, { header: { kid: longKid } })}`, "key_unknown"],
  ["without a key", `Bearer ${mint({}, { header: { kid: undefined } })}`, "kid_missing"],
  ["badly signed", `Bearer ${header}.${payload}.${mac.replace(/^.{8}/, "AAAAAAAA")}`, "signature_invalid"],
  ["malformed", `Bearer ${good}!`, "token_malformed"],
  ["not JSON", `Bearer ${mint("canary not JSON")}`, "claims_invalid"],
  ["with a header that is not JSON", `Bearer ${mint({}, { header: "canary not JSON" })}`, "header_invalid"],
  ["with a critical header", `Bearer ${mint({}, { header: { crit: ["canary"] } })}`, "header_critical"],
  ["of another type", `Bearer ${mint({}, { header: { typ: "canary+jwt" } })}`, "type_not_allowed"],
  ["of another algorithm", `Bearer ${mint({}, { header: { alg: "canary-alg" } })}`, "algorithm_not_allowed"],
  ["encrypted", `Bearer ${header}.${payload}.${mac}.${mac}.${mac}`, "token_encrypted"],
  ["opaque", "Bearer canaryOpaqueToken", "token_opaque"],
  ["too long", `Bearer canary${"x".repeat(17_000)}`, "token_too_long"],
  ["without a subject", `Bearer ${mint({ sub: 7 })}`, "subject_invalid"],
  ["bound to a sender", `Bearer ${mint({ cnf: { jkt: "canary" } })}`, "sender_constrained"],
  ["of another scheme", "Canary canaryOpaqueToken", "credential_malformed"],
]

/** Where else a caller can write. */
const elsewhere: EventOptions = {
  path: "/canary/7",
  template: "/{any}/{id}",
  headers: {
    ...{ "X-Canary": "canary", "User-Agent": "canary/1.0", Cookie: "session=canary", traceparent: "00-canary" },
    ...{
      "X-Amzn-Trace-Id": "Root=1-canary;Self=canary",
      "X-Forwarded-For": "canary",
      Referer: "https://canary.example",
    },
  },
  query: { canary: "canary", access_token: "canary" },
  cookies: ["session=canary"],
}

const output = outputOfEachTest()

/**
 * Everything on: what is recorded of these events, with the reasons. Errors go back to API Gateway, which logs them.
 */
async function recorded(config: AuthorizerConfig, events: readonly unknown[], parts: AuthorizerParts = {}) {
  const observer = createPowertoolsObserver({ clock })
  const observe = { sampleAllows: 1, audit: "ocsf", flushAfterSeconds: 0 } as const
  const { handler, warmUp } = createAuthorizer({ ...config, observe }, { clock, observer, ...parts })
  await warmUp()
  const context = { awsRequestId: "1", clientContext: { custom: "canary" }, identity: { cognitoIdentityId: "canary" } }
  let errors = ""
  for (const event of events) {
    await handler(event, context).catch((error: Error) => {
      errors += `${error.name} ${error.message} ${error.stack} ${JSON.stringify(error)}\n`
    })
  }
  await observer.flush()
  expect(canariesIn(errors)).toEqual([])
  expect(canariesIn(output.text())).toEqual([])
  return output.records().filter((line) => "level" in line && "reason" in line)
}

const routed: AuthorizerConfig = {
  issuers: [oidcIssuer()],
  routes: { "ANY /{any}/{id}": { scopes: ["more"] }, $connect: { claims: [{ path: "client_id", equals: "x" }] } },
  gateway: { resultTtlSeconds: 0 },
}

describe.each<[string, AuthorizerConfig]>([
  ["without routes", { issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } }],
  ["with routes that demand more", routed],
  [
    "with denials in place of errors",
    { issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0, unauthorized: "deny" } },
  ],
])("no output holds a part of what a caller sends, %s", (_, config) => {
  it.each(credentials)("a token that is %s", async (_what, authorization, reason) => {
    const events = eventKinds.map((kind) => eventBuilders[kind](authorization, elsewhere))
    const records = await recorded(config, events)
    expect(records).toHaveLength(eventKinds.length)
    const usual = reason === "ok" && config.routes ? ["scope_missing", "claim_mismatch", "method_unknown"] : [reason]
    // A TOKEN event always has a credential, an empty one where there is none.
    const allowed = [...usual, "credential_malformed", "credential_missing", "path_ambiguous", "route_unmatched"]
    for (const record of records) expect(allowed).toContain(record.reason)
    expect(records.map((record) => record.reason)).toContain(usual[0])
  })
})

it("no output holds a part of an event that is none", async () => {
  const events = [
    "canary",
    { canary: "canary" },
    { type: "REQUEST", methodArn: "arn:canary", headers: { canary: "canary" } },
    { ...eventBuilders["http-2.0"](`Bearer ${good}`, elsewhere), routeArn: "arn:aws:execute-api:canary" },
    { ...eventBuilders["rest-request"](`Bearer ${good}`, elsewhere), requestContext: "canary" },
  ]
  expect((await recorded(routed, events)).length).toBe(events.length)
})

describe("no output holds a part of what an edge sends", () => {
  const identity = { ...alice, "x-edge-user": "canary-user", "x-edge-groups": "| CN=canary,OU=G |" }
  const signed = { ...identity, "x-edge-signature": signature("rest-request", identity) }
  const known = { ...identity, "x-origin-verify": secret }

  it.each<[string, { readonly [name: string]: string }]>([
    ["ok", signed],
    ["edge_evidence_missing", identity],
    ["edge_signature_malformed", { ...identity, "x-edge-signature": "canary" }],
    ["edge_signature_invalid", { ...signed, "x-edge-user": "canary-other" }],
    [
      "edge_signature_stale",
      { ...identity, "x-edge-signature": signature("rest-request", identity, { unixSeconds: 1 }) },
    ],
    ["edge_key_unknown", { ...identity, "x-edge-signature": signature("rest-request", identity, { keyId: "canary" }) }],
    ["edge_secret_invalid", { ...identity, "x-origin-verify": "canary-secret-0123456789-0123456789" }],
    ["ok", known],
    ["edge_header_alias", { ...signed, x_edge_user: "canary" }],
    ["edge_header_spelling", { ...signed, "X-Edge-User": "canary" }],
    ["edge_header_empty", { ...known, "x-edge-user": "" }],
    ["edge_header_control", { ...signed, "x-edge-user": "canary\u0007" }],
    ["edge_header_characters", { ...signed, "x-edge-user": "canary-ü" }],
    ["edge_header_too_long", { ...signed, "x-edge-user": `canary${"x".repeat(20_000)}` }],
    ["edge_header_missing", { ...known, "x-edge-user": "" }],
  ])("%s", async (reason, headers) => {
    for (const value of [...Object.values(headers), secret, keyHex]) plant(value)
    const { "x-edge-user": user, ...others } = headers
    const sent =
      reason === "edge_header_missing" ? others : { ...others, ...(user === undefined ? {} : { "x-edge-user": user }) }
    const event = edgeEvent("rest-request", { headers: sent }, { vpceId: "vpce-0a1b2c3d4e5f67890" })
    const evidence = [hmacEntry, { vpceIds: ["vpce-0a1b2c3d4e5f67890"], secret: secretPart }]
    const [record] = await recorded(edgeConfig({ evidence }), [event], { secrets })
    expect(record?.reason).toBe(reason)
  })
})

describe("no output holds what a fault says", () => {
  const bad = eventBuilders["http-2.0"](`Bearer ${good}`)
  const { jwks: _, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
  const privateKey = testKey().privateKey.export({ format: "jwk" })

  it("a key server's answers, and errors of the network", async () => {
    plant(String(privateKey.d))
    const bodies = [
      "canary",
      JSON.stringify({ keys: "canary" }),
      JSON.stringify({ keys: [{ ...privateKey, kid: "canary" }] }),
    ]
    for (const body of bodies) {
      const headers = { "content-type": "canary", etag: "canary" }
      const fetchKeySet = () => Promise.resolve({ status: body === "canary" ? 503 : 200, headers, body })
      await recorded({ issuers: [remote], gateway: { resultTtlSeconds: 0 } }, [bad], { fetchKeySet })
    }
    const fetchKeySet = () => Promise.reject(new Error("canary", { cause: new Error(good) }))
    const config = { issuers: [remote], gateway: { resultTtlSeconds: 0 } }
    const [record] = (await recorded(config, [bad], { fetchKeySet })).slice(-1)
    expect(record).toMatchObject({ outcome: "unavailable", reason: "keys_unavailable" })
    expect(output.records().map(({ message }) => message)).toContain("private key in a key set")
  })

  it("a secret store's answers and errors", async () => {
    for (const secrets of [
      () => Promise.reject(new Error("canary")),
      () => Promise.resolve({ current: "canary" }),
      () => Promise.resolve({ current: JSON.stringify({ canary: "canary" }), previous: "canary" }),
    ]) {
      const event = edgeEvent("rest-request", {
        headers: { ...alice, "x-edge-signature": signature("rest-request", alice) },
      })
      const [record] = (await recorded(edgeConfig(), [event], { secrets })).slice(-1)
      expect(record).toMatchObject({ outcome: "unavailable", reason: "secrets_unavailable" })
    }
    expect(output.records().map(({ message }) => message)).toContain("secret not fetched")
  })

  it("a custom check that throws the token that it was not given", async () => {
    const check = (): never => {
      throw new TypeError(`check failed for ${good}`, { cause: new Error(`Bearer ${mac}`) })
    }
    const [record] = await recorded({ issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } }, [bad], { check })
    expect(record).toMatchObject({ outcome: "unavailable", reason: "internal" })
    expect(output.records().map(({ message }) => message)).toContain("unexpected fault")
  })
})

describe("no output holds a configured value", () => {
  it.each<[string, { readonly [name: string]: string }]>([
    ["JSON that is broken", { HALLPASS_CONFIG: '{"issuers": "canary' }],
    ["routes that are broken", { HALLPASS_PROVIDER: "okta", HALLPASS_ROUTES: "canary" }],
    [
      "simple variables that are wrong",
      {
        ...{
          HALLPASS_PROVIDER: "canary",
          HALLPASS_DOMAIN: "https://canary.okta.com/canary",
          HALLPASS_AUDIENCE: " canary",
        },
        ...{ HALLPASS_UNMATCHED: "canary", HALLPASS_RESULT_TTL_SECONDS: "canary", HALLPASS_IDENTITY_SOURCES: "canary" },
        ...{ HALLPASS_SAMPLE_ALLOWS: "canary", HALLPASS_AUDIT: "canary", HALLPASS_TRACE_CONTEXT: "canary" },
      },
    ],
    [
      "an object that is wrong throughout",
      {
        HALLPASS_CONFIG: JSON.stringify({
          issuers: [
            {
              provider: "oidc",
              issuer: "http://canary",
              audience: 7,
              jwks: { keys: ["canary"] },
              algorithms: ["canary"],
            },
          ],
          routes: { "GET /x": { scopes: "canary", claims: [{ path: "email", equals: { a: "canary" } }] } },
          gateway: { responses: "canary", unauthorized: "canary" },
          credential: { header: "canary: canary", scheme: "two canaries" },
          keys: { ca: "canary" },
          edge: {
            role: "canary",
            headers: { user: { name: "x-user", format: "canary" } },
            evidence: [
              { secret: { header: "x-s", values: "canary" } },
              { hmac: { header: "x-h", keys: { env: "canary" } } },
            ],
          },
          observe: { principal: "canary" },
        }),
      },
    ],
  ])("%s", async (_, environment) => {
    const observer = createPowertoolsObserver({ clock })
    try {
      createAuthorizer(configFromEnvironment(environment) as AuthorizerConfig)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(canariesIn(String((error as Error).stack))).toEqual([])
      observer.fault?.(error)
    }
    await observer.flush()
    expect(canariesIn(output.text())).toEqual([])
    expect(output.records()).toMatchObject([{ message: "configuration refused" }])
  })
})
