import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { createVerifier, type TokenVerifier } from "../src/verify.ts"
import { audience, benchKey, issuer, tokens } from "./tokens.ts"

const file = fileURLToPath(import.meta.url)
const [good] = tokens(benchKey("RS256"), 1, 800)

/** What fetching a key set without an end does to the resident set. Bytes. */
export interface EndlessBody {
  readonly fetches: number
  /** Growth while one fetch runs, at its highest, of all fetches the largest. */
  readonly most: number
  /** Growth that is left after all of them. */
  readonly kept: number
}

/** Fetches again and again from a server, in a process of its own, that sends without end. */
export async function endlessBody(collect: () => void): Promise<EndlessBody> {
  const server = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] })
  const [port] = await once(server.stdout.setEncoding("utf8"), "data")
  let nowMs = Date.now()
  const failures: (string | undefined)[] = []
  const verifierFor = (path: string): TokenVerifier =>
    createVerifier(
      {
        issuers: [{ provider: "oidc", issuer, audience, jwksUri: `http://127.0.0.1:${port}${path}` }],
        keys: { allowHttpLoopback: true },
      },
      { clock: () => nowMs, observer: { keyFetch: ({ failure }) => void failures.push(failure) } },
    )
  const attempt = (verifier: TokenVerifier): Promise<void> =>
    verifier.verify(good?.token ?? "").then(
      () => Promise.reject(new Error("a token was verified without a key")),
      () => undefined,
    )
  await attempt(verifierFor("/set")) // what a first fetch loads is not the body's doing
  const verifier = verifierFor("/endless")
  const fetches = 20
  failures.length = 0
  collect()
  const before = process.memoryUsage.rss()
  let most = 0
  for (let i = 0; i < fetches; i++) {
    collect()
    most = Math.max(most, await residentGrowth(() => attempt(verifier)))
    nowMs += 60_000 // past every back-off
  }
  server.kill()
  if (failures.length !== fetches || failures.some((failure) => failure !== "too_large"))
    throw new Error(`not refused for their size: ${failures}`)
  collect()
  return { fetches, most, kept: process.memoryUsage.rss() - before }
}

/** How far the resident set rises while something runs. Bytes. */
async function residentGrowth(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss()
  const markBefore = process.resourceUsage().maxRSS
  let highest = before
  const look = (): void => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 1)
  await run()
  clearInterval(timer)
  look()
  // The system's own high-water mark misses nothing, but tells only when it has risen.
  const mark = process.resourceUsage().maxRSS
  if (mark > markBefore) highest = Math.max(highest, mark * 1024)
  return highest - before
}

async function serveWithoutEnd(): Promise<void> {
  process.stdin.resume().once("end", () => process.exit()) // together with the process that measures
  const chunk = Buffer.alloc(65_536, " ") // white space before the JSON text: never wrong, never finished
  const server = createServer((request, response) => {
    response.on("error", () => {})
    if (request.url !== "/endless") {
      response.end(JSON.stringify({ keys: [{}] }))
      return
    }
    const send = (): void => {
      while (response.write(chunk));
    }
    response.on("drain", send)
    send()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  process.stdout.write(String((server.address() as AddressInfo).port))
}

if (process.argv[1] === file) await serveWithoutEnd()
