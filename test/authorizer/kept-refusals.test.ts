import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer, type RouteRule } from "../../src/index.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { oidcIssuer } from "../support/config.ts"
import { edgeEvent } from "../support/edge.ts"
import { http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds, segments } from "../support/mint.ts"

type Routes = { readonly [key: string]: RouteRule }
type Event = { readonly [name: string]: unknown }

const good = `Bearer ${mint()}`
const routes: Routes = { "GET /orders": {}, "GET /search/{q}": {}, "DELETE /orders": { roles: ["admin"] } }

/** What the handler makes of an event under a configuration, and what `decide` says of it. */
async function asked(event: Event, gateway: AuthorizerConfig["gateway"], more: Partial<AuthorizerConfig> = {}) {
  const { handler, decide } = createAuthorizer(
    { issuers: [oidcIssuer()], routes, ...more, gateway: gateway ?? {} },
    { clock },
  )
  const { outcome, reason } = await decide(event)
  const answer = await handler(event).catch((error: { name: string; code?: string; message: string }) =>
    error.name === "Unavailable" ? `undecided: ${error.code}` : `thrown: ${error.message}`,
  )
  const said =
    typeof answer === "string"
      ? answer
      : "isAuthorized" in answer
        ? `isAuthorized: ${answer.isAuthorized}`
        : evaluate(answer.policyDocument, String(event.routeArn ?? event.methodArn))
  return `${outcome}/${reason}, ${said}`
}

describe("2.3: an ARN that cannot be read is about no caller", () => {
  const long = `/search/${"x".repeat(1600)}`
  const noArn = (event: Event, name: "methodArn" | "routeArn" = "methodArn"): Event => ({ ...event, [name]: "arn:*" })
  const events: readonly Event[] = [
    restToken(good, { path: long }),
    restRequest(good, { path: long, template: "/search/{q}" }),
    http1(good, { path: long, template: "/search/{q}" }),
    http2(good, { path: long, template: "/search/{q}" }),
    noArn(restToken(good)),
    noArn(restRequest(good)),
    noArn(http1(good)),
    noArn(http2(good), "routeArn"),
  ]
  const kept: readonly AuthorizerConfig["gateway"][] = [
    {},
    { unauthorized: "deny" },
    { resultTtlSeconds: 1 },
    { resourcePolicyAllows: true },
  ]

  it.each(kept)("it is undecided where the answer would be kept: %o", async (gateway) => {
    for (const event of events)
      expect(await asked(event, gateway)).toBe("unavailable/arn_invalid, undecided: arn_invalid")
  })

  it("it is undecided without routes, and for simple responses", async () => {
    const simple = { responses: "simple", identitySources: ["token", "$context.routeKey"] } as const
    for (const event of events) {
      const { handler } = createAuthorizer({ issuers: [oidcIssuer()] }, { clock })
      await expect(handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "arn_invalid" })
    }
    for (const event of [http2(good, { path: long, template: "/search/{q}" }), noArn(http2(good), "routeArn")])
      expect(await asked(event, simple)).toBe("unavailable/arn_invalid, undecided: arn_invalid")
  })

  it("it is denied where no answer is kept", async () => {
    for (const event of events)
      expect(await asked(event, { resultTtlSeconds: 0 })).toMatch(/^forbidden\/arn_invalid, (?:deny|none)$/)
    const answer = await createAuthorizer(
      { issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } },
      { clock },
    ).handler(events[0])
    expect((answer as PolicyAnswer).policyDocument.Statement).toEqual([
      { Effect: "Deny", Action: "execute-api:Invoke", Resource: ["*"] },
    ])
  })
})

describe("2.3: a token that is early by seconds", () => {
  const early = `Bearer ${mint({ iat: nowSeconds + 10, nbf: nowSeconds + 10 })}`

  it("is undecided where the refusal would be kept", async () => {
    for (const event of [restToken(early), restRequest(early), http1(early), http2(early)])
      expect(await asked(event, { unauthorized: "deny" })).toBe(
        "unavailable/token_not_yet_valid, undecided: token_not_yet_valid",
      )
    const simple = { responses: "simple", identitySources: ["token", "$context.routeKey"] } as const
    expect(await asked(http2(early), simple)).toContain("undecided: token_not_yet_valid")
  })

  it("is refused where the refusal is thrown, where nothing is kept, and on WebSocket APIs, which keep nothing", async () => {
    expect(await asked(restToken(early), {})).toBe("unauthenticated/token_not_yet_valid, thrown: Unauthorized")
    const off = { unauthorized: "deny", resultTtlSeconds: 0 } as const
    expect(await asked(restToken(early), off)).toBe("unauthenticated/token_not_yet_valid, deny")
    expect(await asked(webSocket(early), { unauthorized: "deny" })).toBe("unauthenticated/token_not_yet_valid, deny")
    const simple = { responses: "simple", resultTtlSeconds: 0 } as const
    expect(await asked(http2(early), simple)).toBe("unauthenticated/token_not_yet_valid, isAuthorized: false")
  })
})

describe("2.3: a key that may have been published since the last fetch", () => {
  it.each([{ unauthorized: "deny" }, {}] as const)("key_unknown during a cool-down, %o", async (gateway) => {
    const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
    let [seconds, keys] = [nowSeconds, [one.jwk]]
    const { jwks: _, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
    const parts = {
      clock: () => seconds * 1000,
      fetchKeySet: async () => ({ status: 200, headers: {}, body: JSON.stringify({ keys }) }),
    }
    const { handler, decide } = createAuthorizer({ issuers: [remote], gateway }, parts)
    const token = (key: typeof one): Event => restToken(`Bearer ${mint({}, { key })}`)
    expect((await decide(token(one))).outcome).toBe("allow")
    seconds += 60
    const fresh = await decide(token(two)) // fetched just now: the issuer has no such key
    expect(fresh).toMatchObject({ outcome: "unauthenticated", reason: "key_unknown" })
    keys = [one.jwk, two.jwk]
    seconds += 1
    if (gateway.unauthorized === undefined) await expect(handler(token(two))).rejects.toThrow("Unauthorized")
    else await expect(handler(token(two))).rejects.toMatchObject({ name: "Unavailable", code: "keys_unavailable" })
    seconds += 60
    expect((await decide(token(two))).outcome).toBe("allow")
  })
})

describe("2.3: an unknown method", () => {
  const any: Routes = { "ANY /x": {}, "GET /y": { roles: ["admin"] } }
  const odd = (method: string): Event => {
    const event = http2(good, { method, path: "/x" })
    return { ...event, routeKey: "ANY /x", requestContext: { ...(event.requestContext as object), routeKey: "ANY /x" } }
  }
  const sources = ["token", "$context.routeKey"]

  it.each(["PROPFIND", "get", "*", "GET "])("%o under a key without the method is undecided", async (method) => {
    const undecided = "unavailable/method_unknown, undecided: method_unknown"
    expect(await asked(odd(method), { identitySources: sources }, { routes: any })).toBe(undecided)
    const simple = { identitySources: sources, responses: "simple" } as const
    expect(await asked(odd(method), simple, { routes: any })).toBe(undecided)
  })

  it("is refused under a key with the method, and where nothing is kept", async () => {
    for (const gateway of [{ identitySources: [...sources, "$context.httpMethod"] }, { resultTtlSeconds: 0 }])
      expect(await asked(odd("PROPFIND"), gateway, { routes: any })).toBe("forbidden/method_unknown, deny")
  })

  it("is refused under a principal policy, whose answer is the caller's whatever the request is", async () => {
    expect(await asked(odd("PROPFIND"), {}, { routes: { "GET /x": {} } })).toBe("forbidden/method_unknown, none")
    const nothing: Routes = { "GET /x": { roles: ["admin"] } }
    expect(await asked(odd("PROPFIND"), {}, { routes: nothing })).toBe("forbidden/method_unknown, deny")
    expect(await asked(restToken(good, { path: "/x//" }), {}, { routes: nothing })).toBe(
      "forbidden/path_ambiguous, deny",
    )
  })
})

describe("2.3: what other parts of the request say", () => {
  it("two credentials are undecided where the refusal would be kept: the key may hold the good one", async () => {
    const twice = { ...restRequest(good), multiValueHeaders: { Authorization: [good, good] } }
    expect(await asked(twice, { unauthorized: "deny" })).toBe(
      "unavailable/credential_ambiguous, undecided: credential_ambiguous",
    )
    expect(await asked(twice, {})).toBe("unauthenticated/credential_ambiguous, thrown: Unauthorized")
  })

  it("the edge's evidence is undecided there, too", async () => {
    const edge = {
      role: "attributes",
      headers: { user: "x-edge-user" },
      evidence: [
        {
          vpceIds: ["vpce-0123456789abcdef0"],
          secret: { header: "x-origin", values: { env: "HALLPASS_TEST_ORIGIN" } },
        },
      ],
      subjectClaim: "sub",
    } as const
    process.env.HALLPASS_TEST_ORIGIN = "Correct-Horse-Battery-Staple-42"
    const identitySources = [
      "token",
      "request.header.x-origin",
      "request.header.x-edge-user",
      "context.identity.vpceId",
    ]
    const event = edgeEvent("rest-request", { authorization: good, headers: { "x-edge-user": "u", "x-origin": "no" } })
    const undecided = await asked(event, { unauthorized: "deny", identitySources }, { edge })
    expect(undecided).toMatch(/^unavailable\/(edge_\w+), undecided: \1$/)
    const denied = await asked(event, { unauthorized: "deny", resultTtlSeconds: 0 }, { edge })
    expect(denied).toMatch(/^unauthenticated\/edge_\w+, deny$/)
  })
})

/** Tokens that are refused for what they say; `text` makes one of a good token. */
const condemned: readonly (readonly [reason: string, header: string])[] = [
  ["credential_malformed", "Basic eDp5"],
  ["credential_malformed", good.slice("Bearer ".length)],
  ["token_too_long", `Bearer ${"x".repeat(20_000)}`],
  ["token_malformed", `${good}=`],
  ["token_opaque", "Bearer 2YotnFZFEjr1zCsicMWpAA"],
  ["token_encrypted", `${good}.x.y`],
  ["header_invalid", `Bearer ${mint({}, { header: "[]" })}`],
  ["header_critical", `Bearer ${mint({}, { header: { crit: ["x"], x: 1 } })}`],
  ["algorithm_not_allowed", `Bearer ${mint({}, { header: { alg: "none" } })}`],
  ["type_not_allowed", `Bearer ${mint({}, { header: { typ: "dpop+jwt" } })}`],
  ["kid_missing", `Bearer ${mint({}, { header: { kid: undefined } })}`],
  ["claims_invalid", `Bearer ${mint("[]")}`],
  ["issuer_unknown", `Bearer ${mint({ iss: "https://else.example" })}`],
  ["issuer_spelling", `Bearer ${mint({ iss: "https://issuer.example/tenant/" })}`],
  ["key_unknown", `Bearer ${mint({}, { header: { kid: "else" } })}`],
  ["signature_invalid", `Bearer ${segments(mint()).slice(0, 2).join(".")}.${segments(mint({ sub: "x" }))[2]}`],
  ["expiry_invalid", `Bearer ${mint({ exp: undefined })}`],
  ["token_expired", `Bearer ${mint({ exp: nowSeconds - 60 })}`],
  ["time_invalid", `Bearer ${mint({ nbf: "1" })}`],
  ["audience_mismatch", `Bearer ${mint({ aud: "https://else.example" })}`],
  ["token_kind_refused", `Bearer ${mint({ at_hash: "x" })}`],
  ["subject_invalid", `Bearer ${mint({ sub: 7 })}`],
  ["sender_constrained", `Bearer ${mint({ cnf: { jkt: "x" } })}`],
]

describe("2.3: a refusal that is kept is about the token, and lasts", () => {
  it.each(condemned)(
    "%s is the same on every route, at the start and at the end of the TTL",
    async (reason, header) => {
      let seconds = nowSeconds
      const config = { issuers: [oidcIssuer()], routes, gateway: { unauthorized: "deny" } } as const
      const { handler, decide } = createAuthorizer(config, { clock: () => seconds * 1000 })
      for (const later of [0, 1, 150, 300]) {
        seconds = nowSeconds + later
        for (const build of [restToken, restRequest, http1, http2]) {
          const events = [
            build(header, { path: "/orders" }),
            build(header, { path: "/orders", method: "DELETE", headers: { "x-else": "1" }, stage: "test" }),
            build(header, { path: "/search/%7C", template: "/search/{q}", query: { a: "b" } }),
          ]
          for (const event of events) {
            expect(await decide(event)).toMatchObject({ outcome: "unauthenticated", reason })
            expect(await handler(event)).toMatchObject({ policyDocument: { Statement: [{ Effect: "Deny" }] } })
          }
        }
      }
    },
  )
})
