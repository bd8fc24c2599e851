import { createPublicKey, verify } from "node:crypto"
import { type BenchKey, benchKey, type Prepared, tokens } from "../subjects/tokens.ts"
import { type Contestant, calls, inTurn } from "./rounds.ts"
import { p10 } from "./statistics.ts"

/** The name of the least that a verifier must do: one signature, its bytes and key at hand. */
export const floorName = "crypto.verify"

/** Budgets in microseconds are meant for a machine whose bare verification of RS256 takes so long. */
export const referenceMicros = 20

/** Bare verifications of distinct tokens. Nothing is parsed, and no claim is looked at. */
export function floor({ alg, jwk, digest, floorKey }: BenchKey, prepared: readonly Prepared[]): Contestant {
  const key = floorKey ?? createPublicKey({ key: jwk, format: "jwk" })
  const next = inTurn(prepared)
  return calls(floorName, (count) => {
    const some = next(count)
    return () => {
      for (const { signed, signature } of some)
        if (!verify(digest, signed, key, signature)) throw new Error(`${alg}: a good signature does not verify`)
    }
  })
}

let rs256: Contestant | undefined

/** The pace of the machine at this moment: microseconds of a bare verification of RS256, p10 of half a second. */
export async function floorMicros(): Promise<number> {
  if (rs256 === undefined) {
    const key = benchKey("RS256")
    rs256 = floor(key, tokens(key, 400, 800))
    await rs256.warmUp?.()
  }
  const values: number[] = []
  while (values.length < 250) values.push(await rs256.sample())
  return p10(values)
}
