import { generateKeyPairSync } from "node:crypto"
import { SignJWT } from "jose"
import type { AuthorizerConfig } from "../../index.ts"

/** Signs claims for a trial, so that the whole engine judges them; nothing of it leaves the process. */
export interface TestKeys {
  /** The configuration with this key in the place of every issuer's keys. */
  readonly config: AuthorizerConfig
  /** @param type the `typ` of the header */
  sign(claims: object, type?: string): Promise<string>
  /** The `typ` that the issuer of these claims writes: RFC 9068's only if the configuration demands it. */
  typeFor(claims: object): string
}

/**
 * Puts a key of this process in the place of the issuers' keys: for claims without a signature, and for made-up
 * callers.
 */
export function withTestKeys(config: AuthorizerConfig): TestKeys {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const keys = [{ ...publicKey.export({ format: "jwk" }), kid: "trial", alg: "ES256", use: "sig" }]
  const issuers = config.issuers.map((issuer) => {
    const { jwksUri: _, ...rest } = issuer as { jwksUri?: string } & typeof issuer
    const { discoveryUrl: _unused, ...own } = rest as { discoveryUrl?: string } & typeof rest
    return { ...own, jwks: { keys }, algorithms: ["ES256"] } as AuthorizerConfig["issuers"][number]
  })
  return {
    config: { ...config, issuers },
    typeFor: () => (config.issuers.some((issuer) => Object(issuer).requireAtJwt === true) ? "at+jwt" : "JWT"),
    sign: (claims, type = "at+jwt") =>
      new SignJWT(claims as ConstructorParameters<typeof SignJWT>[0])
        .setProtectedHeader({ alg: "ES256", kid: "trial", typ: type })
        .sign(privateKey),
  }
}
