import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { createLocalJWKSet, jwtVerify } from "jose"
import { describe, expect, it } from "vitest"
import type { ReasonCode } from "../../src/types/reasons.ts"
import { createVerifier } from "../../src/verify.ts"
import { allAlgorithms, oidcIssuer } from "../support/config.ts"
import { audience, clock, issuer, mint, nowSeconds, segments } from "../support/mint.ts"
import { seeded, worth } from "../support/seed.ts"
import { knownKeys, type Recipe, recipes, tokenOf } from "./token-arbitrary.ts"

/** Where hallpass refuses what jose accepts, on purpose: the reason, why, and an example. */
const stricter: { readonly [code in ReasonCode]?: { readonly why: string; readonly token: () => string } } = {
  token_too_long: {
    why: "SR-008: no gateway passes a token of this length",
    token: () => mint({ pad: "x".repeat(13_000) }),
  },
  token_malformed: {
    why: "SR-004, SR-005: one token has one spelling, so that caches and deny lists cannot be walked around",
    token: () => {
      const [header, payload, mac] = segments(mint())
      return `${header}.${payload}.${mac.slice(0, -1)}${mac.endsWith("A") ? "B" : mac.endsWith("Q") ? "R" : mac.endsWith("g") ? "h" : "x"}`
    },
  },
  header_invalid: {
    why: "SR-029, SR-032: header parameters that are read have the types that the RFC gives them",
    token: () => mint({}, { header: { typ: 7 } }),
  },
  header_critical: {
    why: "SR-026, SR-027: no extension is implemented, so none is understood, and b64 never means anything else",
    token: () => mint({}, { header: { b64: false } }),
  },
  type_not_allowed: {
    why: "SR-032, SR-033: a token of another kind is no access token",
    token: () => mint({}, { header: { typ: "dpop+jwt" } }),
  },
  kid_missing: {
    why: "SR-031: which key it is must be said, unless configured otherwise",
    token: () => mint({}, { alg: "ES256", header: { kid: undefined } }),
  },
  claims_invalid: {
    why: "SR-014: claims that nest deeper than 64 levels are nobody's claims",
    token: () =>
      mint(`${JSON.stringify({ deep: 0 }).slice(0, -2)}${"[".repeat(100)}${"]".repeat(100)},${goodMembers()}}`),
  },
  audience_mismatch: {
    why: "SR-063: aud is an array of strings and of nothing else",
    token: () => mint({ aud: [audience, 7] }),
  },
  expiry_invalid: {
    why: "SR-065: a token has an end, and the end is a number",
    token: () => mint({ exp: undefined }),
  },
  time_invalid: {
    why: "SR-066, SR-067: nbf and iat are finite numbers or absent",
    token: () => mint(`{${goodMembers()},"nbf":-1e400}`),
  },
  token_not_yet_valid: {
    why: "SR-067: a token from the future is a sign of a wrong clock or of a forger",
    token: () => mint({ iat: nowSeconds + 100 }),
  },
  token_kind_refused: {
    why: "SR-072: an ID token is no access token",
    token: () => mint({ at_hash: "h" }),
  },
  subject_invalid: {
    why: "SR-070: the subject is a non-empty string of bounded length",
    token: () => mint({ sub: 7 }),
  },
  sender_constrained: {
    why: "SR-078: a bound token is no bearer token",
    token: () => mint({ cnf: { jkt: "x" } }),
  },
}

function goodMembers(): string {
  return Buffer.from(segments(mint())[1], "base64url").toString().slice(1, -1)
}

const jwks = { keys: [...knownKeys] }
const issuers = [oidcIssuer({ jwks, algorithms: allAlgorithms })]
const toleranceSeconds = 5
const { verify } = createVerifier(
  { issuers, clockToleranceSeconds: toleranceSeconds, cache: { maxTokens: 0 } },
  { clock },
)
const keySet = createLocalJWKSet(jwks)
const options = {
  issuer,
  audience,
  algorithms: [...allAlgorithms, "Ed25519"], // RFC 9864: the other name of EdDSA, which allows both
  clockTolerance: toleranceSeconds,
  currentDate: new Date(clock()),
}

interface Verdicts {
  /** `ok` or the reason code. */
  readonly hallpass: string
  readonly claims?: unknown
  readonly jose: "ok" | "refused"
  readonly josePayload?: unknown
}

async function verdictsOn(token: string): Promise<Verdicts> {
  const hallpass = await verify(token).then(
    ({ claims }) => ({ hallpass: "ok", claims }),
    (error: { name: string; code: string }) => ({ hallpass: error.name === "TokenRefused" ? error.code : error.name }),
  )
  const jose = await jwtVerify(token, keySet, options).then(
    ({ payload }) => ({ jose: "ok" as const, josePayload: payload }),
    () => ({ jose: "refused" as const }),
  )
  return { ...hallpass, ...jose }
}

/** What is wrong with a pair of verdicts; undefined when nothing is. */
function disagreement({ hallpass, claims, jose, josePayload }: Verdicts): string | undefined {
  if (hallpass === "ok") {
    if (jose !== "ok") return "hallpass accepts what jose refuses"
    return isDeepStrictEqual(claims, josePayload) ? undefined : "the claims differ"
  }
  if (hallpass === "Unavailable" || hallpass === "TypeError") return `hallpass fails with ${hallpass}`
  if (jose === "ok" && !(hallpass in stricter))
    return `hallpass refuses (${hallpass}) what jose accepts, and the list does not say so`
  return undefined
}

const numRuns = 2500

describe("hallpass and jose on the same tokens", () => {
  it("agree on 2,500 generated tokens, but for the stricter refusals of the list", async () => {
    const counts = { both: 0, neither: 0, stricter: 0 }
    const kinds = new Set<string>()
    const agree = fc.asyncProperty(recipes, async (recipe: Recipe) => {
      const verdicts = await verdictsOn(tokenOf(recipe))
      const wrong = disagreement(verdicts)
      if (wrong !== undefined) throw new Error(wrong)
      counts[verdicts.hallpass === "ok" ? "both" : verdicts.jose === "ok" ? "stricter" : "neither"]++
      if (verdicts.jose === "ok") kinds.add(verdicts.hallpass)
    })
    await fc.assert(agree, seeded("differential", { numRuns }))
    console.log(`differential: ${JSON.stringify(counts)}, ${[...kinds].sort().join(" ")}`)
    // The generator is worth something only while it makes all three.
    expect(counts.both + counts.neither + counts.stricter).toBeGreaterThanOrEqual(worth(2000))
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(worth(100))
  })

  it.each(allAlgorithms)("both accept a good %s token, with the same claims", async (alg) => {
    const verdicts = await verdictsOn(mint({ extra: { a: [1, "é", null] } }, { alg }))
    expect(verdicts).toMatchObject({ hallpass: "ok", jose: "ok" })
    expect(verdicts.claims).toStrictEqual(verdicts.josePayload)
  })
})

describe("the list of stricter refusals", () => {
  it.each(Object.entries(stricter))("%s occurs: jose accepts, hallpass does not", async (code, { token, why }) => {
    expect(why).toMatch(/^SR-\d{3}/)
    expect(await verdictsOn(token())).toMatchObject({ hallpass: code, jose: "ok" })
  })
})
