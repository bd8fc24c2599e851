import { afterEach, describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf, verdictOf } from "../support/doors.ts"
import { testKey, withKid } from "../support/keys.ts"
import { clock, goodClaims, mint } from "../support/mint.ts"
import { remoteVerifier } from "../support/remote.ts"

const without = (...names: string[]): string =>
  JSON.stringify(Object.fromEntries(Object.entries(goodClaims).filter(([name]) => !names.includes(name)))).slice(1, -1)
const { kid, jwk } = testKey("rsa")

afterEach(() => {
  for (const name of ["polluted", "iss", "aud", "exp", "kid", "alg", "keys"]) expect({}).not.toHaveProperty(name)
})

describe.each(["__proto__", "constructor", "prototype"])("a member named %s (RFC 8725 section 3.10)", (name) => {
  const wrapped = (value: unknown): string =>
    name === "constructor"
      ? `"constructor":{"prototype":${JSON.stringify(value)}}`
      : `"${name}":${JSON.stringify(value)}`

  it("SR-015: its contents never satisfy a check on the payload", async () => {
    const all = wrapped({ ...goodClaims, polluted: true })
    expect(await reasonOf(mint(`{${all},${without("iss")}}`))).toBe("issuer_unknown")
    expect(await reasonOf(mint(`{${all},${without("aud")}}`))).toBe("audience_mismatch")
    expect(await reasonOf(mint(`{${all},${without("exp")}}`))).toBe("expiry_invalid")
    expect(await reasonOf(mint(`{${all},${without("sub", "client_id")}}`))).toBe("subject_invalid")
    expect(await reasonOf(mint(`{${all}}`))).toBe("issuer_unknown")
  })

  it("SR-015: it is an ordinary claim otherwise, and gives no scope", async () => {
    const { principal } = await verdictOf(mint(`{${wrapped({ scope: "admin", polluted: true })},${without("scope")}}`))
    expect(principal?.scopes).toEqual([])
    expect(principal?.claims.polluted).toBeUndefined()
    expect(principal?.claims.scope).toBeUndefined()
    expect(Object.keys(principal?.claims ?? {})).toContain(name)
  })

  it("SR-015: its contents never satisfy a check on the header", async () => {
    expect(await reasonOf(mint({}, { header: `{${wrapped({ alg: "RS256", kid })}}` }))).toBe("header_invalid")
    expect(await reasonOf(mint({}, { header: `{"alg":"RS256",${wrapped({ kid, polluted: 1 })}}` }))).toBe("kid_missing")
    expect(await reasonOf(mint({}, { header: `{"alg":"RS256","kid":"${kid}",${wrapped({ crit: ["x"] })}}` }))).toBe(
      "ok",
    )
  })

  it("SR-015: its contents never make a key of a JWK, nor a key set", async () => {
    const parsed = (text: string): object => JSON.parse(text) as object
    const fake = parsed(`{"kid":"fake",${wrapped(jwk)}}`)
    const named = parsed(`{${wrapped({ kid: "fake" })},${JSON.stringify({ ...jwk, kid: undefined }).slice(1)}`)
    const issuers = [oidcIssuer({ jwks: { keys: [withKid(testKey("rsa", "2"), "good").jwk, fake, named] } })]
    expect(await reasonOf(mint({}, { header: { kid: "fake" } }), issuers)).toBe("key_unknown")
  })
})

describe("names of Object.prototype", () => {
  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])(
    "SR-030: kid %s behaves as any other kid, unknown or published",
    async (name) => {
      expect(await reasonOf(mint({}, { header: { kid: name } }))).toBe("key_unknown")
      const issuers = [oidcIssuer({ jwks: { keys: [withKid(testKey("rsa"), name).jwk] } })]
      expect(await reasonOf(mint({}, { header: { kid: name } }), issuers)).toBe("ok")
    },
  )

  it.each(["__proto__", "constructor", "toString"])("SR-060: iss %s is unknown", async (iss) => {
    expect(await reasonOf(mint({ iss }))).toBe("issuer_unknown")
  })

  it("SR-015: the claims handed out have no inherited claim", async () => {
    const { principal } = await verdictOf(mint())
    const inherited = Object.keys(Object.getPrototypeOf(principal?.claims ?? null) ?? {})
    expect(inherited).toEqual([])
    expect(Object.isFrozen(principal?.claims)).toBe(true)
  })
})

describe("SR-015: a process whose Object.prototype somebody has polluted", () => {
  it.each([
    ["exp", { exp: undefined }, "expiry_invalid"],
    ["iss", { iss: undefined }, "issuer_unknown"],
    ["aud", { aud: undefined }, "audience_mismatch"],
    ["sub", { sub: undefined, client_id: undefined }, "subject_invalid"],
  ])("does not lend a token its %s", async (name, changes, reason) => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    const token = mint(changes)
    const polluted = Object.prototype as { [name: string]: unknown }
    polluted[name] = goodClaims[name as keyof typeof goodClaims]
    try {
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: reason })
    } finally {
      delete polluted[name]
    }
    expect(name in {}).toBe(false)
  })

  it("part 9: does not lend a document its keys, nor an issuer, nor an address of keys", async () => {
    const polluted = Object.prototype as { [name: string]: unknown }
    const { issuer } = oidcIssuer()
    const { verifier, records } = remoteVerifier([])
    const served = { "/keys": "{}", "/.well-known/openid-configuration": "{}" }
    const { jwks: _inline, ...discovered } = oidcIssuer()
    const fetched: string[] = []
    const fetchKeySet = async (url: string) => {
      fetched.push(new URL(url).pathname)
      const body = url.endsWith("/keys") ? JSON.stringify({ keys: [jwk] }) : served["/.well-known/openid-configuration"]
      return { status: 200, headers: {}, body }
    }
    const discovering = createVerifier({ issuers: [discovered] }, { clock, fetchKeySet })
    const bare = createVerifier(
      { issuers: [{ ...discovered, jwksUri: "https://issuer.example/keys" }] },
      { clock, fetchKeySet: async () => ({ status: 200, headers: {}, body: served["/keys"] }) },
    )
    const token = mint()
    Object.assign(polluted, { keys: [jwk], issuer, jwks_uri: "https://issuer.example/keys" })
    try {
      for (const each of [verifier, discovering, bare])
        await expect(each.verify(token)).rejects.toMatchObject({ code: "keys_unavailable" })
    } finally {
      for (const name of ["keys", "issuer", "jwks_uri"]) delete polluted[name]
    }
    expect(fetched).toEqual(["/tenant/.well-known/openid-configuration"])
    expect(records).toMatchObject([{ usable: 0 }])
  })
})
