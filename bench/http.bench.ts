// `hallpass serve` beside a bare node:http server that answers with the same headers, under load by wrk (Debian).
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createTestIssuer } from "../src/testing.ts"
import { bench, quick } from "./machinery/bench.ts"
import { rowsOf } from "./machinery/rounds.ts"

const [seconds, rounds] = quick ? [1, 2] : [3, 10]
const flatOver = quick ? 20_000 : process.argv.includes("--long") ? 5_000_000 : 500_000
const folder = mkdtempSync(join(tmpdir(), "hallpass-http-"))
const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
const routes = { "GET /orders/{id}": { scopes: ["orders:read"] }, "ANY /admin/{proxy+}": { groups: ["ops"] } }
const [config, paced] = [join(folder, "authorizer.json"), join(folder, "paced.lua")]
writeFileSync(config, JSON.stringify({ issuers: [issuer.config], routes }))
writeFileSync(paced, "function delay() return 9 end") // 10 connections with 100 requests a second each
const authorization = `Bearer ${issuer.token({ scp: ["orders:read"] })}`
const asked = { authorization, "x-original-method": "GET", "x-original-uri": "/orders/7" }

/** @returns a figure of what wrk prints @throws Error if an answer was another than 2xx, or wrk is not there */
function load(url: string, figure: RegExp, ...words: readonly string[]): readonly string[] {
  const headers = Object.entries(asked).flatMap(([name, value]) => ["-H", `${name}: ${value}`])
  const most = words.length > 0 ? words : ["-c32", `-d${seconds}s`]
  const { stdout, error } = spawnSync("wrk", ["-t1", "--latency", ...headers, ...most, url], { encoding: "utf8" })
  if (error !== undefined) throw new Error("wrk is missing, and nothing is measured without it: apt-get install wrk")
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`not every answer was 2xx:\n${stdout}`)
  return figure.exec(stdout) ?? []
}

async function started(...words: string[]): Promise<{ child: ChildProcess; said: { url: string; adminUrl: string } }> {
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] })
  const [text] = (await once(child.stdout, "data")) as [Buffer]
  return { child, said: JSON.parse(text.toString()) }
}

/** Of a heap without what is due for collection: the least of some readings. */
async function heapMb(adminUrl: string, url: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 10; times++) {
    load(url, /./, "-c8", "-d1s")
    const ask = (): Promise<Response> => fetch(`${adminUrl}/metrics`)
    const metrics = await (await ask().catch(ask)).text() // the kept connection has ended while wrk ran
    least = Math.min(least, Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]) / 1_048_576)
  }
  return least
}

await bench("http", async () => {
  const words = ["serve", "--dialect", "nginx", "--config", config, "--port", "0", "--admin-port", "0", "--json"]
  const service = await started(join(import.meta.dirname, "../src/cli/main.ts"), ...words)
  const { url, adminUrl } = service.said
  const answered = await fetch(url, { headers: asked })
  const headers = [...answered.headers].filter(([name]) => /^(?:x-|cache)/.test(name)).flat()
  const listen = `.listen(0, "127.0.0.1", function () { console.log(JSON.stringify({ url: "http://127.0.0.1:" + this.address().port })) })`
  const answer = `(request, response) => response.writeHead(204, ${JSON.stringify(headers)}).end()`
  const bare = await started("-e", `require("node:http").createServer(${answer})${listen}`)
  const servers = Object.entries({ "bare node:http": bare, hallpass: service })
  const micros = new Map(servers.map(([name]): [string, number[]] => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const [name, { said }] of servers) {
      const [, perSecond] = load(said.url, /Requests\/sec: +([\d.]+)/)
      if (round >= 0) micros.get(name)?.push(1e6 / Number(perSecond))
    }
  const [, p99, unit] = load(url, /99% +([\d.]+)(us|ms|s)/, "-c10", `-d${quick ? 2 : 20}s`, "-s", paced)
  const value = Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"]
  const before = await heapMb(adminUrl, url)
  let count = 0
  while (count < flatOver) count += Number(load(url, /(\d+) requests in/)[1])
  const growth = Math.max(0.01, (await heapMb(adminUrl, url)) - before)
  for (const { child } of [service, bare]) child.kill()
  rmSync(folder, { recursive: true })
  return [
    ...rowsOf("a request, cached token", "us", micros, "bare node:http"),
    { case: "p99 at 1,000 requests a second", subject: "hallpass", value, unit: "ms" },
    { case: "heap growth of a service", subject: "hallpass", value: growth, unit: "MB", note: `${count} requests.` },
  ]
})
