import { createPublicKey, type KeyObject, verify } from "node:crypto"
import { JwtVerifier } from "aws-jwt-verify"
import { createLocalJWKSet, jwtVerify } from "jose"
import { createVerifier } from "../src/verify.ts"
import { audience, type BenchKey, issuer, type Prepared } from "./tokens.ts"

/** One way to verify a token. `check` throws or rejects when the token is not good, and returns the subject otherwise. */
export interface Subject {
  readonly name: string
  readonly check: (prepared: Prepared) => unknown
}

/** Everything that verifies this algorithm, the floor first. */
export function subjectsFor(key: BenchKey): readonly Subject[] {
  const { alg, jwk } = key
  const jwks = { keys: [jwk] }
  const subjects: Subject[] = [floor(key)]
  const hallpass = createVerifier({
    issuers: [{ provider: "oidc", issuer, audience, algorithms: [alg], jwks }],
    cache: { maxTokens: 0 },
  })
  subjects.push({ name: "hallpass", check: async ({ token }) => (await hallpass.verify(token)).subject })
  if (alg !== "PS256") {
    // aws-jwt-verify knows RS, ES and Ed25519, not PS.
    const aws = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}keys.json` })
    aws.cacheJwks(jwks as Parameters<typeof aws.cacheJwks>[0])
    subjects.push({ name: "aws-jwt-verify", check: ({ token }) => aws.verifySync(token).sub })
  }
  const local = createLocalJWKSet(jwks)
  const options = { issuer, audience, algorithms: [alg] }
  subjects.push({ name: "jose", check: async ({ token }) => (await jwtVerify(token, local, options)).payload.sub })
  return subjects
}

/** The least that any verifier must do: one signature, bytes and key at hand. Nothing is parsed and no claim is looked at. */
function floor({ alg, jwk, digest, floorKey }: BenchKey): Subject {
  const key: KeyObject = floorKey ?? createPublicKey({ key: jwk, format: "jwk" })
  return {
    name: "crypto.verify",
    check: ({ signed, signature, subject }) => {
      if (!verify(digest, signed, key, signature)) throw new Error(`${alg}: bad signature`)
      return subject
    },
  }
}
