import { generateKeyPairSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import { pathsOf, readAccessLine } from "../../src/cli/explain/access-line.ts"
import { explainAccessLog } from "../../src/cli/explain/access-log.ts"
import { type Explanation, explainClaims, explainEvent, explainToken } from "../../src/cli/explain/explanation.ts"
import { explainRecord } from "../../src/cli/explain/record.ts"
import { explanationText } from "../../src/cli/explain/text.ts"
import { createOutput } from "../../src/cli/frame/output.ts"
import type { AuthorizerConfig, IssuerConfig } from "../../src/index.ts"
import { answerTableHash, readAnswerName } from "../../src/policy.ts"
import { createTestIssuer, type TokenDefect } from "../../src/testing.ts"

const nowMs = 1_800_000_000_000
const options = { clock: () => nowMs, values: true, progress: () => undefined }
const issuer = createTestIssuer({ provider: "okta", audience: "api://orders", clock: options.clock })
const routes: NonNullable<AuthorizerConfig["routes"]> = {
  "GET /orders": { scopes: ["orders:read"] },
  "GET /orders/{id}": { scopes: ["orders:read"] },
  "POST /orders": { scopes: { any: ["orders:write", "orders:admin"] } },
  "DELETE /orders/{id}": { scopes: ["orders:read"], groups: ["ops"] },
  "GET /people": { kind: "user", scopes: ["orders:read"] },
  "GET /programs": { kind: "app" },
  "GET /sales": { claims: [{ path: "department", equals: "sales" }] },
  "GET /either": { anyOf: [{ groups: ["ops"] }, { scopes: ["orders:admin"] }] },
  "GET /here": { issuers: [issuer.issuer] },
  "ANY /admin/{proxy+}": { groups: ["ops"] },
}
const config: AuthorizerConfig = { issuers: [issuer.config], routes }
const input = (value: unknown) => ({ name: "input", text: typeof value === "string" ? value : JSON.stringify(value) })
const firstBad = ({ checks }: Explanation) => checks.find(({ ok }) => !ok)
const token = (claims: object = {}, defects: readonly TokenDefect[] = []): string =>
  issuer.token({ scp: ["orders:read"], ...claims }, defects)

describe("explain names the first cause of 40 planted defects", () => {
  const tokens: [what: string, text: string, check: string, reason: string][] = [
    ["an expired token", token({}, ["expired"]), "times", "token_expired"],
    ["a token of the future", token({}, ["notYetValid"]), "times", "token_not_yet_valid"],
    ["another audience", token({}, ["wrongAudience"]), "audience.aud", "audience_mismatch"],
    ["another issuer", token({}, ["wrongIssuer"]), "issuer", "issuer_unknown"],
    ["a changed payload", token({}, ["tampered"]), "signature", "signature_invalid"],
    ["no signature", token({}, ["algNone"]), "form", "token_malformed"],
    ["an ID token", token({}, ["idToken"]), "tokenKind.jti", "token_kind_refused"],
    ["a bound token", token({ cnf: { jkt: "x" } }), "sender.cnf", "sender_constrained"],
    [
      "a number as subject",
      token({ sub: 7, uid: undefined, cid: undefined, scope: "orders:read" }),
      "principal",
      "subject_invalid",
    ],
    ["a slash too much in iss", token({ iss: `${issuer.issuer}/` }), "issuer", "issuer_spelling"],
  ]
  it.each(tokens)("token: %s", async (_what, text, check, reason) => {
    const explanation = await explainToken(config, text, "GET /orders", options)
    expect(firstBad(explanation)).toMatchObject({ stage: "token", check, reason })
    expect(explanation).toMatchObject({ reason, stage: "token", gateway: { status: 401, answeredFrom: "function" } })
    expect(explanation.fix.length).toBeGreaterThan(20)
  })

  const jwk = issuer.config.jwks?.keys[0] as { readonly [member: string]: unknown }
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" })
  const sets: [what: string, keys: readonly unknown[], check: string, reason: string][] = [
    ["another kid", [{ ...jwk, kid: "other" }], "key", "key_unknown"],
    ["no kid", [{ ...jwk, kid: undefined }], "key", "key_unknown"],
    ["another key under the kid", [{ ...other, kid: jwk.kid }], "signature", "signature_invalid"],
    [
      "two keys, none with the kid",
      [
        { ...other, kid: "a" },
        { ...jwk, kid: "b" },
      ],
      "key",
      "key_unknown",
    ],
    [
      "a key for another algorithm beside it",
      [
        { ...jwk, alg: "RS512" },
        { ...other, kid: "z", alg: "RS256" },
      ],
      "key",
      "key_unknown",
    ],
    [
      "a key for encryption beside it",
      [
        { ...jwk, use: "enc" },
        { ...other, kid: "z" },
      ],
      "key",
      "key_unknown",
    ],
    [
      "a key that only signs beside it",
      [
        { ...jwk, key_ops: ["sign"] },
        { ...other, kid: "z" },
      ],
      "key",
      "key_unknown",
    ],
    ["a kid in capitals", [{ ...jwk, kid: `${jwk.kid}`.toUpperCase() }], "key", "key_unknown"],
    ["a kid with a blank", [{ ...jwk, kid: `${jwk.kid} ` }], "key", "key_unknown"],
  ]
  it.each(sets)("key set: %s", async (_what, keys, check, reason) => {
    const { jwks: _, ...rest } = issuer.config
    const own = { ...rest, jwks: { keys } } as IssuerConfig
    const explanation = await explainToken({ issuers: [own], routes }, token(), "GET /orders", options)
    expect(firstBad(explanation)).toMatchObject({ stage: "token", check, reason })
  })
  it("key set: nobody answers", async () => {
    const { jwks: _, ...rest } = issuer.config
    const own = {
      ...rest,
      jwksUri: "http://127.0.0.1:9/keys",
      keys: { allowHttpLoopback: true, timeoutMs: 2000 },
    } as IssuerConfig
    const explanation = await explainToken({ issuers: [own], routes }, token(), "GET /orders", options)
    expect(firstBad(explanation)).toMatchObject({ stage: "token", check: "key", reason: "keys_unavailable" })
    expect(explanation.gateway.status).toBe(500)
  })

  const rules: [request: string, claims: object, check: string, reason: string, missing?: object][] = [
    ["GET /orders", { scp: ["other"] }, "scopes", "scope_missing", { scopes: ["orders:read"] }],
    ["POST /orders", {}, "scopes", "scope_missing", { scopes: ["orders:write", "orders:admin"] }],
    ["DELETE /orders/7", {}, "groups", "group_missing", { groups: ["ops"] }],
    ["GET /people", { uid: undefined }, "kind", "kind_mismatch", { kind: "user" }],
    ["GET /programs", {}, "kind", "kind_mismatch", { kind: "app" }],
    ["GET /sales", { department: "it" }, "claims.department", "claim_mismatch", { claims: ["department"] }],
    ["GET /either", {}, "anyOf", "alternatives_unmet", { anyOf: [{ groups: ["ops"] }, { scopes: ["orders:admin"] }] }],
    ["GET /nowhere", {}, "match", "route_unmatched"],
    ["PUT /orders", {}, "match", "route_unmatched"],
    ["GET /admin/a/b", { groups: ["dev"] }, "groups", "group_missing", { groups: ["ops"] }],
  ]
  it.each(rules)("rule: %s", async (request, claims, check, reason, missing) => {
    const all = { scp: ["orders:read"], ...claims }
    const given = JSON.parse(Buffer.from(issuer.token(all).split(".")[1] ?? "", "base64url").toString())
    const byToken = await explainToken(config, issuer.token(all), request, options)
    const byClaims = await explainClaims(config, input(given), request, options)
    for (const explanation of [byToken, byClaims]) {
      expect(firstBad(explanation)).toMatchObject({ stage: "route", check, reason })
      expect(explanation).toMatchObject({ outcome: "forbidden", gateway: { status: 403 } })
      expect(explanation.missing).toEqual(missing)
    }
  })

  const rest = { type: "REQUEST", methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders" }
  const event = {
    ...rest,
    httpMethod: "GET",
    path: "/orders",
    resource: "/orders",
    requestContext: { resourceId: "x" },
  }
  const tokenEvent = { type: "TOKEN", methodArn: rest.methodArn, authorizationToken: `Bearer ${token()}` }
  const bearer = { Authorization: `Bearer ${token()}` }
  const settings: [what: string, event: object, changes: Partial<AuthorizerConfig>, stage: string, reason: string][] = [
    ["no event at all", { hello: "world" }, {}, "event", "event_unknown"],
    ["an integration's event", { ...event, type: undefined, methodArn: undefined }, {}, "event", "event_unknown"],
    ["an ARN of another service", { ...tokenEvent, methodArn: "arn:aws:s3:::bucket" }, {}, "arn", "arn_invalid"],
    ["an ARN that is cut off", { ...tokenEvent, methodArn: "arn:aws:execute-api:eu-west-1" }, {}, "arn", "arn_invalid"],
    ["no credential", { ...event, headers: {} }, {}, "credential", "credential_missing"],
    [
      "a credential twice",
      { ...event, headers: bearer, multiValueHeaders: { Authorization: ["Bearer a", "Bearer b"] } },
      {},
      "credential",
      "credential_ambiguous",
    ],
    ["another scheme", { ...tokenEvent, authorizationToken: "Basic YTpi" }, {}, "credential", "credential_malformed"],
    [
      "another header than configured",
      { ...event, headers: bearer },
      { credential: { header: "X-Token" } },
      "credential",
      "credential_missing",
    ],
    [
      "a TOKEN event where the route is in the key",
      tokenEvent,
      { gateway: { identitySources: ["token", "route"] } },
      "gateway",
      "gateway_mismatch",
    ],
    [
      "a token that is too long",
      { ...tokenEvent, authorizationToken: `Bearer ${"a".repeat(20_000)}` },
      {},
      "credential",
      "token_too_long",
    ],
  ]
  it.each(settings)("gateway: %s", async (_what, given, changes, stage, reason) => {
    const explanation = await explainEvent({ ...config, ...changes }, input(given), options)
    expect(firstBad(explanation)).toMatchObject({ stage, reason })
    expect(explanation).toMatchObject({ stage, reason })
  })
})

describe("explain of a line of the access log", () => {
  const keys = Object.keys(routes)
  const hash = answerTableHash(config)
  const bitmap = (...permitted: string[]): string => {
    const octets = Buffer.alloc(Math.ceil(keys.length / 8))
    for (const key of permitted) {
      const at = keys.indexOf(key)
      octets[at >> 3] = (octets[at >> 3] ?? 0) | (0x80 >> (at & 7))
    }
    return octets.toString("base64url")
  }
  const answer = `v1.${hash}.${bitmap("GET /orders", "GET /orders/{id}")}`
  const line = {
    requestId: "r",
    httpMethod: "GET",
    resourcePath: "/x",
    status: "403",
    authorizerRequestId: "-",
    answer,
  }
  const lines: [path: string, changes: object, expected: object][] = [
    ["/orders", { httpMethod: "POST" }, { reason: "scope_missing", request: { route: "POST /orders" } }],
    ["/orders/7", { httpMethod: "DELETE" }, { reason: "scope_missing", request: { route: "DELETE /orders/{id}" } }],
    ["/sales", {}, { reason: "claim_mismatch", request: { route: "GET /sales" } }],
    ["/either", {}, { reason: "alternatives_unmet", request: { route: "GET /either" } }],
    ["/programs", {}, { reason: "kind_mismatch", missing: { kind: "app" } }],
    ["/admin/a/b", { httpMethod: "PATCH" }, { reason: "group_missing", missing: { groups: ["ops"] } }],
    ["/here", {}, { reason: "issuer_mismatch" }],
    ["/nowhere", {}, { reason: "route_unmatched" }],
    ["/orders/7", { httpMethod: "PUT" }, { reason: "route_unmatched" }],
    [
      "/sales",
      { resourcePath: undefined, routeKey: "GET /sales", authorizerRequestId: undefined },
      { reason: "claim_mismatch", gateway: { answeredFrom: "unknown" } },
    ],
    ["/people", { authorizerRequestId: "6f1c" }, { reason: "scope_missing", gateway: { answeredFrom: "function" } }],
    ["/orders", { status: 200 }, { outcome: "allow", reason: "ok", gateway: { answeredFrom: "cache", status: 200 } }],
  ]
  it.each(lines)("explains a kept answer on %s %o", (path, changes, expected) => {
    const explanation = explainAccessLog(config, input({ ...line, path, ...changes }))
    expect(explanation).toMatchObject({ gateway: { answeredFrom: "cache" }, ...expected })
    expect(firstBad(explanation)?.reason ?? "ok").toBe(explanation.reason)
  })

  it("says that another table made the answer, that a name is damaged, and that a permitted route is not its own 403", () => {
    const other = explainAccessLog(config, input({ ...line, path: "/sales", answer: "v1.00000000.wA" }))
    expect(other.notes?.join()).toContain("made by another route table")
    const cut = explainAccessLog(config, input({ ...line, path: "/sales", answer: "v1.0000" }))
    expect(cut.notes?.join()).toContain("damaged")
    const permitted = explainAccessLog(config, input({ ...line, path: "/orders" }))
    expect(permitted.notes?.join()).toContain("permits this route")
  })

  it.each([
    ["/prod/orders/7", { httpMethod: "DELETE", resourcePath: "/orders/{id}" }, "DELETE /orders/{id}"],
    ["/base/v2/orders/7", { httpMethod: "DELETE", resourcePath: "/orders/{id}" }, "DELETE /orders/{id}"],
    ["/prod/sales", { resourcePath: undefined, routeKey: "GET /sales" }, "GET /sales"],
    ["/prod/sales", { resourcePath: undefined, routeKey: "$default" }, "GET /sales"],
    ["/prod/admin/a/b", { resourcePath: "/{proxy+}" }, "ANY /admin/{proxy+}"],
    ["/orders/orders", { httpMethod: "POST", resourcePath: "/{proxy+}", stage: "orders" }, "POST /orders"],
    ["/orders/7", { httpMethod: "DELETE", resourcePath: "/orders/{id}", stage: "orders" }, "DELETE /orders/{id}"],
  ])("15-3: finds the route of %s, which begins with the stage or a base path %o", (path, changes, route) => {
    const explanation = explainAccessLog(config, input({ ...line, path, ...changes }))
    expect(explanation).toMatchObject({ outcome: "forbidden", request: { path, route } })
    expect(explanation.reason).not.toBe("route_unmatched")
    expect(explanation.notes).toBeUndefined()
  })

  it("15-3: an empty segment of a path is a part of what {proxy+} takes", () => {
    const read = (path: string) =>
      pathsOf(readAccessLine(input({ ...line, path, resourcePath: "/{proxy+}", stage: "prod" })))
    expect(read("/prod//people")).toEqual(["//people"])
    expect(read("/prod/people//7")).toEqual(["/people//7"])
  })

  it("15-3: says that a path may mean two routes, if the line does not name the stage", () => {
    const changes = { path: "/orders/people", resourcePath: "/{proxy+}" }
    const { request, notes } = explainAccessLog(config, input({ ...line, ...changes }))
    expect(request.route).toBe("GET /orders/{id}")
    expect(notes?.join()).toContain("may also mean GET /people")
    const known = explainAccessLog(config, input({ ...line, ...changes, stage: "orders" }))
    expect(known).toMatchObject({ request: { route: "GET /people" }, reason: "scope_missing" })
  })

  const own: [what: string, changes: object, expected: object, fix: RegExp][] = [
    ["a throttled call", { answer: "-", status: 429, errorResponseType: "THROTTLED" }, {}, /limit/],
    ["a blocked call", { answer: "-", errorResponseType: "WAF_FILTERED" }, {}, /web ACL/],
    ["a call without API key", { answer: "-", errorResponseType: "INVALID_API_KEY" }, {}, /API key/],
    ["an unknown path", { answer: "-", errorResponseType: "MISSING_AUTHENTICATION_TOKEN" }, {}, /no such method/],
  ]
  it.each(own)("15-3: blames no caller and no rule for %s", (_what, changes, expected, fix) => {
    const explanation = explainAccessLog(config, input({ ...line, path: "/sales", ...changes }))
    const shared = { outcome: "forbidden", reason: "unknown", stage: "gateway", gateway: { answeredFrom: "gateway" } }
    expect(explanation).toMatchObject({ ...shared, ...expected })
    expect(explanation.fix).toMatch(fix)
    expect(explanation.missing).toBeUndefined()
  })

  it.each([
    ["a resource policy, before an answer", { answer: "-", errorResponseType: "ACCESS_DENIED" }, "forbidden"],
    [
      "an authorizer that failed",
      { answer: "-", status: 500, errorResponseType: "AUTHORIZER_FAILURE", authorizerRequestId: "6f1c" },
      "unavailable",
    ],
    [
      "an authorizer that refused the token",
      { answer: "-", status: 401, errorResponseType: "UNAUTHORIZED", authorizerRequestId: "6f1c" },
      "unauthenticated",
    ],
    ["an answer of another table", { answer: "v1.00000000.wA" }, "forbidden"],
    ["a damaged name", { answer: "v1.0000" }, "forbidden"],
  ])("15-3: claims no cause that the line does not prove: %s", (_what, changes, outcome) => {
    const explanation = explainAccessLog(config, input({ ...line, path: "/sales", ...changes }))
    expect(explanation).toMatchObject({ outcome, reason: "unknown", checks: [{ stage: "gateway", ok: false }] })
    expect(explanation.fix).toContain("authorizerRequestId" in changes ? "6f1c" : "record")
  })

  it("15-3: allows what the answer permits, whatever the backend answers", () => {
    const explanation = explainAccessLog(config, input({ ...line, path: "/orders", status: 404 }))
    expect(explanation).toMatchObject({ outcome: "allow", reason: "ok", gateway: { status: 404 } })
    expect(explanation.notes?.join()).toContain("the 404 comes from")
  })

  it("15-3: takes the reason of the context only if it is about this request or about the whole credential", () => {
    const none = `v1.${hash}.${bitmap()}`
    const reasonOf = (changes: object) =>
      explainAccessLog(config, input({ ...line, path: "/sales", answer: none, ...changes }))
    const expired = { outcome: "unauthenticated", reason: "token_expired", stage: "token" }
    expect(reasonOf({ reason: "token_expired" })).toMatchObject(expired)
    expect(reasonOf({ reason: "token_expired" }).missing).toBeUndefined()
    expect(reasonOf({ reason: "group_missing" })).toMatchObject({ reason: "claim_mismatch" })
    expect(reasonOf({ reason: "made_up" })).toMatchObject({ reason: "claim_mismatch" })
    const asked = { reason: "kind_mismatch", authorizerRequestId: "6f1c" }
    expect(reasonOf(asked)).toMatchObject({ reason: "kind_mismatch", gateway: { answeredFrom: "function" } })
  })

  it("reads names as they are written", () => {
    expect(readAnswerName(answer, keys.length)?.permitted?.slice(0, 3)).toEqual([true, true, false])
    expect(readAnswerName(`v1.${hash}.#0123456789abcdef`, 3)).toEqual({
      tableHash: hash,
      permitted: undefined,
      bitmapHash: "0123456789abcdef",
    })
    for (const wrong of ["", "v2.00000000.A", "v1.0000000g.A", `v1.${hash}.A=`, `v1.${hash}.${"A".repeat(300)}`])
      expect(readAnswerName(wrong, 3)).toBeUndefined()
  })

  it.each(["{", "[]", '{"status":"x"}', '{"status":403', '{"status":403}\n{"status":403}'])(
    "refuses %j in one line",
    (text) => {
      expect(() => explainAccessLog(config, input(text))).toThrow(/^[^\n]+$/)
    },
  )
})

describe("explain of a record", () => {
  it("names rule and fix, also behind the time that CloudWatch writes", () => {
    const record = {
      level: "INFO",
      outcome: "forbidden",
      reason: "scope_missing",
      route: "GET /orders",
      method: "GET",
      missing: { scopes: ["orders:read"] },
    }
    const explanation = explainRecord(config, input(`2026-11-30T00:00:00Z\tabc\tINFO\t${JSON.stringify(record)}`))
    expect(explanation).toMatchObject({
      outcome: "forbidden",
      reason: "scope_missing",
      missing: { scopes: ["orders:read"] },
    })
    expect(explanation.fix).toContain("orders:read")
    expect(() => explainRecord(config, input('{"reason":"made_up"}'))).toThrow(/no record of a decision/)
  })

  it("18-2: names the stage of a request that brought an identity header to the service", () => {
    const record = { outcome: "forbidden", reason: "identity_header_sent", eventKind: "service" }
    expect(explainRecord(config, input(JSON.stringify(record)))).toMatchObject({ stage: "event" })
  })
})

describe("what explain prints", () => {
  const output = createOutput({ stdout: process.stdout, stderr: process.stderr }, { json: false, color: false })

  it("holds no token, no signature, and nothing that a terminal interprets", async () => {
    const evil = issuer.token({ aud: "\u001b[2J\u202eevil", scp: ["orders:read"] })
    const text = explanationText(await explainToken(config, evil, "GET /orders", options), output)
    for (const segment of evil.split(".")) expect(text).not.toContain(segment)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    expect(text).toContain("\\u001b[2J\\u{202e}evil")
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("names the page of a fix after the words of its link", async () => {
    const { fix, reason } = await explainToken(config, token(), "GET /orders//7", options)
    expect(reason).toBe("path_ambiguous")
    expect(fix).toMatch(/ catch-all beside stricter routes \(docs\/policies\.md#[a-z-]+\)\.$/)
  })

  it("leaves claim values out with --hide-values", async () => {
    const own = await explainToken(config, token({ aud: "api://canary" }), "GET /orders", { ...options, values: false })
    expect(JSON.stringify(own)).not.toContain("canary")
    expect(own.reason).toBe("audience_mismatch")
  })

  it("does not say that nothing was found where the values are left out", async () => {
    const shown = async (values: boolean) =>
      explanationText(await explainToken(config, token(), "POST /orders", { ...options, values }), output)
    expect(await shown(true)).toContain('        found     ["orders:read"]\n')
    expect(await shown(false)).toContain("        expected  any of orders:write, orders:admin\n\n")
    const record = input({ outcome: "forbidden", reason: "scope_missing", route: "POST /orders" })
    expect(explanationText(explainRecord(config, record), output)).not.toContain("found")
  })
})
