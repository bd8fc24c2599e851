import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { base64url, UnsecuredJWT } from "jose"
import type { IssuerConfig } from "../types/configuration.ts"
import type { Shape, ShapeParts, TestClaims } from "./shape.ts"
import { shapeOf } from "./shapes.ts"

/**
 * What can be wrong with a test token. `TestIssuer.token` takes one of these names, or a list of them.
 *
 * @example
 * ```ts
 * import { createTestIssuer, tokenDefects } from "hallpass/testing"
 * import { createVerifier } from "hallpass/verify"
 *
 * const issuer = createTestIssuer({ provider: "entra" })
 * const verifier = createVerifier({ issuers: [issuer.config] })
 * const results = await Promise.allSettled(tokenDefects.map((defect) => verifier.verify(issuer.token({}, defect))))
 * console.log(results.every(({ status }) => status === "rejected")) // true
 * ```
 */
export const tokenDefects = [
  "expired",
  "notYetValid",
  "wrongAudience",
  "wrongIssuer",
  "tampered",
  "unknownKey",
  "algNone",
  "idToken",
] as const
export type TokenDefect = (typeof tokenDefects)[number]

/**
 * The provider whose tokens are imitated, and any option of its preset. Options that are left out get a value for
 * tests.
 */
export type TestIssuerOptions = {
  [P in IssuerConfig["provider"]]: { readonly provider: P } & Partial<
    Omit<Extract<IssuerConfig, { readonly provider: P }>, "provider" | "jwks" | "jwksUri">
  >
}[IssuerConfig["provider"]] & {
  /** Milliseconds since the epoch, for the times in tokens. @default Date.now */
  readonly clock?: () => number
}

/** A public key as JWK (RFC 7517). */
export type TestJwk = { readonly [member: string]: unknown }

/**
 * An issuer for unit tests: it signs tokens of a provider's shape, and a configuration accepts them without a network.
 */
export interface TestIssuer {
  /** The issuer for `AuthorizerConfig.issuers`, with the present key set inline. Read it again after `rotate`. */
  readonly config: IssuerConfig
  /** The `iss` claim of its tokens. */
  readonly issuer: string
  /** The present JWK Set (RFC 7517). */
  readonly jwks: { readonly keys: readonly TestJwk[] }
  /**
   * A signed token in JWS Compact Serialization.
   *
   * @param claims added to the claims of the provider's access token, or in their place; undefined takes a claim out
   * @param defects what is wrong with the token
   * @throws TypeError for an unknown defect
   */
  token(claims?: TestClaims, defects?: TokenDefect | readonly TokenDefect[]): string
  /** Signs with a new key from now on. The key before it stays in the key set until the next call. */
  rotate(): void
}

interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly jwk: TestJwk
}

const audience = "https://api.example.com"
const defaults: { readonly [P in IssuerConfig["provider"]]: object } = {
  okta: { domain: "test.okta.com", audience: "api://test" },
  auth0: { domain: "test.eu.auth0.com", audience },
  entra: { tenant: "11111111-2222-4333-8444-555555555555", audience: "66666666-7777-4888-9999-aaaaaaaaaaaa" },
  "entra-external-id": {
    tenant: "11111111-2222-4333-8444-555555555555",
    audience: "66666666-7777-4888-9999-aaaaaaaaaaaa",
  },
  "entra-b2c": {
    ...{ tenant: "11111111-2222-4333-8444-555555555555", tenantName: "test", policy: "B2C_1_signin" },
    audience: "66666666-7777-4888-9999-aaaaaaaaaaaa",
  },
  adfs: { domain: "fs.example.com", audience: "microsoft:identityserver:test" },
  wso2: { baseUrl: "https://is.example.com:9443", audience: "test-api" },
  cognito: { userPoolId: "eu-west-1_TestPool1", clientIds: ["testclient0123456789abcdef"] },
  oidc: { issuer: "https://issuer.example.com", audience },
}

/**
 * Creates an issuer for unit tests. It makes its keys in this process, and nothing listens on a port.
 *
 * @param options the provider to imitate, and options of its preset
 * @throws TypeError for an unknown provider
 * @example
 * ```ts
 * import { createAuthorizer } from "hallpass"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const routes = { "GET /orders": { scopes: ["orders:read"] } }
 * const { decide } = createAuthorizer({ issuers: [issuer.config], routes })
 * const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
 * const { outcome, reason } = await decide({
 *   ...{ type: "TOKEN", methodArn },
 *   authorizationToken: `Bearer ${issuer.token({ scp: ["orders:read"] }, "tampered")}`,
 * })
 * console.log(outcome, reason) // unauthenticated signature_invalid
 * ```
 */
export function createTestIssuer({ clock = Date.now, ...options }: TestIssuerOptions): TestIssuer {
  if (!Object.hasOwn(defaults, options.provider))
    throw new TypeError(`provider must be one of: ${Object.keys(defaults).join(", ")}`)
  const preset = { ...defaults[options.provider], ...options } as IssuerConfig
  const shape = shapeOf(preset)
  let keys: readonly SigningKey[] = [newKey(shape)]
  const jwks = (): TestIssuer["jwks"] => ({ keys: keys.map(({ jwk }) => jwk) })
  return {
    issuer: shape.issuer,
    get config() {
      return { ...preset, jwks: jwks() }
    },
    get jwks() {
      return jwks()
    },
    token(claims = {}, defects = []) {
      const list = [defects].flat() as readonly TokenDefect[]
      const unknown = list.find((defect) => !tokenDefects.includes(defect))
      if (unknown !== undefined) throw new TypeError(`a defect must be one of: ${tokenDefects.join(", ")}`)
      const parts: ShapeParts = { now: Math.floor(clock() / 1000), unique: () => randomBytes(12).toString("base64url") }
      return mint(shape, keys[0] as SigningKey, parts, claims, new Set(list))
    },
    rotate() {
      keys = [newKey(shape), ...keys.slice(0, 1)]
    },
  }
}

function newKey(shape: Shape): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const kid = newKid()
  const { kty, n, e } = publicKey.export({ format: "jwk" })
  return { kid, privateKey, jwk: { kty, n, e, ...shape.key(kid) } as TestJwk }
}

const newKid = (): string => randomBytes(16).toString("base64url")

/** Signs what no key set can verify. Made once: a key takes fifty times as long as a token. */
let stranger: KeyObject | undefined

/** A key that is in no key set, under a name of its own for each token. */
function unknownKey(): Pick<SigningKey, "kid" | "privateKey"> {
  stranger ??= generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
  return { kid: newKid(), privateKey: stranger }
}

function mint(
  shape: Shape,
  key: SigningKey,
  parts: ShapeParts,
  claims: TestClaims,
  defects: ReadonlySet<TokenDefect>,
): string {
  const set = {
    ...shape.access(parts),
    ...(defects.has("idToken") && shape.id(parts)),
    ...claims,
    ...wrong(shape, parts, defects),
  }
  // Undefined members are left out, as in JSON.
  const payload = JSON.parse(JSON.stringify(set)) as TestClaims
  if (defects.has("algNone")) return new UnsecuredJWT(payload as ConstructorParameters<typeof UnsecuredJWT>[0]).encode()
  const signer = defects.has("unknownKey") ? unknownKey() : key
  const header = {
    alg: "RS256",
    ...(defects.has("idToken") ? { ...shape.header, typ: "JWT" } : shape.header),
    kid: signer.kid,
  }
  const signed = `${encoded(header)}.${encoded(payload)}`
  const signature = base64url.encode(sign("sha256", Buffer.from(signed), signer.privateKey))
  if (!defects.has("tampered")) return `${signed}.${signature}`
  return `${encoded(header)}.${encoded({ ...payload, tampered: true })}.${signature}`
}

const encoded = (value: object): string => base64url.encode(JSON.stringify(value))

/** The claims that a defect puts in the place of the right ones. */
function wrong({ audience }: Shape, { now }: ShapeParts, defects: ReadonlySet<TokenDefect>): TestClaims {
  const names = Object.entries(audience).map(([claim, value]) => [claim, Array.isArray(value) ? ["other"] : "other"])
  return {
    ...(defects.has("expired") && { iat: now - 7200, exp: now - 3600, nbf: undefined }),
    ...(defects.has("notYetValid") && { nbf: now + 3600, exp: now + 7200 }),
    ...(defects.has("wrongAudience") && Object.fromEntries(names)),
    ...(defects.has("wrongIssuer") && { iss: "https://other.example.com" }),
  }
}
