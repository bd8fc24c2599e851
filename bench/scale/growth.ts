import { createVerifier, type VerifierConfig } from "../../src/verify.ts"
import type { ResultRow } from "../results.ts"
import { audience, type BenchKey, type Prepared } from "../tokens.ts"
import { type Contestant, type Effort, inTurns, millis } from "./rounds.ts"

/** One size of something that grows. */
export interface Size {
  /** `1,000 issuers`. */
  readonly name: string
  readonly issuers: VerifierConfig["issuers"]
  readonly tokens: readonly Prepared[]
}

/** Most that the largest may cost, over the smallest. */
const mostGrowth = 2

/** What verification without a cache costs at each size, and how long a verifier of that size takes to make. */
export async function growthOver(what: string, sizes: readonly Size[], effort: Effort): Promise<readonly ResultRow[]> {
  const contestants = await Promise.all(
    sizes.map(async ({ name, issuers, tokens }): Promise<Contestant> => {
      const { verify } = createVerifier({ issuers, cache: { maxTokens: 0 } })
      // Right before fast: every token is verified as meant before it is timed.
      for (const { token, subject } of tokens)
        if ((await verify(token)).subject !== subject) throw new Error(`${name}: a good token has another subject`)
      const run = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) await verify((tokens[i % tokens.length] as Prepared).token)
      }
      return { name, run }
    }),
  )
  const medians = await inTurns(contestants, effort)
  const least = sizes[0]?.name ?? ""
  const verifying = sizes.map(({ name }, index): ResultRow => {
    const value = medians.get(name) ?? Number.NaN
    const row = { case: `${what}: verify, ${name}`, subject: "hallpass", value, unit: "us" } as const
    if (index === 0) return row
    const ratio = value / (medians.get(least) ?? Number.NaN)
    const judged = { ...row, ratio, ratioTo: least }
    return index < sizes.length - 1 ? judged : { ...judged, budget: mostGrowth, holds: ratio <= mostGrowth }
  })
  const making = sizes.map(
    ({ name, issuers }): ResultRow => ({
      case: `${what}: make a verifier, ${name}`,
      subject: "hallpass",
      value: millis(() => createVerifier({ issuers })),
      unit: "ms",
    }),
  )
  return [...verifying, ...making]
}

/** An issuer entry with keys at hand. */
export function entry(issuer: string, { alg }: BenchKey, keys: readonly object[]): VerifierConfig["issuers"][number] {
  return { provider: "oidc", issuer, audience, algorithms: [alg], jwks: { keys } } as VerifierConfig["issuers"][number]
}
