import { createPublicKey, type KeyObject, verify } from "node:crypto"
import { JwtVerifier } from "aws-jwt-verify"
import { createVerifier as createFastVerifier } from "fast-jwt"
import { createLocalJWKSet, jwtVerify } from "jose"
import jsonwebtoken from "jsonwebtoken"
import { createVerifier, type Principal } from "../src/verify.ts"
import { audience, type BenchKey, issuer, type Prepared, type Subject } from "./tokens.ts"

/** The floor's name: the least that any verifier must do. */
export const floorName = "crypto.verify"

/** fast-jwt without the digest of the token that it makes for every look-up. */
export const unsafelyCached = "fast-jwt, token as key"

type JwsAlgorithm = "RS256" | "PS256" | "ES256" | "ES384" | "EdDSA"

/** Everything that verifies this algorithm without remembering tokens, the floor first. Each as its users call it. */
export function subjectsFor(key: BenchKey): readonly Subject[] {
  const { alg } = key
  return [
    floor(key),
    hallpass(key, "hallpass", 0),
    // aws-jwt-verify knows RS, ES and Ed25519, not PS; jsonwebtoken knows no EdDSA.
    ...(alg === "PS256" ? [] : [awsJwtVerify(key)]),
    fastJwt(key, "fast-jwt"),
    // The same with a cache that these tokens never hit: more of them come in turn than its usual size holds.
    fastJwt(key, "fast-jwt, cache missed", { cache: true }),
    ...(alg === "EdDSA" ? [] : [jsonWebToken(key)]),
    jose(key),
  ]
}

/** Everything that remembers verified tokens, with room for all of them. */
export function cachingSubjectsFor(key: BenchKey, tokens: number): readonly Subject[] {
  return [
    hallpass(key, "hallpass", tokens),
    fastJwt(key, "fast-jwt", { cache: tokens }),
    // Not its safe mode, as it says itself when it starts; here for what a look-up in a map costs at least.
    fastJwt(key, unsafelyCached, { cache: tokens, cacheKeyBuilder: (token) => token }),
  ]
}

/** One signature, bytes and key at hand. Nothing is parsed and no claim is looked at. */
function floor({ alg, jwk, digest, floorKey }: BenchKey): Subject {
  const key: KeyObject = floorKey ?? createPublicKey({ key: jwk, format: "jwk" })
  return {
    name: floorName,
    checksClaims: false,
    check: ({ signed, signature, subject }) => {
      if (!verify(digest, signed, key, signature)) throw new Error(`${alg}: bad signature`)
      return subject
    },
    subjectOf: (subject) => subject,
  }
}

function hallpass({ alg, jwk }: BenchKey, name: string, maxTokens: number): Subject {
  const verifier = createVerifier({
    issuers: [{ provider: "oidc", issuer, audience, algorithms: [alg], jwks: { keys: [jwk] } }],
    cache: { maxTokens },
  })
  return {
    name,
    checksClaims: true,
    check: ({ token }) => verifier.verify(token),
    subjectOf: (principal) => (principal as Principal).subject,
  }
}

function awsJwtVerify({ jwk }: BenchKey): Subject {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}keys.json` })
  verifier.cacheJwks({ keys: [jwk] } as Parameters<typeof verifier.cacheJwks>[0])
  return {
    name: "aws-jwt-verify",
    checksClaims: true,
    check: ({ token }) => verifier.verifySync(token),
    subjectOf,
  }
}

/** How fast-jwt keeps verified tokens. */
interface FastJwtCache {
  readonly cache?: boolean | number
  readonly cacheKeyBuilder?: (token: string) => string
}

/** fast-jwt takes keys as PEM and makes a key object of each once. */
function fastJwt({ alg, jwk }: BenchKey, name: string, cache: FastJwtCache = {}): Subject {
  const key = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" })
  const verifyToken = createFastVerifier({
    ...{ key, algorithms: [alg as JwsAlgorithm], allowedIss: issuer, allowedAud: audience },
    ...cache,
  })
  return { name, checksClaims: true, check: ({ token }) => verifyToken(token), subjectOf }
}

function jsonWebToken({ alg, jwk }: BenchKey): Subject {
  const key = createPublicKey({ key: jwk, format: "jwk" })
  const options = { issuer, audience, algorithms: [alg as jsonwebtoken.Algorithm] }
  return {
    name: "jsonwebtoken",
    checksClaims: true,
    check: ({ token }) => jsonwebtoken.verify(token, key, options),
    subjectOf,
  }
}

function jose({ alg, jwk }: BenchKey): Subject {
  const local = createLocalJWKSet({ keys: [jwk] })
  const options = { issuer, audience, algorithms: [alg] }
  return {
    name: "jose",
    checksClaims: true,
    check: ({ token }: Prepared) => jwtVerify(token, local, options),
    subjectOf: (result) => subjectOf((result as { payload: unknown }).payload),
  }
}

function subjectOf(payload: unknown): unknown {
  return (payload as { sub?: unknown }).sub
}
