import { type MutableToken, OAuth2Server } from "oauth2-mock-server"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Authorizer, createAuthorizer } from "../../src/index.ts"
import type { OidcIssuer } from "../../src/types/configuration.ts"
import type { KeyFetchRecord } from "../../src/types/observer.ts"
import type { ReasonCode } from "../../src/types/reasons.ts"
import { eventBuilders, eventKinds, http2 } from "../support/events.ts"
import { requestToken } from "./request-token.ts"

// An issuer whose tokens can be changed just before it signs them: every claim and header below is honestly signed.

const audience = "https://orders.example"
const client = { id: "orders-web", secret: "s3cr3t-of-the-test" }
const server = new OAuth2Server()
const seconds = (): number => Math.floor(Date.now() / 1000)

beforeAll(async () => {
  await server.issuer.keys.generate("RS256", { kid: "first" })
  await server.start(undefined, "127.0.0.1")
})
afterAll(() => server.stop())

function issuerConfig(changes: Partial<OidcIssuer> = {}): OidcIssuer {
  return { provider: "oidc", issuer: server.issuer.url ?? "", audience, algorithms: ["RS256", "ES256"], ...changes }
}

function authorizer(changes: Partial<OidcIssuer> = {}): Authorizer {
  return createAuthorizer({ issuers: [issuerConfig(changes)], keys: { allowHttpLoopback: true } })
}

/** A token that the server signed after the change. */
function tokenWith(change: (token: MutableToken) => void = () => undefined): Promise<string> {
  server.service.once("beforeTokenSigning", (token: MutableToken) => {
    token.payload.sub = "alice"
    change(token)
  })
  return requestToken(server.issuer.url ?? "", { scope: "orders:read", aud: audience }, client)
}

const withClaims = (claims: object) => tokenWith(({ payload }) => void Object.assign(payload, claims))
const withHeader = (members: object) => tokenWith(({ header }) => void Object.assign(header, members))

describe("tokens of oauth2-mock-server", () => {
  it.each(eventKinds)("%s: an unchanged token is allowed", async (kind) => {
    const answer = await authorizer().handler(eventBuilders[kind](`Bearer ${await tokenWith()}`))
    expect(answer).toMatchObject({
      principalId: `${server.issuer.url}|alice`,
      policyDocument: { Statement: [{ Effect: "Allow" }] },
      context: { sub: "alice", scopes: "orders:read" },
    })
  })

  const changed: [string, () => Promise<string>, ReasonCode][] = [
    ["an expired token", () => withClaims({ exp: seconds() - 60 }), "token_expired"],
    ["an exp that is a string", () => withClaims({ exp: String(seconds() + 60) }), "expiry_invalid"],
    ["no exp", () => withClaims({ exp: undefined }), "expiry_invalid"],
    ["a token for later", () => withClaims({ nbf: seconds() + 600 }), "token_not_yet_valid"],
    ["an iat in the future", () => withClaims({ iat: seconds() + 600 }), "token_not_yet_valid"],
    ["an nbf that is null", () => withClaims({ nbf: null }), "time_invalid"],
    ["another audience", () => withClaims({ aud: "https://other.example" }), "audience_mismatch"],
    ["no audience", () => withClaims({ aud: undefined }), "audience_mismatch"],
    ["another issuer", () => withClaims({ iss: "https://other.example" }), "issuer_unknown"],
    ["a slash after the issuer", () => withClaims({ iss: `${server.issuer.url}/` }), "issuer_spelling"],
    ["a list of issuers", () => withClaims({ iss: [server.issuer.url] }), "issuer_unknown"],
    ["a subject that is a number", () => withClaims({ sub: 7 }), "subject_invalid"],
    ["no subject", () => withClaims({ sub: undefined }), "subject_invalid"],
    ["a binding to a key", () => withClaims({ cnf: { jkt: "x" } }), "sender_constrained"],
    ["an ID token's claims", () => withClaims({ at_hash: "x" }), "token_kind_refused"],
    ["an unknown kid", () => withHeader({ kid: "unknown" }), "key_unknown"],
    ["no kid", () => withHeader({ kid: undefined }), "kid_missing"],
    ["another type", () => withHeader({ typ: "dpop+jwt" }), "type_not_allowed"],
    ["b64", () => withHeader({ b64: false }), "header_critical"],
    ["a nested token", () => withHeader({ cty: "JWT" }), "type_not_allowed"],
  ]

  it.each(changed)("%s is refused", async (_name, mint, reason) => {
    const { decide, handler } = authorizer()
    const event = http2(`Bearer ${await mint()}`)
    expect(await decide(event)).toMatchObject({ outcome: "unauthenticated", reason })
    await expect(handler(event)).rejects.toThrow(/^Unauthorized$/)
  })

  it("SR-028: a key that comes with the token does not harm and does not help", async () => {
    const token = await withHeader({ jku: "http://127.0.0.1:9/keys", jwk: { kty: "oct", k: "AAAA" } })
    expect(await authorizer().decide(http2(`Bearer ${token}`))).toMatchObject({ outcome: "allow" })
  })
})

describe("rotation", () => {
  it("SR-102, SR-108: a new key is found by one more fetch, once the cool-down is over", async () => {
    const records: KeyFetchRecord[] = []
    let aheadMs = 0
    const { decide } = createAuthorizer(
      { issuers: [issuerConfig()], keys: { allowHttpLoopback: true } },
      { clock: () => Date.now() + aheadMs, observer: { keyFetch: (record) => void records.push(record) } },
    )
    const old = http2(`Bearer ${await tokenWith()}`)
    expect(await decide(old)).toMatchObject({ outcome: "allow" })
    expect(records).toHaveLength(1)

    await server.issuer.keys.generate("ES256", { kid: "second" })
    const next = http2(`Bearer ${await server.issuer.buildToken({ kid: "second", scopesOrTransform: addressed })}`)
    expect(await decide(next)).toMatchObject({ outcome: "unauthenticated", reason: "key_unknown" })
    expect(records).toHaveLength(1)
    aheadMs = 31_000 // the default cool-down is 30 s
    expect(await decide(next)).toMatchObject({ outcome: "allow", principal: { subject: "bob" } })
    expect(records).toHaveLength(2)
    expect(await decide(old)).toMatchObject({ outcome: "allow" })

    // Made-up kids cause one more attempt per cool-down, however many there are.
    aheadMs = 90_000
    for (let i = 0; i < 20; i++) {
      const unknown = await withHeader({ kid: `made-up-${i}` })
      expect(await decide(http2(`Bearer ${unknown}`))).toMatchObject({ outcome: "unauthenticated" })
    }
    expect(records).toHaveLength(3)
    expect(records.every(({ ok }) => ok)).toBe(true)
  })
})

function addressed(_header: object, payload: { [name: string]: unknown }): void {
  payload.sub = "bob"
  payload.aud = audience
  payload.scope = "orders:read"
}
