import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { createVerifier, type KeyFetchRecord } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const body = JSON.stringify({ keys: [testKey().jwk] })
const servers: Server[] = []
beforeAll(stopTimers)
afterAll(startTimers)
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** Starts a server on loopback. */
async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Verifies one token with keys from a real server on loopback, and reports the fetch. */
async function fetching(listener: RequestListener, limits: { maxBytes?: number } = {}): Promise<string> {
  const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: `${await listening(listener)}/keys` })
  const records: KeyFetchRecord[] = []
  const observer = { keyFetch: (record: KeyFetchRecord) => void records.push(record) }
  const keys = { allowHttpLoopback: true, ...limits }
  const result = await createVerifier({ issuers: [issuer], keys }, { clock, observer })
    .verify(mint())
    .then(
      () => "ok",
      (error: { name: string }) => error.name,
    )
  return `${result}: ${records[0]?.failure ?? "fetched"}`
}

describe("fetching over real sockets", () => {
  it("works, whatever Content-Type says, plain and compressed", async () => {
    expect(await fetching((_q, r) => r.setHeader("content-type", "text/html").end(body))).toBe("ok: fetched")
    expect(await fetching((_q, r) => r.setHeader("content-encoding", "gzip").end(gzipSync(body)))).toBe("ok: fetched")
  })

  it("asks with GET, for JSON, and says what it can decompress", async () => {
    let seen: unknown
    await fetching((q, r) => {
      seen = { method: q.method, url: q.url, accept: q.headers.accept, encoding: q.headers["accept-encoding"] }
      r.end(body)
    })
    expect(seen).toEqual({
      method: "GET",
      url: "/keys",
      accept: "application/json, application/jwk-set+json",
      encoding: "gzip, identity",
    })
  })

  it.each<[string, RequestListener, string]>([
    ["a redirect is not followed (SR-092)", (_q, r) => r.writeHead(302, { location: "/else" }).end(), "status"],
    ["a body that never ends (SR-095)", (_q, r) => void endless(r), "too_large"],
    [
      "a bomb (SR-095)",
      (_q, r) => r.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(1_000_000))),
      "too_large",
    ],
    ["a broken gzip", (_q, r) => r.setHeader("content-encoding", "gzip").end("no gzip"), "not_a_key_set"],
    ["an encoding nobody asked for", (_q, r) => r.setHeader("content-encoding", "br").end("x"), "not_a_key_set"],
    ...["br, gzip", "gzip, br", "xgzip"].map((encoding): [string, RequestListener, string] => [
      `gzip with the name of another encoding: ${encoding}`,
      (_q, r) => r.setHeader("content-encoding", encoding).end(gzipSync(body)),
      "not_a_key_set",
    ]),
    ["a reset", (q) => q.socket.destroy(), "network"],
    ["a reset inside the body", (q, r) => void r.write('{"keys":[', () => q.socket.destroy()), "network"],
  ])("%s", async (_name, listener, failure) => {
    expect(await fetching(listener, { maxBytes: 4096 })).toBe(`Unavailable: ${failure}`)
  })

  it.each<[string, (response: ServerResponse, stalled: () => void) => void]>([
    ["no answer (SR-094)", (_r, stalled) => stalled()],
    ["headers and then nothing (SR-094)", (r, stalled) => r.writeHead(200).write(" ", stalled)],
    ["a body that drips (SR-094)", (r, stalled) => drip(r, stalled)],
  ])("%s ends at the deadline", async (_name, respond) => {
    const { promise, resolve: stalled } = Promise.withResolvers<void>()
    const result = fetching((_q, response) => respond(response, stalled), { maxBytes: 4096 })
    await promise
    await passDeadlines()
    expect(await result).toBe("Unavailable: timeout")
  })

  it("part 9: a body may have exactly maxBytes, plain and compressed", async () => {
    const maxBytes = 4096
    const padded = (more: number): string => body.padEnd(maxBytes + more, " ")
    for (const [more, result] of [
      [0, "ok: fetched"],
      [1, "Unavailable: too_large"],
    ] as const) {
      expect(await fetching((_q, r) => r.end(padded(more)), { maxBytes })).toBe(result)
      const gzip = (r: ServerResponse): unknown => r.setHeader("content-encoding", "gzip").end(gzipSync(padded(more)))
      expect(await fetching((_q, r) => gzip(r), { maxBytes })).toBe(result)
    }
  })

  it("part 9: a 304 with content-encoding has no body to decompress", async () => {
    const answers: RequestListener[] = [
      (_q, r) => r.setHeader("etag", '"1"').end(body),
      (_q, r) => r.writeHead(304, { "content-encoding": "gzip" }).end(),
    ]
    const url = await listening((q, r) => answers.shift()?.(q, r))
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: `${url}/keys` })
    const records: KeyFetchRecord[] = []
    let seconds = nowSeconds
    const verifier = createVerifier(
      { issuers: [issuer], keys: { allowHttpLoopback: true }, cache: { maxTokens: 0 } },
      { clock: () => seconds * 1000, observer: { keyFetch: (record) => void records.push(record) } },
    )
    await verifier.warmUp()
    seconds += 4000
    await verifier.warmUp()
    expect(records).toMatchObject([{ ok: true }, { ok: true, notModified: true }])
    await expect(verifier.verify(mint({ exp: seconds + 60 }))).resolves.toHaveProperty("subject")
  })

  it("SR-090: http is refused outside loopback, and on loopback unless allowed", () => {
    for (const [jwksUri, allowHttpLoopback] of [
      ["http://127.0.0.1:1/keys", false],
      ["http://192.0.2.1/keys", true],
      ["http://localhost.evil.example/keys", true],
      ["http://127.0.0.1@evil.example/keys", true],
    ] as const) {
      const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri })
      expect(() => createVerifier({ issuers: [issuer], keys: { allowHttpLoopback } })).toThrow(
        /jwksUri: must be an https URL/,
      )
    }
  })
})

function endless(response: {
  write(text: string): boolean
  once(event: "drain", next: () => void): unknown
  destroyed: boolean
}): void {
  while (!response.destroyed) {
    if (!response.write(" ".repeat(1024))) {
      response.once("drain", () => endless(response))
      return
    }
  }
}

/** Some octets are no progress. */
function drip(response: ServerResponse, stalled: () => void): void {
  let written = 0
  const timer = setInterval(() => {
    response.write(" ")
    if (++written === 5) stalled()
  }, 5)
  response.on("close", () => clearInterval(timer))
}
