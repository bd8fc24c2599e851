import type { IncomingMessage } from "node:http"
import { type FetchedDocument, FetchFailure, type FetchKeySet, type FetchLimits, mayFetch } from "./document.ts"

/**
 * Fetches over `node:https`. The module is asked for here, not imported: on Node 24 the import alone costs 12 ms of a
 * cold start, and most starts never need it when a snapshot or a cached set is at hand.
 */
export const fetchDocument: FetchKeySet = (url, limits) =>
  new Promise<FetchedDocument>((resolve, reject) => {
    if (!mayFetch(url, limits.allowHttpLoopback)) {
      reject(new FetchFailure("url_refused"))
      return
    }
    const { request } = url.startsWith("https:")
      ? process.getBuiltinModule("node:https")
      : process.getBuiltinModule("node:http")
    // No agent: a kept-alive socket would not survive a freeze of the environment, and fetches are minutes apart.
    const headers = { accept: "application/json, application/jwk-set+json", "accept-encoding": "gzip, identity" }
    const outgoing = request(url, { agent: false, headers })
    // One deadline for everything: socket time-outs restart with every byte, and a slow drip would never end (SR-094).
    const deadline = setTimeout(() => fail(new FetchFailure("timeout")), limits.timeoutMs)
    function fail(failure: FetchFailure): void {
      clearTimeout(deadline)
      reject(failure)
      outgoing.destroy()
    }
    // The listener stays for the life of the request, so that a late socket error never ends the process (SR-112).
    outgoing.on("error", (cause) => fail(new FetchFailure("network", { cause })))
    outgoing.on("response", (response) => {
      response.on("error", (cause) => fail(new FetchFailure("network", { cause })))
      readBody(response, limits).then((document) => {
        clearTimeout(deadline)
        resolve(document)
        outgoing.destroy()
      }, fail)
    })
    outgoing.end()
  })

async function readBody(response: IncomingMessage, { maxBytes }: FetchLimits): Promise<FetchedDocument> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new FetchFailure("too_large")
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof FetchFailure ? cause : new FetchFailure("network", { cause })
  }
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = typeof value === "string" ? value : value?.join(", ")
  }
  const body = decoded(Buffer.concat(chunks), headers["content-encoding"], maxBytes)
  return { status: response.statusCode ?? 0, headers, body }
}

function decoded(body: Buffer, encoding: string | undefined, maxBytes: number): string {
  if (encoding === undefined || encoding === "identity") return body.toString("utf8")
  if (encoding !== "gzip") throw new FetchFailure("network")
  try {
    // The limit holds after decompression too: a bomb of a few kilobytes unfolds to gigabytes (SR-095).
    return process.getBuiltinModule("node:zlib").gunzipSync(body, { maxOutputLength: maxBytes }).toString("utf8")
  } catch (cause) {
    throw new FetchFailure("too_large", { cause })
  }
}
