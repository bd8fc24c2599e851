// Verification side by side in one process and one run. Ratios count; times belong to this machine. Exit code 1 when a
// budget does not hold or a peer is faster.
import { cpus } from "node:os"
import { publish, quick, type ResultRow } from "./results.ts"
import { median, ratioOfMedians } from "./statistics.ts"
import { cachingSubjectsFor, floorName, subjectsFor, unsafelyCached } from "./subjects.ts"
import { benchKey, type Prepared, type Subject, tokens } from "./tokens.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

const algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
/** Characters of a token. */
const lengths = [800, 2048]
/** Distinct tokens of each algorithm and length. The rounds take turns at them. */
const distinct = quick ? 600 : 3000
/** Many short ones rather than few long ones: a noisy moment then hits all subjects of a round alike, or one of few rounds. */
const rounds = quick ? 3 : 21
/**
 * Tokens of one round: in 23 rounds, two of which warm up, every distinct one has its turn. Of ES384, which is there for comparison,
 * 552 have: all of them would take half a minute more.
 */
const perRound = (alg: string): number => (quick ? 100 : ({ RS256: 240, ES384: 24 }[alg] ?? 131))
/** Tokens in turn where all of them are remembered. */
const remembered = quick ? 100 : 1000
/** The most that hallpass may take, as a ratio to the floor. */
const budgets: { readonly [alg: string]: number } = { RS256: 1.25, PS256: 1.25, ES256: 1.15, EdDSA: 1.1 }

/** Microseconds per token, round by round, of one subject. */
interface Measured {
  readonly name: string
  readonly micros: readonly number[]
}

console.log(
  `node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${rounds} rounds, ${distinct} distinct tokens each`,
)
console.log("case                    subject                 µs (median)    ratio")
const rows: ResultRow[] = []
for (const alg of algorithms) {
  const key = benchKey(alg)
  for (const length of lengths) {
    const prepared = tokens(key, distinct, length)
    const uncached = await compare(subjectsFor(key), prepared, perRound(alg))
    rows.push(...uncachedRows(alg, length, uncached))
    if (alg !== "RS256") continue // what a cache costs does not depend on the algorithm
    const cached = await compare(cachingSubjectsFor(key, remembered), prepared.slice(0, remembered), remembered / 2)
    rows.push(...cachedRows(alg, length, cached))
  }
}
for (const row of rows) print(row)
publish("verify", rows)
const failed = rows.some(({ holds }) => holds === false)
console.log(failed ? "over budget, or slower than a peer: see above" : "within budget, and faster than every peer")
process.exitCode = failed && !quick ? 1 : 0 // a short run is too short to judge by

function uncachedRows(alg: string, length: number, measured: readonly Measured[]): ResultRow[] {
  const [floor, own] = [floorName, "hallpass"].map((wanted) => measured.find(({ name }) => name === wanted))
  if (floor === undefined || own === undefined) throw new Error(`${alg}: the floor or hallpass is missing`)
  const peers = measured.filter((one) => one !== floor && one !== own)
  const fastest = peers.every((peer) => ratioOfMedians(peer.micros, own.micros) > 1)
  const budget = budgets[alg]
  return measured.map((one): ResultRow => {
    const row = { case: `${alg}, ${length} characters`, subject: one.name, value: median(one.micros) } as const
    if (one === floor) return { ...row, unit: "us" }
    const compared = {
      ...row,
      unit: "us",
      ratio: ratioOfMedians(one.micros, floor.micros),
      ratioTo: floorName,
    } as const
    // ES384 is for comparison only: the signature takes so long that nothing else is seen beside it.
    if (one !== own || budget === undefined) return compared
    return { ...compared, budget, holds: fastest && compared.ratio <= budget }
  })
}

function cachedRows(alg: string, length: number, measured: readonly Measured[]): ResultRow[] {
  const own = measured.find(({ name }) => name === "hallpass")
  return measured.map((one): ResultRow => {
    const row = { case: `${alg}, ${length} characters, verified before`, subject: one.name, value: median(one.micros) }
    if (one === own || own === undefined) return { ...row, unit: "us" }
    const compared = { ...row, unit: "us", ratio: ratioOfMedians(one.micros, own.micros), ratioTo: own.name } as const
    return one.name === unsafelyCached
      ? { ...compared, note: "fast-jwt warns of this setting when it starts." }
      : compared
  })
}

/** Times every subject. The subjects take turns within each round, in one order and then in the other. */
async function compare(
  subjects: readonly Subject[],
  prepared: readonly Prepared[],
  count: number,
): Promise<readonly Measured[]> {
  for (const { name, check, subjectOf } of subjects) {
    // Right before fast: what every subject answers is looked at before it is timed.
    for (const each of prepared.slice(0, 3 * count))
      if (subjectOf(await check(each)) !== each.subject) throw new Error(`${name} is wrong`)
  }
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]))
  for (let round = -2; round < rounds; round++) {
    const from = ((round + 2) * count) % prepared.length
    const slice = prepared.slice(from, from + count)
    for (const { name, check } of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const arrived = slice.map(anew)
      const started = process.hrtime.bigint()
      for (const each of arrived) {
        const result = check(each)
        if (result instanceof Promise) await result
      }
      const micros = Number(process.hrtime.bigint() - started) / 1000 / slice.length
      if (round >= 0) times.get(name)?.push(micros) // the first two rounds warm up
    }
  }
  return [...times].map(([name, micros]) => ({ name, micros }))
}

/** A token as a request brings it: a text of its own, of which the engine has not computed the hash yet. */
function anew(prepared: Prepared): Prepared {
  return { ...prepared, token: Buffer.from(prepared.token, "latin1").toString("latin1") }
}

function print({ case: measured, subject, value, ratio, ratioTo, budget, holds }: ResultRow): void {
  const compared = ratio === undefined ? "" : `${ratio.toFixed(2).padStart(8)} × ${ratioTo}`
  const verdict = holds === false ? "  DOES NOT HOLD" : ""
  console.log(
    `${measured.padEnd(23)} ${subject.padEnd(22)} ${value.toFixed(1).padStart(12)} ${compared}${budget === undefined ? "" : `, budget ${budget}`}${verdict}`,
  )
}
