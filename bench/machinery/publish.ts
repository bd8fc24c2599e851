import type { Results } from "./results.ts"
import { median } from "./statistics.ts"

/** The most that the floor may move within a run. */
const mostDrift = 0.05
/** The most that the floor may be slower than that of the published run. */
const mostSlower = 0.15

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const floorsOf = (benches: Results["benches"]): readonly number[] =>
  Object.values(benches).flatMap(({ floorUs }) => floorUs)

/** Why the machine is not quiet enough; empty if it is. @param floors of this run, microseconds */
export function disturbances(floors: readonly number[], last: Results | undefined): readonly string[] {
  const found: string[] = []
  const drift = Math.max(...floors) / Math.min(...floors) - 1
  if (drift > mostDrift)
    found.push(`the floor moved by ${percent(drift)} within the run; ${percent(mostDrift)} are allowed`)
  const published = floorsOf(last?.benches ?? {})
  const slower = published.length === 0 ? 0 : median(floors) / median(published) - 1
  if (slower > mostSlower)
    found.push(`the floor is ${percent(slower)} slower than the published one; ${percent(mostSlower)} are allowed`)
  return found
}

/** Why a run must not be published; empty if it may. */
export function refusals(run: Results, last: Results | undefined, missing: readonly string[]): readonly string[] {
  const found = [...disturbances(floorsOf(run.benches), last)]
  if (Object.values(run.benches).some(({ quick }) => quick)) found.push("it is a quick run")
  if (missing.length > 0) found.push(`${missing.join(", ")} ended without a result`)
  const kept = Object.keys(last?.benches ?? {}).some((name) => run.benches[name] === undefined)
  const place = ({ machine, node }: Results): string => JSON.stringify([machine, node])
  if (last !== undefined && kept && place(last) !== place(run))
    found.push("the other published figures are of another machine or another Node.js; run all benches")
  return found
}

/** The published results with those of a run in their place. */
export function merged(run: Results, last: Results | undefined): Results {
  return { ...run, benches: { ...last?.benches, ...run.benches } }
}
