// The deployed bundle on the small machines that Lambda functions of little memory are: a share of one core. Prints the
// rows of the table in docs/cost.md and publishes nothing. Needs the right to create a control group.
//   node bench/cold/small.ts
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { progressOn } from "../../local/progress.ts"
import { prepareRuntimeClient } from "../../local/runtime/client.ts"
import { startKeyServer } from "../../test/support/key-server.ts"
import { quick } from "../machinery/bench.ts"
import { median } from "../machinery/statistics.ts"
import { benchKey, type Prepared, tokens } from "../subjects/tokens.ts"
import { type Bundle, buildBundles, ownName } from "./bundles.ts"
import { startFunction } from "./start.ts"

/**
 * "At 1,769 MB, a function has the equivalent of one vCPU"; the share is proportional. Source: AWS Lambda, Configure
 * memory.
 */
const shareOf = (memoryMb: number): number => memoryMb / 1769
/** The kernel takes no quota under 1 ms, and a short period makes small stalls: 1/14 of 20 ms is 1.43 ms. */
const periodUs = 20_000

const second = existsSync("/sys/fs/cgroup/cgroup.controllers") // control groups, version 2
const group = join(second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu", `hallpass-bench-${process.pid}`)
const write = (file: string, value: string | number): void => writeFileSync(join(group, file), String(value))
const limit = (share: number): void => {
  const quotaUs = Math.round(share * periodUs)
  if (second) write("cpu.max", `${quotaUs} ${periodUs}`)
  else write("cpu.cfs_quota_us", quotaUs)
}

const [warmUp, fresh, repeats, starts] = quick ? [50, 50, 100, 2] : [200, 300, 500, 7]
const key = benchKey("RS256")
const [known, ...others] = tokens(key, 1 + warmUp + fresh, 800) as [Prepared, ...Prepared[]]
const client = await prepareRuntimeClient(progressOn(process.stderr))
const folder = mkdtempSync(join(tmpdir(), "hallpass-small-"))
// A snapshot is refreshed after the first request, from here.
const server = await startKeyServer({
  respond: ({ response }) => void response.end(JSON.stringify({ keys: [key.jwk] })),
})
const keys = { jwksUri: `${server.origin}/keys`, ca: server.ca }
const launch = { client, keys, onSpawn: (pid: number) => write("cgroup.procs", pid) }
mkdirSync(group)
if (!second) write("cpu.cfs_period_us", periodUs)
try {
  const own = (await buildBundles(folder, key)).seeded.find(({ name }) => name === ownName) as Bundle
  console.log("| memory, MB | warm, token cached | warm, new token | cold start |")
  for (const memoryMb of [128, 256, 512]) {
    const warm = await invocations(own, shareOf(memoryMb))
    const cold = await coldStarts(own, shareOf(memoryMb))
    console.log(`| ${[memoryMb, ...warm.map((ms) => ms.toFixed(2)), Math.ceil(median(cold))].join(" | ")} |`)
  }
} finally {
  rmdirSync(group)
  server.close()
  rmSync(folder, { recursive: true, force: true })
}

/** One event after the other: billed milliseconds, as means. Lambda bills each invocation in whole milliseconds. */
async function invocations(own: Bundle, share: number): Promise<readonly number[]> {
  limit(1)
  const { invoke, stop } = await startFunction(own, known, launch)
  const billed = async (some: readonly Prepared[]): Promise<number> => {
    let sum = 0
    for (const token of some) sum += Math.ceil((await invoke(token)).durationMs)
    return sum / some.length
  }
  const repeated = Array<Prepared>(repeats).fill(known)
  await billed([...others.slice(0, warmUp), ...repeated])
  limit(share)
  const means = [await billed(repeated), await billed(others.slice(-fresh))]
  await stop()
  return means
}

/** Cold starts, limited from the first instruction on. Milliseconds to the first answer. */
async function coldStarts(own: Bundle, share: number): Promise<readonly number[]> {
  limit(share)
  const times: number[] = []
  while (times.length < starts) {
    const { answerMs, stop } = await startFunction(own, known, launch)
    await stop()
    times.push(answerMs)
  }
  return times
}
