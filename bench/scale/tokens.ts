import { createAuthorizer } from "../../src/index.ts"
import { createVerifier, type VerifierConfig } from "../../src/verify.ts"
import { restToken } from "../../test/support/events.ts"
import { effort, quick } from "../machinery/bench.ts"
import { floor, floorName } from "../machinery/floor.ts"
import type { ResultRow } from "../machinery/results.ts"
import { inRounds, rowsOf } from "../machinery/rounds.ts"
import { audience, type BenchKey, benchKey, encoded, issuer, spoiledTokens, tokens } from "../subjects/tokens.ts"
import { awaited, growthOver } from "./growth.ts"

const key = benchKey("RS256")

type Issuers = VerifierConfig["issuers"]

/** An issuer entry with keys at hand. */
export function entry(name: string, { alg }: BenchKey, keys: readonly object[]): Issuers[number] {
  return { ...{ provider: "oidc", issuer: name, audience, algorithms: [alg] }, jwks: { keys } } as Issuers[number]
}

/** 1 and 1,000 issuers in one configuration, verification without a cache; the tokens are evenly of 50 issuers. */
export async function issuersOfAConfiguration(): Promise<ResultRow[]> {
  const sizes = [1, 1000].map(async (size) => {
    const names = Array.from({ length: size }, (_, index) => `https://tenant-${index}.issuer.example/`)
    const speaking = names.filter((_, index) => index % Math.max(1, size / 50) === 0)
    const good = speaking.flatMap((iss) => tokens(key, Math.ceil(50 / speaking.length), 800, { claims: { iss } }))
    const issuers = names.map((name) => entry(name, key, [key.jwk]))
    const { verify } = createVerifier({ issuers, cache: { maxTokens: 0 } })
    for (const { token, subject } of good)
      if ((await verify(token)).subject !== subject) throw new Error("a good token has another subject")
    return awaited(`${size} ${size === 1 ? "issuer" : "issuers"}`, good, ({ token }) => verify(token))
  })
  return growthOver("issuers of a configuration, verify", await Promise.all(sizes))
}

/** Bad tokens that need no signature check, event to answer, beside one bare check. */
export async function badTokens(): Promise<ResultRow[]> {
  const count = quick ? 50 : 1000
  const good = tokens(key, count, 800)
  const none = encoded({ alg: "none", typ: "JWT" })
  const changed = (change: (token: string) => string): string[] => good.map(({ token }) => change(token))
  const kinds = {
    token_malformed: changed((token) => token.replace(".", ".=")),
    token_too_long: changed((token) => `${token}${"A".repeat(16_384)}`),
    algorithm_not_allowed: changed((token) => `${none}.${token.split(".")[1]}.AAAA`),
    issuer_unknown: spoiledTokens(key, count, 800, "other issuer").map(({ token }) => token),
  }
  const { handler, decide } = createAuthorizer({ issuers: [entry(issuer, key, [key.jwk])] })
  const contestants = [floor(key, good.slice(0, 200))]
  for (const [code, bad] of Object.entries(kinds)) {
    const events = bad.map((token) => restToken(`Bearer ${token}`))
    for (const event of events) {
      const { reason } = await decide(event)
      if (reason !== code) throw new Error(`a token that should be ${code} is ${reason}`)
    }
    contestants.push(awaited(code, events, (event) => handler(event).catch(() => undefined)))
  }
  return rowsOf("bad tokens", "us", await inRounds(contestants, floorName, effort("bad")), floorName)
}
