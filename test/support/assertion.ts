import { createHash, generateKeyPairSync, type JsonWebKey } from "node:crypto"
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyResult, jwtVerify } from "jose"
import type { AssertionOptions, AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { createTestIssuer, type TestIssuer } from "../../src/testing.ts"
import { restRequest } from "./events.ts"

// One caller, and keys with which assertions about it are signed.

export const nowMs = 1_790_000_000_000
export const issuer: TestIssuer = createTestIssuer({ provider: "okta", audience: "api://orders", clock: () => nowMs })
export const reader: string = issuer.token({ scp: ["orders:read"], sub: "ann", uid: "00u1/a%b", cid: "web" })
export const bearer = (token: string): string => `Bearer ${token}`

/** A private key in its forms, and the public one as it has to be published (RFC 7638 for `kid`). */
export interface NewKey {
  readonly jwk: JsonWebKey
  readonly pem: string
  readonly published: { readonly [member: string]: unknown; readonly kid: string }
}

export function newKey(): NewKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const jwk = privateKey.export({ format: "jwk" })
  const { crv, kty, x, y } = jwk
  const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url")
  const published = { kty, crv, x, y, kid, alg: "ES256", use: "sig" }
  return { jwk, pem: privateKey.export({ type: "pkcs8", format: "pem" }) as string, published }
}

export const block: AssertionOptions = {
  issuer: "https://hallpass.example.com",
  audience: "mesh.example.com",
  keys: [{ secretsManager: "mesh/signing" }],
}

export function configOf(
  assertion: Partial<AssertionOptions> = {},
  more: Partial<AuthorizerConfig> = {},
): AuthorizerConfig {
  return {
    issuers: [issuer.config],
    routes: { "GET /orders/{id}": { scopes: ["orders:read"] }, "POST /orders": { scopes: ["orders:write"] } },
    gateway: { resultTtlSeconds: 300 },
    assertion: { ...block, ...assertion },
    ...more,
  }
}

/** The context of the answer to the reader's request. */
export async function contextOf(
  authorizer: ReturnType<typeof createAuthorizer>,
  event: unknown = restRequest(bearer(reader), { template: "/orders/{id}" }),
): Promise<{ readonly [key: string]: unknown }> {
  return (await authorizer.handler(event)).context ?? {}
}

/** Verifies an assertion as the mesh does, with `jose`. */
export function verified(assertion: unknown, jwks: object, atMs: number = nowMs): Promise<JWTVerifyResult> {
  return jwtVerify(String(assertion), createLocalJWKSet(jwks as JSONWebKeySet), {
    ...{ issuer: block.issuer, audience: block.audience, algorithms: ["ES256"], currentDate: new Date(atMs) },
  })
}
