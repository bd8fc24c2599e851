// What a cold start costs under AWS's own runtime client: from spawning the process to its first answer. And what a
// walk costs between invocations, when the processor's caches are cold.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { progressOn } from "../local/progress.ts"
import { prepareRuntimeClient } from "../local/runtime/client.ts"
import { startKeyServer } from "../test/support/key-server.ts"
import { type Bundle, bareName, buildBundles } from "./cold/bundles.ts"
import { type Launch, type Started, startFunction } from "./cold/start.ts"
import { bench, effort } from "./machinery/bench.ts"
import type { ResultRow } from "./machinery/results.ts"
import { inRounds, rowsOf } from "./machinery/rounds.ts"
import { benchKey, type Prepared, tokens } from "./subjects/tokens.ts"

/** From the arrival of a request to the answer of the key server. TCP and TLS shake hands on loopback before. */
const keyServerMs = 20

const key = benchKey("RS256")
const [token] = tokens(key, 1, 800) as [Prepared]

await bench("cold-start", async () => {
  const client = await prepareRuntimeClient(progressOn(process.stderr))
  const folder = mkdtempSync(join(tmpdir(), "hallpass-cold-"))
  const server = await startKeyServer({
    respond: ({ response }) => {
      const body = JSON.stringify({ keys: [key.jwk] })
      setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), keyServerMs)
    },
  })
  const launch = { client, keys: { jwksUri: `${server.origin}/keys`, ca: server.ca } }
  try {
    const { seeded, fetching, startBytes } = await buildBundles(folder, key)
    const size: ResultRow = { case: "start size", subject: "hallpass", value: startBytes / 1024, unit: "KB" }
    const note = `Runtime client: ${client.name}.`
    // A private authority is for fetches, and few issuers have one.
    const known = await starts("known", seeded, { ...launch, keys: { ...launch.keys, ca: "" } })
    const fetched = await starts("fetched", fetching, launch)
    const own = seeded.filter(({ name }) => !name.startsWith("hallpass, "))
    const between = await betweenInvocations(own, launch)
    return [size, ...known, ...fetched, ...between].map((row) => ({ ...row, note }))
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** A fresh process for each value. */
async function starts(what: "known" | "fetched", bundles: readonly Bundle[], launch: Launch): Promise<ResultRow[]> {
  const ready = new Map<string, number[]>(bundles.map(({ name }) => [name, []]))
  const contestants = bundles.map((bundle) => ({
    name: bundle.name,
    // Fills the file system's cache.
    warmUp: async () => (await startFunction(bundle, token, launch)).stop(),
    sample: async () => {
      const { readyMs, answerMs, stop } = await startFunction(bundle, token, launch)
      await stop()
      ready.get(bundle.name)?.push(readyMs)
      return answerMs
    },
  }))
  const answered = await inRounds(contestants, bareName, effort(what))
  return [
    ...rowsOf(`spawn to ready, ${what} keys`, "ms", ready, bareName),
    ...rowsOf(`spawn to answer, ${what} keys`, "ms", answered, bareName),
  ]
}

/**
 * One process for each bundle. They take turns, so between two invocations a process polls the Runtime API over HTTP
 * and the others use the processor, as in Lambda. The handler's own time is measured within the process.
 */
async function betweenInvocations(bundles: readonly Bundle[], launch: Launch): Promise<ResultRow[]> {
  const timed = bundles.map((bundle) => ({
    ...{ ...bundle, folder: join(import.meta.dirname, "cold/handlers"), handler: "between.handler" },
    environment: (keys: Launch["keys"]) => ({
      ...bundle.environment(keys),
      BETWEEN_BUNDLE: join(bundle.folder, bundle.handler.replace(/handler$/, "mjs")),
    }),
  }))
  const started = new Map<string, Started>()
  try {
    for (const bundle of timed) started.set(bundle.name, await startFunction(bundle, token, launch))
    const contestants = timed.map(({ name }) => {
      const sample = async (): Promise<number> =>
        Number(Object((await started.get(name)?.invoke(token))?.answer).micros)
      const warmUp = async (): Promise<void> => {
        for (let made = 0; made < 500; made++) await sample()
      }
      return { name, sample, warmUp }
    })
    const rounds = await inRounds(contestants, bareName, effort("between", 200))
    return rowsOf("walk between invocations, token cached", "us", rounds, bareName)
  } finally {
    for (const { stop } of started.values()) await stop()
  }
}
