import { createPublicKey, verify } from "node:crypto"
import { median } from "./statistics.ts"
import { benchKey, type Prepared, tokens } from "./tokens.ts"

/** Budgets in microseconds are meant for a machine whose bare verification of RS256 takes so long. */
export const bareMicros = 15

/** Bare verifications of RS256 over distinct tokens, one after the other: the yardstick of a machine's pace. */
export function bareVerifications(): () => void {
  const key = benchKey("RS256")
  const publicKey = createPublicKey({ key: key.jwk, format: "jwk" })
  const prepared = tokens(key, 400, 800)
  let at = 0
  return () => {
    const { signed, signature } = prepared[at++ % prepared.length] as Prepared
    if (!verify("sha256", signed, publicKey, signature)) throw new Error("a good signature does not verify")
  }
}

/** Microseconds of one call, on the mean of so many. */
export function microsOf(call: () => unknown, calls: number): number {
  const started = process.hrtime.bigint()
  for (let made = 0; made < calls; made++) call()
  return Number(process.hrtime.bigint() - started) / 1000 / calls
}

/** How much slower than the machine of the budgets this one is at the moment. */
export function paceOf(bare: () => void): number {
  return median(Array.from({ length: 9 }, () => microsOf(bare, 100))) / bareMicros
}
