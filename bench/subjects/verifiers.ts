import { createPublicKey } from "node:crypto"
import { JwtVerifier } from "aws-jwt-verify"
import { createVerifier as createFastVerifier } from "fast-jwt"
import { createLocalJWKSet, jwtVerify } from "jose"
import jsonwebtoken from "jsonwebtoken"
import { createVerifier } from "../../src/verify.ts"
import { audience, type BenchKey, issuer, type Prepared } from "./tokens.ts"

/** One way to verify a token, called as its users call it. */
export interface Subject {
  readonly name: string
  /** Throws or rejects if the token is not good. */
  readonly check: (prepared: Prepared) => unknown
}

/** Everything that verifies this algorithm without remembering tokens. */
export function subjectsFor({ alg, jwk }: BenchKey): readonly Subject[] {
  const keys = [jwk]
  const key = createPublicKey({ key: jwk, format: "jwk" })
  const hallpass = createVerifier({
    issuers: [{ provider: "oidc", issuer, audience, algorithms: [alg], jwks: { keys } }],
    cache: { maxTokens: 0 },
  })
  const local = createLocalJWKSet({ keys })
  const subjects: Subject[] = [
    { name: "hallpass", check: ({ token }) => hallpass.verify(token) },
    ...(alg === "PS256" ? [] : [awsJwtVerify(keys)]), // knows RS, ES and Ed25519
    fastJwt(alg, key, "fast-jwt"),
    // The same with a cache that these tokens never hit: more of them come in turn than its usual size holds.
    fastJwt(alg, key, "fast-jwt, cache missed", { cache: true }),
    { name: "jose", check: ({ token }) => jwtVerify(token, local, { issuer, audience, algorithms: [alg] }) },
  ]
  if (alg === "EdDSA") return subjects // jsonwebtoken does not know it
  const options = { issuer, audience, algorithms: [alg as jsonwebtoken.Algorithm] }
  return [...subjects, { name: "jsonwebtoken", check: ({ token }) => jsonwebtoken.verify(token, key, options) }]
}

/** The `sub` in what a check gave. It is compared before anything is timed. */
export function subjectOf(result: unknown): unknown {
  const { subject, sub, payload } = Object(result)
  return subject ?? sub ?? payload?.sub
}

function awsJwtVerify(keys: readonly object[]): Subject {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}keys.json` })
  verifier.cacheJwks({ keys } as Parameters<typeof verifier.cacheJwks>[0])
  return { name: "aws-jwt-verify", check: ({ token }) => verifier.verifySync(token) }
}

/** fast-jwt takes keys as PEM and makes a key object of each once. */
export function fastJwt(
  alg: string,
  publicKey: ReturnType<typeof createPublicKey>,
  name: string,
  cache: { cache?: boolean } = {},
): Subject {
  const key = publicKey.export({ type: "spki", format: "pem" })
  const algorithms = [alg as "RS256" | "PS256" | "ES256" | "ES384" | "EdDSA"]
  const verify = createFastVerifier({ key, algorithms, allowedIss: issuer, allowedAud: audience, ...cache })
  return { name, check: ({ token }) => verify(token) }
}
