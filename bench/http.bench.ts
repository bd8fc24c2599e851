// `hallpass serve` beside a bare node:http server that answers with the same headers, under load by wrk (Debian).
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { createTestIssuer } from "../src/testing.ts"
import { bench, effort, long, most, quick } from "./machinery/bench.ts"
import { inRounds, rowsOf } from "./machinery/rounds.ts"

/** So many requests at least are made before the heap is looked at again. */
const flatOver = quick ? 20_000 : long ? 5_000_000 : 500_000
const folder = mkdtempSync(join(tmpdir(), "hallpass-http-"))
const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
const routes = { "GET /orders/{id}": { scopes: ["orders:read"] }, "ANY /admin/{proxy+}": { groups: ["ops"] } }
const [config, paced] = [join(folder, "authorizer.json"), join(folder, "paced.lua")]
writeFileSync(config, JSON.stringify({ issuers: [issuer.config], routes }))
writeFileSync(paced, "function delay() return 9 end") // 10 connections with 100 requests a second each
const authorization = `Bearer ${issuer.token({ scp: ["orders:read"] })}`
const asked = { authorization, "x-original-method": "GET", "x-original-uri": "/orders/7" }

/** @returns what wrk prints @throws Error if an answer was another than 2xx, or wrk is not there */
function load(url: string, ...words: readonly string[]): string {
  const headers = Object.entries(asked).flatMap(([name, value]) => ["-H", `${name}: ${value}`])
  const { stdout, error } = spawnSync("wrk", ["-t1", "--latency", ...headers, ...words, url], { encoding: "utf8" })
  if (error !== undefined) throw new Error("wrk is missing, and nothing is measured without it: apt-get install wrk")
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`not every answer was 2xx:\n${stdout}`)
  return stdout
}

/** What a process runs first: it tells the size of its heap without what is due for collection. */
const heap = 'process.on("message", () => { gc(); process.send(process.memoryUsage().heapUsed) })'
const first = ["--expose-gc", "--import", `data:text/javascript,${encodeURIComponent(heap)}`]

async function started(...words: string[]) {
  const child = spawn(process.execPath, [...first, ...words], { stdio: ["ignore", "pipe", "inherit", "ipc"] })
  const [text] = (await once(child.stdout as Readable, "data")) as [Buffer]
  const { url } = JSON.parse(text.toString()) as { url: string }
  load(url, "-c32", quick ? "-d1s" : "-d2s") // warms it
  return { child, url, count: 0 }
}
type Server = Awaited<ReturnType<typeof started>>

/** Microseconds of a request, of a second under load. */
function sample(server: Server): number {
  const said = load(server.url, "-c32", "-d1s")
  server.count += Number(/(\d+) requests in/.exec(said)?.[1])
  return 1e6 / Number(/Requests\/sec: +([\d.]+)/.exec(said)?.[1])
}

async function heapMb({ child }: Server): Promise<number> {
  child.send("heap")
  const [bytes] = await once(child, "message")
  return bytes / 1_048_576
}

await bench("http", async () => {
  const words = ["serve", "--dialect", "nginx", "--config", config, "--port", "0", "--admin-port", "0", "--json"]
  const own = await started(join(import.meta.dirname, "../src/cli/main.ts"), ...words)
  const answered = await fetch(own.url, { headers: asked })
  const headers = [...answered.headers].filter(([name]) => /^(?:x-|cache)/.test(name)).flat()
  const listen = `.listen(0, "127.0.0.1", function () { console.log(JSON.stringify({ url: "http://127.0.0.1:" + this.address().port })) })`
  const answer = `(request, response) => response.writeHead(204, ${JSON.stringify(headers)}).end()`
  const bare = await started("-e", `require("node:http").createServer(${answer})${listen}`)
  const servers = Object.entries({ "bare node:http": bare, hallpass: own })
  const before = await heapMb(own)
  const contestants = servers.map(([name, server]) => ({ name, sample: () => sample(server) }))
  const micros = await inRounds(contestants, "bare node:http", effort("http", 8))
  const paces = load(own.url, "-c10", `-d${quick ? 2 : most.paced}s`, "-s", paced)
  const [, p99, unit] = /99% +([\d.]+)(us|ms|s)/.exec(paces) ?? []
  const value = Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"]
  while (own.count < flatOver) sample(own)
  const grown = Math.max(0.01, (await heapMb(own)) - before)
  for (const { child } of [own, bare]) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
  return [
    ...rowsOf("a request, cached token", "us", micros, "bare node:http"),
    { case: "p99 at 1,000 requests a second", subject: "hallpass", value, unit: "ms" },
    { case: "heap growth of a service", subject: "hallpass", value: grown, unit: "MB", note: `${own.count} requests` },
  ]
})
