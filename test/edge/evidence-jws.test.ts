import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import type { EdgeEvidence, EdgeOptions } from "../../src/edge.ts"
import { createAuthorizer } from "../../src/index.ts"
import { readKeySet } from "../../src/keys/key-set.ts"
import { thumbprintsIn } from "../../src/keys/thumbprints.ts"
import { algorithms } from "../../src/shared/algorithms.ts"
import type { OidcIssuer } from "../../src/types/configuration.ts"
import { alice, edgeAuthorizer, edgeConfig, edgeEvent, headerKinds, identityHeaders } from "../support/edge.ts"
import { type TestKey, testKey, withKid } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const noNetwork = (): Promise<never> => Promise.reject(new Error("the tests allow no network"))
const edgeIssuer = "https://bigip.example"
const issuer = (changes: Partial<OidcIssuer> = {}): OidcIssuer => ({
  provider: "oidc",
  issuer: edgeIssuer,
  audience: "https://orders.example",
  jwks: { keys: [testKey("rsa").jwk] },
  ...changes,
})
const jws = (changes: Partial<NonNullable<EdgeEvidence["jws"]>> = {}): Partial<EdgeOptions> => ({
  evidence: [{ jws: { header: "x-edge-identity", issuer: issuer(), ...changes } }],
})

/** What the edge mints for alice: ten seconds, as F5's example has it. */
const minted = {
  iss: edgeIssuer,
  sub: "alice",
  iat: nowSeconds,
  exp: nowSeconds + 10,
  scope: undefined,
  client_id: undefined,
  groups: ["Ops", "Comptes_éditeurs"],
}
const usual = await edgeAuthorizer(edgeConfig(jws()))

async function decided(
  claims: object = {},
  {
    headers = {},
    authorizer = usual,
    ...minting
  }: Parameters<typeof mint>[1] & {
    readonly headers?: { readonly [name: string]: string }
    readonly authorizer?: typeof usual
  } = {},
) {
  const token = mint({ ...minted, ...claims }, minting)
  return authorizer.decide(edgeEvent("http-2.0", { headers: { ...headers, "x-edge-identity": token } }))
}
const reason = async (...given: Parameters<typeof decided>): Promise<string> => (await decided(...given)).reason

describe("SR-130: a JWS that the edge mints", () => {
  it.each(headerKinds)("is the identity in %s, without any other header", async (kind) => {
    const event = edgeEvent(kind, { headers: { "x-edge-identity": mint(minted) } })
    const { principal } = await usual.decide(event)
    expect(principal).toMatchObject({
      id: "edge|alice",
      issuer: "edge",
      provider: "edge",
      subject: "alice",
      kind: "user",
      groups: ["Ops", "Comptes_éditeurs"],
      expiresAt: nowSeconds + 10,
    })
    expect(principal?.claims).toEqual({ sub: "alice", user: "alice", groups: ["Ops", "Comptes_éditeurs"] })
  })

  it("takes a list in the text form that the header would have, which an iRule can write", async () => {
    const { principal } = await decided({ groups: alice["x-edge-groups"] })
    expect(principal?.groups).toEqual(["Ops", "Comptes_éditeurs"])
  })

  it("says of a user what this very token says, whatever the ones before said", async () => {
    const groupsOf = async (groups: unknown): Promise<unknown> => {
      const { reason, principal } = await decided({ groups })
      return principal?.groups ?? reason
    }
    const said: readonly [unknown, unknown][] = [
      [["Ops"], ["Ops"]],
      [
        ["Ops", "Dev"],
        ["Ops", "Dev"],
      ],
      [["Ops"], ["Ops"]],
      ["| Ops |", ["Ops"]],
      [["Dev"], ["Dev"]],
      [undefined, "edge_header_missing"],
      [[], []],
      [["Dev", ["Ops"]], "edge_header_malformed"],
      [["Dev", "\u0000"], "edge_header_control"],
    ]
    for (const [before] of said) {
      for (const [groups, expected] of said) {
        await groupsOf(before)
        expect(await groupsOf(groups)).toEqual(expected)
        expect(await groupsOf(groups)).toEqual(expected)
      }
    }
    const { principal } = await decided({ sub: "mallory" })
    expect(principal?.subject).toBe("mallory")
  })

  it("takes values from the claims that are named", async () => {
    const named = jws({ claims: { user: "upn", groups: ["realm", "groups"] } })
    const authorizer = await edgeAuthorizer(edgeConfig(named))
    const { principal } = await decided(
      { sub: "0b5c", upn: "alice@corp.example", realm: { groups: ["Ops"] } },
      { authorizer },
    )
    expect(principal).toMatchObject({ subject: "alice@corp.example", groups: ["Ops"] })
  })

  it.each([
    [
      "expired, with 5 seconds of tolerance and no more",
      { iat: nowSeconds - 15, exp: nowSeconds - 5 },
      "token_expired",
    ],
    ["not expired by more than the tolerance", { iat: nowSeconds - 14, exp: nowSeconds - 4 }, "ok"],
    ["from the future", { iat: nowSeconds + 6, exp: nowSeconds + 16 }, "token_not_yet_valid"],
    ["of a long life", { exp: nowSeconds + 66 }, "lifetime_too_long"],
    ["of a minute", { exp: nowSeconds + 60 }, "ok"],
    ["of another issuer", { iss: "https://other.example" }, "issuer_unknown"],
    ["for another API", { aud: "https://other.example" }, "audience_mismatch"],
    ["without an end", { exp: undefined }, "expiry_invalid"],
    ["without a user", { sub: undefined }, "subject_invalid"],
    ["with an empty user", { sub: "" }, "subject_invalid"],
    ["with a user that is a list", { sub: ["alice"] }, "subject_invalid"],
    ["with a line break in the user", { sub: "alice\nbob" }, "edge_header_control"],
    ["without groups", { groups: undefined }, "edge_header_missing"],
    ["with groups that are an object", { groups: { Ops: true } }, "edge_header_malformed"],
    ["with a group that is a number", { groups: ["Ops", 7] }, "edge_header_malformed"],
    ["bound to a key", { cnf: { jkt: "x" } }, "sender_constrained"],
  ])("%s is judged so", async (_name, claims, expected) => {
    expect(await reason(claims)).toBe(expected)
  })

  it("is refused at 16 seconds when it was minted for 10, whatever the tolerance for other tokens", async () => {
    let at = nowSeconds
    const parts = { clock: () => at * 1000 }
    const authorizer = await edgeAuthorizer(edgeConfig(jws(), { clockToleranceSeconds: 300 }), parts)
    const event = edgeEvent("http-2.0", { headers: { "x-edge-identity": mint(minted) } })
    for (const [after, expected] of [
      [0, "ok"],
      [14, "ok"],
      [16, "token_expired"],
    ] as const) {
      at = nowSeconds + after
      expect((await authorizer.decide(event)).reason).toBe(expected)
    }
  })

  it.each([
    ["another key", { key: withKid(testKey("rsa", "attacker"), testKey("rsa").kid) }, "signature_invalid"],
    ["a key that is not there", { key: testKey("rsa", "2") }, "key_unknown"],
    ["another algorithm", { alg: "PS256" }, "algorithm_not_allowed"],
  ])("signed with %s is refused", async (_name, minting, expected) => {
    expect(await reason({}, minting)).toBe(expected)
  })

  it("with an HMAC or without a signature is refused", async () => {
    const [, payload] = mint(minted).split(".")
    for (const alg of ["none", "HS256"]) {
      const header = Buffer.from(JSON.stringify({ alg, kid: testKey("rsa").kid })).toString("base64url")
      const event = edgeEvent("http-2.0", { headers: { "x-edge-identity": `${header}.${payload}.AAAA` } })
      expect((await usual.decide(event)).reason).toBe("algorithm_not_allowed")
    }
  })

  it("needs no network with inline keys", async () => {
    const authorizer = await edgeAuthorizer(edgeConfig(jws()), { fetchKeySet: noNetwork })
    expect(await reason({}, { authorizer })).toBe("ok")
  })

  it("SR-147: whose keys cannot be fetched is undecided, and not refused", async () => {
    const { jwks: _inline, ...remote } = issuer({ jwksUri: "https://bigip.example/f5-oauth2/v1/jwks" })
    const authorizer = await edgeAuthorizer(edgeConfig(jws({ issuer: remote })), { fetchKeySet: noNetwork })
    expect(await decided({}, { authorizer })).toMatchObject({ outcome: "unavailable", reason: "keys_unavailable" })
  })

  it("whose keys are fetched is verified like any other", async () => {
    const { jwks, ...remote } = issuer({ jwksUri: "https://bigip.example/f5-oauth2/v1/jwks" })
    const fetchKeySet = async () => ({ status: 200, headers: {}, body: JSON.stringify(jwks) })
    const authorizer = createAuthorizer(edgeConfig(jws({ issuer: remote })), { clock, fetchKeySet })
    expect(await reason({}, { authorizer })).toBe("ok")
  })
})

describe("SR-127: identity headers beside a minted token", () => {
  it("may repeat what the token says", async () => {
    expect(await reason({}, { headers: alice })).toBe("ok")
  })

  it.each([
    ["another user", { "x-edge-user": "bob" }],
    ["the user in capitals", { "x-edge-user": "ALICE" }],
    ["other groups", { "x-edge-groups": "| CN=Admins |" }],
    ["more groups", { "x-edge-groups": "| Ops | Comptes_éditeurs | Admins |".replace("é", "e") }],
    ["fewer groups", { "x-edge-groups": "| Ops |" }],
    ["no groups", { "x-edge-groups": "| |" }],
  ])("with %s are refused", async (_name, headers) => {
    expect(await reason({}, { headers })).toBe("edge_header_mismatch")
  })

  it("never add what the token does not say", async () => {
    const optional = {
      ...identityHeaders,
      groups: { name: "x-edge-groups", optional: true },
      email: { name: "x-edge-email", optional: true },
    }
    const authorizer = await edgeAuthorizer(edgeConfig({ ...jws(), headers: optional }))
    const claims = { groups: undefined }
    expect((await decided(claims, { authorizer })).principal).toMatchObject({ groups: [] })
    for (const headers of [{ "x-edge-groups": "Admins" }, { "x-edge-email": "root@corp.example" }]) {
      expect(await reason(claims, { authorizer, headers })).toBe("edge_header_mismatch")
    }
  })
})

describe("selection of the edge's key by its certificate (RFC 7515 sections 4.1.7 and 4.1.8)", () => {
  const thumb = (of: string, digest: string): string => createHash(digest).update(of).digest("base64url")
  const certified = (label: string) => {
    const { kid: _kid, ...jwk } = testKey("rsa", label).jwk
    return { ...jwk, x5t: thumb(label, "sha1"), "x5t#S256": thumb(label, "sha256") }
  }
  const [first, second] = [certified("1"), certified("2")]
  const keys = jws({ issuer: issuer({ jwks: { keys: [first, second] } }) })
  const by = async (header: object, key: TestKey = testKey("rsa")): Promise<string> => {
    const authorizer = await edgeAuthorizer(edgeConfig(keys))
    return reason({}, { authorizer, key, header: { kid: undefined, ...header } })
  }

  it("works with either thumbprint, and with both", async () => {
    expect(await by({ x5t: first.x5t })).toBe("ok")
    expect(await by({ "x5t#S256": first["x5t#S256"] })).toBe("ok")
    expect(await by({ x5t: first.x5t, "x5t#S256": first["x5t#S256"] })).toBe("ok")
    expect(await by({ x5t: second.x5t }, testKey("rsa", "2"))).toBe("ok")
  })

  it("selects, and proves nothing", async () => {
    expect(await by({ x5t: second.x5t })).toBe("signature_invalid")
    expect(await by({ x5t: first.x5t }, testKey("rsa", "attacker"))).toBe("signature_invalid")
  })

  it("finds no key by another thumbprint, or by two that name two keys", async () => {
    expect(await by({ x5t: thumb("3", "sha1") })).toBe("key_unknown")
    expect(await by({ x5t: first.x5t, "x5t#S256": second["x5t#S256"] })).toBe("key_unknown")
    expect(await by({ x5t: first["x5t#S256"] })).toBe("key_unknown")
  })

  it("does not take what has another type for a thumbprint", async () => {
    for (const x5t of [7, null, [first.x5t], {}, ""]) expect(await by({ x5t })).toBe("kid_missing")
  })

  it("does not replace a kid that is there", async () => {
    expect(await by({ kid: "other", x5t: first.x5t })).toBe("key_unknown")
  })

  it("SR-028, 2.8: selects for the tokens of callers too, and only under presets whose issuers need it", async () => {
    const authorizer = await edgeAuthorizer({ issuers: [issuer({ jwks: { keys: [first] } })] })
    const token = mint({ ...minted, scope: "x" }, { header: { kid: undefined, x5t: first.x5t } })
    const event = edgeEvent("http-2.0", { authorization: `Bearer ${token}` })
    expect((await authorizer.decide(event)).reason).toBe("ok")
    const okta = { provider: "okta", domain: "acme.okta.com", audience: "a", jwks: { keys: [first] } } as const
    const oktas = mint(
      { ...minted, iss: "https://acme.okta.com/oauth2/default", aud: "a", cid: "c" },
      { header: { kid: undefined, x5t: first.x5t } },
    )
    const asked = edgeEvent("http-2.0", { authorization: `Bearer ${oktas}` })
    expect((await (await edgeAuthorizer({ issuers: [okta] })).decide(asked)).reason).toBe("kid_missing")
    const lenient = await edgeAuthorizer({ issuers: [issuer({ jwks: { keys: [first] }, allowMissingKid: true })] })
    const other = mint({ ...minted, scope: "x" }, { header: { kid: undefined, x5t: second.x5t } })
    for (const each of [token, other]) {
      const ignored = edgeEvent("http-2.0", { authorization: `Bearer ${each}` })
      expect((await lenient.decide(ignored)).reason).toBe("ok")
    }
  })

  it("SR-051: without a thumbprint there is no key", () => {
    const rows = [...algorithms.values()].filter(({ name }) => name === "RS256")
    const set = readKeySet({ keys: [first, second] }, rows)
    expect(set?.certified([], "RS256")).toEqual([])
    expect(set?.certified(thumbprintsIn({ x5t: first.x5t }), "RS256")).toHaveLength(1)
    expect(set?.certified(thumbprintsIn({ x5t: first.x5t }), "ES256")).toEqual([])
  })
})
