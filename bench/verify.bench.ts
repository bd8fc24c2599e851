// Verification without a cache, side by side in one process and one run. Ratios count; times belong to this machine.
import { cpus } from "node:os"
import { type Subject, subjectsFor } from "./subjects.ts"
import { benchKey, type Prepared, tokens } from "./tokens.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

const rounds = 7
/** Tokens of one round. Enough that a subject's code is warm again after its neighbours'; few where one takes a millisecond. */
const perRound = (alg: string): number => (alg === "ES384" ? 500 : 3000)
const length = 800
/** Ratio to the floor that hallpass must keep. */
const budgets: { readonly [alg: string]: number } = { RS256: 1.5 }

console.log(
  `node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${rounds} rounds of up to 3000 distinct tokens of about ${length} characters`,
)
console.log("alg      subject             µs (median)   × crypto.verify")
let failed = false
for (const alg of ["RS256", "PS256", "ES256", "ES384", "EdDSA"]) {
  const key = benchKey(alg)
  const prepared = tokens(key, perRound(alg), length)
  const subjects = subjectsFor(key)
  for (const { name, check, subjectOf } of subjects) {
    // Right before fast: every subject's answer is looked at before it is timed.
    for (const each of prepared.slice(0, 50))
      if (subjectOf(await check(each)) !== each.subject) throw new Error(`${name} is wrong`)
  }
  const medians = await measure(subjects, prepared)
  const floor = medians.get("crypto.verify") ?? Number.NaN
  const own = medians.get("hallpass") ?? Number.NaN
  for (const [name, median] of medians) {
    console.log(
      `${alg.padEnd(8)} ${name.padEnd(18)} ${median.toFixed(1).padStart(11)} ${(median / floor).toFixed(2).padStart(15)}`,
    )
    if (name !== "hallpass" && name !== "crypto.verify" && median <= own) failed = true
  }
  if (own / floor > (budgets[alg] ?? Number.POSITIVE_INFINITY)) failed = true
}
console.log(failed ? "over budget, or slower than a peer: see above" : "within budget, and faster than every peer")
process.exitCode = failed ? 1 : 0

/** Median microseconds per token. The subjects take turns within each round, so that a noisy moment hits them all. */
async function measure(
  subjects: readonly Subject[],
  prepared: readonly Prepared[],
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]))
  for (let round = -2; round < rounds; round++) {
    const order = round % 2 === 0 ? subjects : subjects.toReversed()
    for (const { name, check } of order) {
      const started = process.hrtime.bigint()
      for (const each of prepared) {
        const result = check(each)
        if (result instanceof Promise) await result
      }
      const micros = Number(process.hrtime.bigint() - started) / 1000 / prepared.length
      if (round >= 0) times.get(name)?.push(micros) // the first two rounds warm up
    }
  }
  return new Map([...times].map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1] as number]))
}
