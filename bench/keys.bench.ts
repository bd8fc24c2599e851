// What key handling costs: a look-up while the set is fresh, a flood of made-up key ids, and a key server that never
// stops sending. Exit code 1 when a figure is over its budget.
import { spawnSync } from "node:child_process"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import { RemoteKeySet } from "../src/keys/remote.ts"
import { defaultKeyPolicy } from "../src/keys/settings.ts"
import { algorithms } from "../src/shared/algorithms.ts"
import { createVerifier } from "../src/verify.ts"
import { endlessBody } from "./endless-body.ts"
import { publish, type ResultRow } from "./results.ts"
import { median } from "./statistics.ts"
import { audience, benchKey, issuer, tokens } from "./tokens.ts"

const megabyte = 1024 * 1024
const rows: ResultRow[] = []
const key = benchKey("RS256")
const keySet = { status: 200, headers: {}, body: JSON.stringify({ keys: [key.jwk] }) }
const jwksUri = `${issuer}keys.json`

async function main(gc: NodeJS.GCFunction): Promise<void> {
  const collect = (): void => void gc()
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}`)
  const checks = [await endless(collect), await warmLookUp(collect), await flood(collect)]
  const good = checks.flat().every(Boolean)
  publish("keys", rows)
  console.log(good ? "within budget" : "over budget: see above")
  process.exitCode = good ? 0 : 1
}

/** Prints one figure beside its budget. True when it holds. */
function figure(name: string, value: number, unit: string, most: number): boolean {
  const text = value.toFixed(unit === "fetches" ? 0 : 2)
  console.log(`  ${name.padEnd(38)} ${text.padStart(9)} ${unit.padEnd(8)} budget ${most}`)
  const published = unit === "fetches" ? "count" : (unit as ResultRow["unit"])
  rows.push({ case: name, subject: "hallpass", value, unit: published, budget: most, holds: value <= most })
  return value <= most
}

/** The look-up as authentication does it, while the set is fresh: the set for now, then its keys for `kid` and `alg`. */
async function warmLookUp(collect: () => void): Promise<boolean[]> {
  const { kid } = key.jwk
  const [rsa] = [...algorithms.values()].filter(({ name }) => name === "RS256")
  if (rsa === undefined) throw new Error("no RS256")
  const set = new RemoteKeySet({
    ...{ name: issuer, location: { jwksUri }, algorithms: [rsa], policy: defaultKeyPolicy, observer: {} },
    ...{ clock: () => 0, fetch: () => Promise.resolve(keySet) },
  })
  await set.refreshed(0)
  const lookUp = (count: number): void => {
    for (let i = 0; i < count; i++) {
      if (set.current(i & 1023)?.candidates(kid, "RS256").length !== 1) throw new Error("the look-up is wrong")
    }
  }
  const [nanoseconds, bytes]: [number[], number[]] = [[], []]
  const [perRound, perCount] = [1_000_000, 30_000] // so few that nothing is collected while allocations are counted
  for (let round = -2; round < 11; round++) {
    const started = process.hrtime.bigint()
    lookUp(perRound)
    const elapsed = Number(process.hrtime.bigint() - started)
    collect()
    const before = process.memoryUsage().heapUsed
    lookUp(perCount)
    const allocated = process.memoryUsage().heapUsed - before
    if (round < 0) continue // the first rounds warm up
    nanoseconds.push(elapsed / perRound)
    bytes.push(allocated / perCount)
  }
  console.log(`warm look-up: ${median(nanoseconds).toFixed(1)} ns`)
  // What a look-up allocates, every round shows; what the engine allocates for itself, only some do.
  return [figure("allocated by a look-up", Math.min(...bytes), "bytes", 1)]
}

/** Tokens that are good but for a `kid` that nobody has, one after the other. */
async function flood(collect: () => void): Promise<boolean[]> {
  const [count, perCoolDown] = [100_000, 10_000]
  const { cooldownSeconds } = defaultKeyPolicy
  let nowMs = Date.now()
  const fetchedAtMs: number[] = []
  const fetchKeySet = async () => {
    fetchedAtMs.push(nowMs)
    return keySet
  }
  const verifier = createVerifier(
    { issuers: [{ provider: "oidc", issuer, audience, jwksUri }] },
    { clock: () => nowMs, fetchKeySet },
  )
  const [good] = tokens(key, 1, 800)
  if (good === undefined) throw new Error("no token")
  const [, payload = "", signature = ""] = good.token.split(".")
  const refused = async (index: number): Promise<void> => {
    const header = Buffer.from(JSON.stringify({ alg: "RS256", kid: `made-up-${index}` })).toString("base64url")
    const code = await verifier.verify(`${header}.${payload}.${signature}`).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
    if (code !== "key_unknown") throw new Error(`a made-up kid is ${code}`)
  }
  for (let i = 0; i < 5000; i++) await refused(-i) // what loads and compiles once is not growth
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < count; i++) {
    nowMs += (cooldownSeconds * 1000) / perCoolDown
    await refused(i)
  }
  collect()
  const grown = (process.memoryUsage().heapUsed - before) / megabyte
  if ((await verifier.verify(good.token)).subject !== good.subject) throw new Error("a good token was refused")
  const coolDowns = count / perCoolDown
  console.log(`${count} made-up kids at one issuer, in ${coolDowns} cool-downs: ${fetchedAtMs.length} fetches`)
  const most = Math.max(
    ...fetchedAtMs.map(
      (at) => fetchedAtMs.filter((other) => other >= at && other < at + cooldownSeconds * 1000).length,
    ),
  )
  return [
    figure("100,000 made-up kids: fetches within one cool-down", most, "fetches", 1),
    figure("100,000 made-up kids: heap growth", grown, "MB", 1),
  ]
}

/** A key server that never stops sending, at the default limit. */
async function endless(collect: () => void): Promise<boolean[]> {
  const { fetches, most, kept } = await endlessBody(collect)
  console.log(`a key set without an end, maxBytes ${defaultKeyPolicy.maxBytes}: ${fetches} fetches, all too_large`)
  return [
    figure("key set without an end: RSS growth, one fetch at its highest", most / megabyte, "MB", 5),
    figure("key set without an end: RSS growth, all fetches", kept / megabyte, "MB", 5),
  ]
}

if (globalThis.gc === undefined) {
  // Heap figures mean something after a collection only.
  const { status } = spawnSync(process.execPath, ["--expose-gc", fileURLToPath(import.meta.url)], { stdio: "inherit" })
  process.exitCode = status ?? 1
} else {
  process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error
  await main(globalThis.gc)
}
