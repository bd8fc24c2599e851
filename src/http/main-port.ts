import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import type { Refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { accessRequest, unknownPeer } from "./access-request.ts"
import { dialects, type HttpDialect } from "./dialect.ts"
import { questionTimeoutMs, tlsOf } from "./port-limits.ts"
import { isRefusal, maxHeaders, onlyValue, readHeaders } from "./received-headers.ts"
import type { Service } from "./service.ts"
import { faultAnswer, type ServiceAnswer } from "./service-answers.ts"
import type { CheckedServiceOptions, ServiceTls } from "./service-options.ts"

/** Most bytes of a request's head: the longest token, and room for the rest. */
const maxHeadBytes = 40_960
/** Most bytes of a body that is read past so that the connection can be used again. */
const maxBodyBytes = 65_536

/** Limits of time. A slow client holds a connection this long at most. Milliseconds. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: questionTimeoutMs,
  // Longer than the 60 s for which nginx and Envoy keep an idle connection, so that they close it first.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2000,
}

/** What Node.js refuses before there is a request. */
const parserStatuses: { readonly [code: string]: string | undefined } = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
}

export interface MainPort {
  readonly server: Server
  /** From now on each answer ends its connection. */
  drain(): void
}

/** What the HTTP port counts. */
export type Answered = (answer: ServiceAnswer, startedAtMs: number) => void

/** The HTTP port: every path of it is an authorization request. */
export async function createMainPort(
  dialect: HttpDialect,
  service: Service,
  { tls, maxConnections }: Pick<CheckedServiceOptions, "tls" | "maxConnections">,
  answered: Answered | undefined,
): Promise<MainPort> {
  let draining = false
  const listener: RequestListener = (request, response) => {
    const startedAtMs = answered === undefined ? 0 : performance.now()
    const finish = (answer: ServiceAnswer): void => {
      write(request, response, answer, draining)
      answered?.(answer, startedAtMs)
    }
    if (request.httpVersionMajor !== 1) return refuse(response, 505)
    // More are never dropped: what is dropped is not seen.
    if (request.rawHeaders.length > 2 * maxHeaders) return refuse(response, 431)
    // A fault is no allow, and must not end the process.
    const failed = (): void => finish(faultAnswer)
    try {
      service.decide(questionOf(request, dialect)).then(finish).catch(failed)
    } catch {
      failed()
    }
  }
  const server = await serverOf(listener, tls)
  server.maxConnections = maxConnections
  // A decision that never comes, as of a custom check that hangs, ends its connection: the neighbour then denies.
  server.timeout = 30_000
  // Some versions of Node.js drop headers beyond its count without a word. The limit of bytes holds, and the listener
  // counts.
  server.maxHeadersCount = 0
  server.on("checkContinue", listener)
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket) => {
    const status = parserStatuses[code ?? ""] ?? "400 Bad Request"
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    else socket.destroy()
  })
  return {
    server,
    drain: () => {
      draining = true
    },
  }
}

async function serverOf(listener: RequestListener, tls: ServiceTls | undefined): Promise<Server> {
  const options = { ...limits, maxHeaderSize: maxHeadBytes, requireHostHeader: true, keepAlive: true, noDelay: true }
  if (tls === undefined) return (await import("node:http")).createServer(options, listener)
  return (await import("node:https")).createServer({ ...options, ...tlsOf(tls) }, listener) as unknown as Server
}

/** The request that a neighbour asks about, or why there is none. */
function questionOf(
  { rawHeaders, method = "", url = "" }: IncomingMessage,
  dialect: HttpDialect,
): AccessRequest | Refusal {
  const headers = readHeaders(rawHeaders)
  if (isRefusal(headers)) return headers
  // Two Host headers are two requests to two readers (RFC 9112 section 3.2).
  const host = onlyValue(headers, "host")
  if (typeof host === "object") return host
  const original = dialects[dialect](headers, { method, host, target: url })
  return isRefusal(original) ? original : accessRequest(original, headers, unknownPeer)
}

function write(request: IncomingMessage, response: ServerResponse, answer: ServiceAnswer, draining: boolean): void {
  if (response.destroyed || response.headersSent) return
  const ends = draining || (!request.complete && hasLongBody(request))
  const head = headOf(answer.headers)
  response.writeHead(answer.status, ends ? [...head, "connection", "close"] : head).end()
}

/** The same answer again has the same head. */
const heads = new WeakMap<readonly string[], string[]>()

function headOf(headers: readonly string[]): string[] {
  const before = heads.get(headers)
  if (before !== undefined) return before
  const head = [...headers, "cache-control", "no-store", "content-length", "0"]
  heads.set(headers, head)
  return head
}

/** Whether reading past the body would take long. Its end is not known for chunks. */
function hasLongBody({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return true
  const length = headers["content-length"]
  return length !== undefined && Number(length) > maxBodyBytes
}

/** Beyond the limits: an answer to the neighbour, and to no question. */
function refuse(response: ServerResponse, status: 431 | 505): void {
  response.writeHead(status, { connection: "close", "content-length": "0" }).end()
}
