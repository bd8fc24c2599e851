// Verification of tokens side by side, in one process and one run.
import { bench, effort, quick } from "./machinery/bench.ts"
import { floor, floorName } from "./machinery/floor.ts"
import type { ResultRow } from "./machinery/results.ts"
import { type Contestant, calls, inRounds, inTurn, rowsOf } from "./machinery/rounds.ts"
import { benchKey, type Prepared, tokens } from "./subjects/tokens.ts"
import { type Subject, subjectOf, subjectsFor } from "./subjects/verifiers.ts"

const algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
/** Characters of a token. */
const lengths = [800, 2048]
/** More than any cache of a usual size holds (fast-jwt: 1,000), so that no token is found in one. */
const distinct = 1200

await bench("verify", async () => {
  const rows: ResultRow[] = []
  for (const alg of algorithms) {
    const key = benchKey(alg)
    for (const length of lengths) {
      const prepared = tokens(key, quick ? 200 : distinct, length)
      rows.push(...(await compared(`${alg}, ${length} characters`, floor(key, prepared), subjectsFor(key), prepared)))
    }
  }
  return rows
})

async function compared(
  name: string,
  bare: Contestant,
  subjects: readonly Subject[],
  prepared: readonly Prepared[],
): Promise<ResultRow[]> {
  for (const { name: subject, check } of subjects) {
    // Right before fast: what every subject answers is looked at before it is timed. A cache that misses must be full.
    for (const each of subject.endsWith("missed") ? prepared : prepared.slice(0, 200))
      if (subjectOf(await check(each)) !== each.subject) throw new Error(`${subject} is wrong`)
  }
  const series = await inRounds(
    [bare, ...subjects.map((each) => contestant(each, prepared))],
    floorName,
    effort("verify"),
  )
  return rowsOf(name, "us", series, floorName)
}

function contestant({ name, check }: Subject, prepared: readonly Prepared[]): Contestant {
  const next = inTurn(prepared)
  return calls(name, (count) => {
    const arrived = next(count).map(anew)
    return async () => {
      for (const each of arrived) {
        const result = check(each)
        if (result instanceof Promise) await result
      }
    }
  })
}

/** A token as a request brings it: a text of its own, of which the engine has not computed the hash yet. */
function anew(prepared: Prepared): Prepared {
  return { ...prepared, token: Buffer.from(prepared.token, "latin1").toString("latin1") }
}
