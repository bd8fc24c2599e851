import type { IncomingMessage } from "node:http"
import type { checkServerIdentity } from "node:tls"
import { type FetchedDocument, FetchFailure, type FetchKeySet, type FetchLimits, mayFetch } from "./document.ts"
import { guardedLookup, isLinkLocal, refuseLinkLocalName } from "./link-local.ts"
import { failureOrFault } from "./network-error.ts"
import { proxyAgentFor } from "./proxy.ts"

/**
 * Fetches over `node:https`. The module is asked for here, not imported: on Node 24 the import alone costs 12 ms of a
 * cold start. Starts with a snapshot or a cached set never need it.
 */
export const fetchDocument: FetchKeySet = async (url, limits) => {
  if (!mayFetch(url, limits.allowHttpLoopback)) throw new FetchFailure("url_refused")
  const { hostname } = new URL(url)
  if (limits.discovered === true && isLinkLocal(hostname)) throw new FetchFailure("url_refused")
  const started = performance.now()
  const abandoned = new AbortController()
  const agent = await proxyAgentFor(url, process.env, abandoned.signal)
  if (limits.discovered === true && agent !== undefined) await refuseLinkLocalName(hostname, limits.timeoutMs / 4)
  const timeoutMs = limits.timeoutMs - (performance.now() - started)
  return send(url, limits, timeoutMs, agent).finally(() => abandoned.abort())
}

function send(url: string, limits: FetchLimits, timeoutMs: number, agent: unknown): Promise<FetchedDocument> {
  const { promise, resolve, reject } = Promise.withResolvers<FetchedDocument>()
  const isSecure = new URL(url).protocol === "https:"
  const { request } = isSecure ? process.getBuiltinModule("node:https") : process.getBuiltinModule("node:http")
  const outgoing = request(url, {
    // No pooled agent: a kept-alive socket would not survive a freeze of the environment, and fetches are minutes
    // apart.
    agent: (agent as false | undefined) ?? false,
    ca: limits.ca,
    ...(limits.discovered === true ? { lookup: guardedLookup } : {}),
    // Through a proxy the TLS socket does not know whom it talks to; the certificate must be the issuer's all the same.
    ...(agent === undefined ? {} : { checkServerIdentity: identityOf(new URL(url).hostname) }),
    headers: {
      accept: "application/json, application/jwk-set+json",
      "accept-encoding": "gzip, identity",
      ...limits.headers,
    },
  })
  // One deadline for everything: socket time-outs restart with every byte, and a slow drip would never end (SR-094).
  const deadline = setTimeout(() => fail(new FetchFailure("timeout")), timeoutMs)
  function fail(failure: unknown): void {
    clearTimeout(deadline)
    const known = failureOrFault(failure)
    if (known instanceof FetchFailure) Object.assign(known.facts, proxyOf(agent))
    reject(known)
    outgoing.destroy()
  }
  // What the agent of a proxy says has no code.
  const failed = (error: Error): void => fail(agent === undefined ? error : proxyFailure(error))
  // The listeners stay for the life of the request, so that a late socket error never ends the process (SR-112).
  outgoing.on("error", failed)
  outgoing.on("response", (response) => {
    response.on("error", failed)
    // A proxy that refuses to connect answers in the place of the issuer, without TLS: nothing of it is believed.
    if (isSecure && Object(response.socket).encrypted !== true) return fail(new FetchFailure("network"))
    readBody(response, limits).then((document) => {
      clearTimeout(deadline)
      resolve(document)
      outgoing.destroy()
    }, fail)
  })
  outgoing.end()
  return promise
}

/** Host and port of an agent's proxy; without its name and password. */
function proxyOf(agent: unknown): { readonly proxy?: string } {
  const { proxy } = Object(agent) as { readonly proxy?: { readonly host?: unknown } }
  return typeof proxy?.host === "string" ? { proxy: proxy.host } : {}
}

function proxyFailure(error: Error): Error {
  return error.constructor === Error ? new FetchFailure("network", { cause: error }) : error
}

function identityOf(hostname: string): typeof checkServerIdentity {
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname
  return (_claimed, certificate) => process.getBuiltinModule("node:tls").checkServerIdentity(host, certificate)
}

async function readBody(response: IncomingMessage, { maxBytes }: FetchLimits): Promise<FetchedDocument> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new FetchFailure("too_large")
    chunks.push(chunk)
  }
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = typeof value === "string" ? value : value?.join(", ")
  }
  const body = await decoded(Buffer.concat(chunks), headers["content-encoding"], maxBytes)
  return { status: response.statusCode ?? 0, headers, body }
}

async function decoded(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<string> {
  if (body.length === 0 || encoding === undefined || encoding === "identity") return body.toString("utf8")
  if (!/^(?:x-)?gzip$/i.test(encoding)) throw new FetchFailure("not_a_key_set")
  const { promisify } = process.getBuiltinModule("node:util")
  try {
    // The limit holds after decompression too: a bomb of a few kilobytes unfolds to gigabytes (SR-095).
    const gunzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(process.getBuiltinModule("node:zlib").gunzip)
    return (await gunzip(body, { maxOutputLength: maxBytes })).toString("utf8")
  } catch (cause) {
    const tooLarge = (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE"
    throw new FetchFailure(tooLarge ? "too_large" : "not_a_key_set", { cause })
  }
}
