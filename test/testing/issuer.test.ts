import { createLocalJWKSet, jwtVerify } from "jose"
import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import {
  createTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
  type TokenDefect,
  tokenDefects,
} from "../../src/testing.ts"
import { createVerifier } from "../../src/verify.ts"

const kinds: readonly TestIssuerOptions[] = [
  { provider: "okta" },
  { provider: "auth0" },
  { provider: "entra" },
  { provider: "entra", version: 1, audience: "api://orders" },
  { provider: "entra", tenant: "organizations", allowedTenants: ["99999999-2222-4333-8444-555555555555"] },
  { provider: "entra-external-id" },
  { provider: "entra-b2c" },
  { provider: "entra-b2c", issuerMode: "tfp" },
  { provider: "adfs" },
  { provider: "wso2" },
  { provider: "cognito" },
  { provider: "cognito", tokenUse: "id" },
  { provider: "oidc" },
]
const nameOf = ({ clock: _, ...options }: TestIssuerOptions): string => JSON.stringify(options)
// Making the key of an issuer takes longer than all else here.
const made = new Map<string, TestIssuer>()
function issuerOf(options: TestIssuerOptions): TestIssuer {
  const issuer = made.get(nameOf(options)) ?? createTestIssuer(options)
  made.set(nameOf(options), issuer)
  return issuer
}
const codeOf = async (options: TestIssuerOptions, defects: TokenDefect[]): Promise<string> => {
  const issuer = issuerOf(options)
  const verifier = createVerifier({ issuers: [issuer.config] })
  return verifier.verify(issuer.token({}, defects)).then(
    () => "accepted",
    ({ code }) => code,
  )
}

describe.each(kinds.map((options) => [nameOf(options), options] as const))("a test issuer %s", (_name, options) => {
  it("signs tokens that its configuration accepts, and that jose verifies", async () => {
    const issuer = issuerOf(options)
    const token = issuer.token()
    const principal = await createVerifier({ issuers: [issuer.config] }).verify(token)
    expect(principal).toMatchObject({ provider: options.provider, issuer: issuer.issuer })
    const keys = createLocalJWKSet(issuer.jwks as Parameters<typeof createLocalJWKSet>[0])
    await expect(jwtVerify(token, keys, { issuer: issuer.issuer })).resolves.toBeDefined()
  })

  it.each(
    tokenDefects.filter((defect) => defect !== "idToken" || Object(options).tokenUse !== "id").map((each) => [each]),
  )("plants the defect %s, for which the token is refused", async (defect) => {
    const expected: { readonly [defect in TokenDefect]: RegExp } = {
      expired: /^token_expired$/,
      notYetValid: /^token_not_yet_valid$/,
      wrongAudience: /^audience_mismatch$/,
      wrongIssuer: /^issuer_unknown$/,
      tampered: /^signature_invalid$/,
      unknownKey: /^key_unknown$/,
      algNone: /^token_malformed$/,
      idToken: /^(?:token_kind_refused|type_not_allowed|claim_missing|entra_version)$/,
    }
    expect(await codeOf(options, [defect])).toMatch(expected[defect])
  })

  it("rotates its key: the last one stays for one rotation, then it is unknown", async () => {
    const issuer = issuerOf(options)
    made.delete(nameOf(options)) // a rotated one is for no other test
    const old = issuer.token()
    const before = createVerifier({ issuers: [issuer.config] })
    issuer.rotate()
    const after = createVerifier({ issuers: [issuer.config] })
    await expect(before.verify(issuer.token())).rejects.toMatchObject({ code: "key_unknown" })
    await expect(after.verify(issuer.token())).resolves.toBeDefined()
    await expect(after.verify(old)).resolves.toBeDefined()
    issuer.rotate()
    const later = createVerifier({ issuers: [issuer.config] })
    await expect(later.verify(old)).rejects.toMatchObject({ code: "key_unknown" })
  })
})

describe("a test token", () => {
  it("has the given claims, in place of those that the provider sends", async () => {
    const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
    const { decide } = createAuthorizer({
      issuers: [issuer.config],
      routes: { "GET /orders": { scopes: ["orders:read"], groups: ["ops"] } },
    })
    const ask = async (claims: object): Promise<string> => {
      const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
      const token = issuer.token({ ...claims })
      return (await decide({ type: "TOKEN", methodArn, authorizationToken: `Bearer ${token}` })).reason
    }
    expect(await ask({ scp: ["orders:read"], groups: ["ops"] })).toBe("ok")
    expect(await ask({ groups: ["ops"] })).toBe("scope_missing")
    expect(await ask({ scp: ["orders:read"] })).toBe("group_missing")
    expect(await ask({ exp: undefined })).toBe("expiry_invalid")
  })

  it("takes its times from the clock that was given", () => {
    const { token } = createTestIssuer({ provider: "oidc", clock: () => 1_700_000_000_999 })
    const payload = JSON.parse(Buffer.from(token().split(".")[1] ?? "", "base64url").toString())
    expect(payload).toMatchObject({ iat: 1_700_000_000, exp: 1_700_003_600 })
  })

  it("is refused with an unknown defect or provider, by name", () => {
    const { token } = createTestIssuer({ provider: "oidc" })
    expect(() => token({}, "late" as never)).toThrow(/must be one of: expired, /)
    expect(() => createTestIssuer({ provider: "azure" as never })).toThrow(/must be one of: okta, /)
    expect(() => createTestIssuer({ provider: "constructor" as never })).toThrow(TypeError)
  })
})
