import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { effort } from "../machinery/bench.ts"
import type { ResultRow } from "../machinery/results.ts"
import { type Contestant, calls, inRounds, rowsOf } from "../machinery/rounds.ts"

/** hallpass at several sizes of what grows, each beside the first one. The subject of a row is the size. */
export async function growthOver(name: string, sizes: readonly Contestant[]): Promise<ResultRow[]> {
  const least = sizes[0]?.name ?? ""
  return rowsOf(name, "us", await inRounds(sizes, least, effort("growth")), least)
}

/** Calls an asynchronous function with the next item, again and again. */
export function awaited<T>(name: string, items: readonly T[], call: (item: T) => Promise<unknown>): Contestant {
  let at = 0
  return calls(name, (count) => async () => {
    for (let made = 0; made < count; made++) await call(items[at++ % items.length] as T)
  })
}

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

/** Megabytes of heap. They mean something only after a collection. */
export function heapMegabytes(): number {
  collect()
  return process.memoryUsage().heapUsed / 1_048_576
}
