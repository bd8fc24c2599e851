import { createPublicKey, type KeyObject, verify } from "node:crypto"
import { JwtVerifier } from "aws-jwt-verify"
import { createLocalJWKSet, jwtVerify } from "jose"
import { createVerifier, type Principal } from "../src/verify.ts"
import { audience, type BenchKey, issuer, type Prepared } from "./tokens.ts"

/** One way to verify a token, called as its users call it. */
export interface Subject {
  readonly name: string
  /** Throws or rejects when the token is not good. */
  readonly check: (prepared: Prepared) => unknown
  /** The `sub` in what `check` gave; looked at before anything is timed, never while. */
  readonly subjectOf: (result: unknown) => unknown
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
  subjects.push({
    name: "hallpass",
    check: ({ token }) => hallpass.verify(token),
    subjectOf: (principal) => (principal as Principal).subject,
  })
  if (alg !== "PS256") {
    // aws-jwt-verify knows RS, ES and Ed25519, not PS.
    const aws = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}keys.json` })
    aws.cacheJwks(jwks as Parameters<typeof aws.cacheJwks>[0])
    subjects.push({
      name: "aws-jwt-verify",
      check: ({ token }) => aws.verifySync(token),
      subjectOf: (payload) => (payload as { sub: string }).sub,
    })
  }
  const local = createLocalJWKSet(jwks)
  const options = { issuer, audience, algorithms: [alg] }
  subjects.push({
    name: "jose",
    check: ({ token }) => jwtVerify(token, local, options),
    subjectOf: (result) => (result as { payload: { sub: string } }).payload.sub,
  })
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
    subjectOf: (subject) => subject,
  }
}
