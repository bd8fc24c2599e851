import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { everyAlgorithmIssuer, oidcIssuer } from "../support/config.ts"
import {
  alice,
  edgeAuthorizer,
  edgeConfig,
  edgeEvent,
  type HeaderKind,
  headerKinds,
  identityHeaders,
  secrets,
  signature,
} from "../support/edge.ts"
import type { EventOptions } from "../support/events.ts"
import { clock, goodClaims, mint, nowSeconds } from "../support/mint.ts"

/** An event whose edge signed exactly these headers; `""` for one that is not sent. */
function signedEvent(
  kind: HeaderKind,
  headers: { readonly [name: string]: string } = alice,
  options: EventOptions & { readonly authorization?: string } = {},
): { [name: string]: unknown } {
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""))
  const all = { ...sent, ...options.headers, "x-edge-signature": signature(kind, headers) }
  return edgeEvent(kind, { ...options, headers: all })
}

const routes = {
  "GET /orders/{id}": { groups: ["Ops"] },
  "POST /orders": { groups: ["Admins"] },
  $connect: { groups: ["Ops"] },
}

describe("role identity: the edge's user is the principal", () => {
  it.each(headerKinds)("of %s", async (kind) => {
    const { decide } = await edgeAuthorizer(edgeConfig())
    const { outcome, principal } = await decide(signedEvent(kind))
    expect(outcome).toBe("allow")
    expect(principal).toEqual({
      id: "edge|alice",
      issuer: "edge",
      provider: "edge",
      subject: "alice",
      kind: "user",
      scopes: [],
      roles: [],
      groups: ["Ops", "Comptes_éditeurs"],
      permissions: [],
      expiresAt: nowSeconds + 60,
      claims: { sub: "alice", user: "alice", groups: ["Ops", "Comptes_éditeurs"] },
    })
    expect(Object.isFrozen(principal) && Object.isFrozen(principal?.claims)).toBe(true)
  })

  it.each(headerKinds)("whose groups decide about routes, in %s", async (kind) => {
    const { decide } = await edgeAuthorizer(edgeConfig({}, { routes }))
    const template = kind === "websocket" ? {} : { template: "/orders/{id}" }
    expect(await decide(signedEvent(kind, alice, template))).toMatchObject({ outcome: "allow" })
    const others = { ...alice, "x-edge-groups": "| CN=Sales,DC=corp |" }
    expect(await decide(signedEvent(kind, others, template))).toMatchObject({
      outcome: "forbidden",
      reason: "group_missing",
    })
    const none = { ...alice, "x-edge-groups": "| |" }
    expect(await decide(signedEvent(kind, none, template))).toMatchObject({ reason: "group_missing" })
  })

  it("SR-131: gives the backend what was verified, under the configured keys, and nothing else", async () => {
    const headers = { ...identityHeaders, email: "x-edge-email", site: { name: "x-edge-site", optional: true } }
    const { handler } = await edgeAuthorizer(edgeConfig({ headers }))
    const sent = { ...alice, "x-edge-email": "alice@corp.example", "x-edge-site": "" }
    const spoofed = { headers: { "x-other": "canary", "x-forwarded-user": "canary", "x-edge-sites": "canary" } }
    const answer = await handler(signedEvent("http-2.0", sent, spoofed))
    expect(answer).toMatchObject({ principalId: "edge|alice" })
    expect(answer.context).toEqual({
      sub: "alice",
      issuer: "edge",
      tokenKind: "user",
      exp: nowSeconds + 60,
      user: "alice",
      email: "alice@corp.example",
      groups: ["Ops", "UTF-8''Comptes_%C3%A9diteurs"],
      answer: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]*$/),
    })
  })

  it("matches groups as directories do: without regard to capitals", async () => {
    const rules = { "GET /orders/{id}": { anyOf: [{ groups: ["ops"] }, { groups: { any: ["x", "y"] } }] } }
    const { decide } = await edgeAuthorizer(edgeConfig({}, { routes: rules }))
    expect(await decide(signedEvent("http-2.0", alice, { template: "/orders/{id}" }))).toMatchObject({
      outcome: "allow",
    })
  })

  it("takes roles, permissions and scopes from the edge, too", async () => {
    const headers = {
      user: "x-edge-user",
      roles: { name: "x-edge-roles", format: "csv" },
      scopes: { name: "x-edge-scopes", format: "csv" },
      permissions: { name: "x-edge-permissions", format: "csv" },
    } as const
    const rule = {
      roles: ["editor"],
      scopes: ["orders:read"],
      permissions: ["write"],
      issuers: ["edge"],
      claims: [{ path: "user", equals: "alice" }],
    }
    const { decide } = await edgeAuthorizer(edgeConfig({ headers }, { routes: { "ANY /{proxy+}": rule } }))
    const sent = {
      "x-edge-user": "alice",
      "x-edge-roles": "editor,viewer",
      "x-edge-scopes": "orders:read",
      "x-edge-permissions": "write",
    }
    expect(await decide(signedEvent("rest-request", sent, { template: "/{proxy+}" }))).toMatchObject({ reason: "ok" })
  })

  it("SR-145: gives two users two ids", async () => {
    const headers = { user: { name: "x-edge-user", format: "base64url" } } as const
    const { decide } = await edgeAuthorizer(edgeConfig({ headers }))
    const users = ["alice", "alice|x", "alice%7Cx", "älice", "%C3%A4lice", "a b", "a%20b", "edge|alice"]
    const ids = new Set<string>()
    for (const user of users) {
      const value = Buffer.from(user).toString("base64url")
      const { principal } = await decide(signedEvent("http-2.0", { "x-edge-user": value }))
      expect(principal?.subject).toBe(user)
      expect(principal?.id).toMatch(/^edge\|[!-~]+$/)
      ids.add(principal?.id ?? "")
    }
    expect(ids.size).toBe(users.length)
  })

  it("lasts as long as the signature, for a user that was seen before, too", async () => {
    let at = nowSeconds
    const { decide } = await edgeAuthorizer(edgeConfig(), { clock: () => at * 1000 })
    for (at of [nowSeconds, nowSeconds + 1, nowSeconds + 1]) {
      const value = signature("rest-request", alice, { unixSeconds: at })
      const { principal } = await decide(
        edgeEvent("rest-request", { headers: { ...alice, "x-edge-signature": value } }),
      )
      expect(principal).toMatchObject({ id: "edge|alice", expiresAt: at + 60 })
      expect(Object.isFrozen(principal)).toBe(true)
    }
  })

  it("SR-121: keeps nothing of what evidence did not vouch for", async () => {
    const { decide } = await edgeAuthorizer(edgeConfig())
    const unsigned = edgeEvent("rest-request", { headers: { ...alice, "x-edge-signature": "v=1" } })
    for (let i = 0; i < 3; i++) expect(await decide(unsigned)).toMatchObject({ outcome: "unauthenticated" })
    expect((await decide(signedEvent("rest-request"))).reason).toBe("ok")
    expect(await decide(unsigned)).toMatchObject({ reason: "edge_signature_malformed" })
  })

  it("has no user of more than 512 characters", async () => {
    const { decide } = await edgeAuthorizer(edgeConfig())
    for (const [length, expected] of [
      [512, "ok"],
      [513, "subject_invalid"],
    ] as const) {
      const sent = { ...alice, "x-edge-user": "a".repeat(length) }
      expect((await decide(signedEvent("rest-request", sent))).reason).toBe(expected)
    }
  })

  it("SR-124: refuses a value that is not of the configured form, although it is signed", async () => {
    const { decide } = await edgeAuthorizer(edgeConfig())
    const bad = { ...alice, "x-edge-groups": "| 0xff |" }
    expect(await decide(signedEvent("rest-request", bad))).toMatchObject({ reason: "edge_header_malformed" })
  })

  it("tells every check in the trace", async () => {
    const { decide } = await edgeAuthorizer(edgeConfig())
    const good = await decide(signedEvent("http-2.0"), { trace: true })
    expect(good.trace?.map(({ stage, ok }) => `${stage} ${ok}`)).toEqual([
      "event true",
      "arn true",
      "edge true",
      "route true",
    ])
    const bad = await decide(edgeEvent("http-2.0"), { trace: true })
    expect(bad.trace?.at(-1)).toEqual({
      ...{ stage: "edge", check: "evidence", ok: false },
      reason: "edge_evidence_missing",
    })
    const without = await createAuthorizer({ issuers: [oidcIssuer()] }, { clock }).decide(
      edgeEvent("http-2.0", { authorization: `Bearer ${mint()}` }),
      { trace: true },
    )
    expect(without.trace?.map(({ stage }) => stage)).not.toContain("edge")
  })
})

describe("SR-150: an edge and tokens side by side", () => {
  const config = edgeConfig({}, { issuers: [oidcIssuer()] })
  const authorization = `Bearer ${mint()}`

  it("the edge decides where it speaks, the token where it does not", async () => {
    const { decide } = await edgeAuthorizer(config)
    expect((await decide(signedEvent("http-2.0"))).principal?.id).toBe("edge|alice")
    expect((await decide(edgeEvent("http-2.0", { authorization }))).principal?.issuer).toBe(goodClaims.iss)
    expect((await decide(signedEvent("http-2.0", alice, { authorization }))).principal?.id).toBe("edge|alice")
    expect(await decide(edgeEvent("http-2.0"))).toMatchObject({ reason: "credential_missing" })
  })

  it("and what the edge's part is refused for is final", async () => {
    const { decide } = await edgeAuthorizer(config)
    const headers = { ...alice, "x-edge-signature": "v=1" }
    expect(await decide(edgeEvent("http-2.0", { authorization, headers }))).toMatchObject({
      reason: "edge_signature_malformed",
    })
  })

  it("a secret that the edge adds to everything leaves the token to decide, as it names nobody", async () => {
    const vpceId = "vpce-0a1b2c3d"
    const secret = { header: "x-origin-verify", values: { secretsManager: "edge/origin" } }
    const { decide } = await edgeAuthorizer({
      ...edgeConfig({ evidence: [{ vpceIds: [vpceId], secret }] }),
      issuers: [oidcIssuer()],
    })
    const headers = { "x-origin-verify": "Correct-Horse-Battery-Staple-42" }
    const both = edgeEvent("rest-request", { authorization, headers }, { vpceId })
    expect((await decide(both)).principal?.issuer).toBe(goodClaims.iss)
  })
})

describe("SR-127: role attributes, added to a verified token of the same subject", () => {
  const headers = { ...identityHeaders, department: { name: "x-edge-department", optional: true } }
  const config = edgeConfig({ role: "attributes", headers }, { issuers: [oidcIssuer({ groups: "groups" })] })
  const token = (claims: object = {}): string => `Bearer ${mint({ sub: "alice", ...claims })}`
  const sent = { ...alice, "x-edge-department": "sales" }

  it.each(headerKinds)("in %s", async (kind) => {
    const { decide } = await edgeAuthorizer(config)
    const { principal } = await decide(signedEvent(kind, sent, { authorization: token({ groups: ["Staff"] }) }))
    expect(principal).toMatchObject({
      id: "https://issuer.example/tenant|alice",
      provider: "oidc",
      issuer: goodClaims.iss,
      groups: ["Staff", "Ops", "Comptes_éditeurs"],
      expiresAt: goodClaims.exp,
      claims: { sub: "alice", groups: ["Staff"], "edge:department": "sales", "edge:user": "alice" },
    })
    expect(Object.isFrozen(principal) && Object.isFrozen(principal?.claims) && Object.isFrozen(principal?.groups)).toBe(
      true,
    )
  })

  it.each<[string, object, string]>([
    ["another subject", { sub: "bob" }, "edge_subject_mismatch"],
    ["the subject in capitals", { sub: "Alice" }, "edge_subject_mismatch"],
    ["a blank behind the subject", { sub: "alice " }, "edge_subject_mismatch"],
    ["a claim that passes for an attribute", { "edge:department": "board" }, "edge_claim_conflict"],
    ["an expired token", { exp: nowSeconds - 60 }, "token_expired"],
  ])("refuses %s", async (_name, claims, expected) => {
    const { decide } = await edgeAuthorizer(config)
    const { reason, ...rest } = await decide(signedEvent("http-2.0", sent, { authorization: token(claims) }))
    expect(reason).toBe(expected)
    expect(rest).not.toHaveProperty("principal")
  })

  it("refuses a claim that passes for an attribute also when the edge sends none", async () => {
    const { decide } = await edgeAuthorizer(config)
    const authorization = token({ "edge:department": "board" })
    const event = signedEvent("http-2.0", { ...sent, "x-edge-department": "" }, { authorization })
    expect((await decide(event)).reason).toBe("edge_claim_conflict")
  })

  it("never replaces a claim of the token", async () => {
    const { decide, handler } = await edgeAuthorizer(config)
    const event = signedEvent("http-2.0", sent, { authorization: token({ department: "board", user: "root" }) })
    expect((await decide(event)).principal?.claims).toMatchObject({ department: "board", user: "root", sub: "alice" })
    expect((await handler(event)).context).toMatchObject({ department: "sales", user: "alice" })
  })

  it("SR-125: needs both the token and the edge", async () => {
    const { decide } = await edgeAuthorizer(config)
    expect(await decide(signedEvent("http-2.0", sent))).toMatchObject({ reason: "credential_missing" })
    expect(await decide(edgeEvent("http-2.0", { authorization: token() }))).toMatchObject({
      reason: "edge_evidence_missing",
    })
    expect(await decide(edgeEvent("http-2.0", { authorization: token(), headers: sent }))).toMatchObject({
      reason: "edge_evidence_missing",
    })
  })

  it("compares with the claim that is named", async () => {
    const named = { ...config, edge: { ...config.edge, subjectClaim: ["ext", "login"] } } as typeof config
    const { decide } = await edgeAuthorizer(named)
    const event = (claims: object) =>
      signedEvent("http-2.0", sent, { authorization: token({ sub: "0b5c", ...claims }) })
    expect((await decide(event({ ext: { login: "alice" } }))).reason).toBe("ok")
    for (const claims of [
      {},
      { ext: {} },
      { ext: { login: ["alice"] } },
      { ext: { login: "" } },
      { "ext.login": "alice" },
    ])
      expect((await decide(event(claims))).reason).toBe("edge_subject_mismatch")
  })

  it("gives the same principal for the same token and attributes, and another for others", async () => {
    const { decide } = await edgeAuthorizer(config)
    const authorization = token()
    const first = (await decide(signedEvent("http-2.0", sent, { authorization }))).principal
    expect((await decide(signedEvent("http-2.0", sent, { authorization }))).principal).toBe(first)
    const moved = { ...sent, "x-edge-groups": "| CN=Sales |" }
    expect((await decide(signedEvent("http-2.0", moved, { authorization }))).principal?.groups).toEqual(["Sales"])
    expect((await decide(signedEvent("http-2.0", sent, { authorization }))).principal?.groups).toEqual(first?.groups)
  })
})

describe("while nothing has to be fetched", () => {
  it("the walk is one step, however it authenticates", async () => {
    const authorizer = await edgeAuthorizer(edgeConfig())
    let checked = false
    const decided = authorizer.decide(signedEvent("http-2.0")).then(() => (checked = true))
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    expect(checked).toBe(true)
    await decided
  })

  it("warmUp fetches secrets and keys ahead, and never rejects", async () => {
    const asked: string[] = []
    const issuer = {
      ...everyAlgorithmIssuer({ issuer: "https://bigip.example", jwksUri: "https://bigip.example/keys" }),
    }
    const { jwks: _inline, ...remote } = issuer
    const evidence = [...(edgeConfig().edge?.evidence ?? []), { jws: { header: "x-edge-identity", issuer: remote } }]
    const parts = {
      clock,
      secrets: (...errand: Parameters<typeof secrets>) => {
        asked.push("secret")
        return secrets(...errand)
      },
      fetchKeySet: () => {
        asked.push("keys")
        return Promise.reject(new Error("down"))
      },
    }
    const authorizer = createAuthorizer(edgeConfig({ evidence }), parts)
    expect(asked).toEqual([])
    await authorizer.warmUp()
    expect(asked.toSorted()).toContain("secret")
    expect(asked).toContain("keys")
    expect((await authorizer.decide(signedEvent("http-2.0"))).reason).toBe("ok")
  })
})
