import { Agent, request as httpRequest, type IncomingMessage } from "node:http"
import { Agent as HttpsAgent, request as httpsRequest } from "node:https"
import type { ApiSettings } from "../gateway/api.ts"
import type { Backend, BackendRequest, BackendResponse } from "./backend.ts"

/**
 * The integration time-out of API Gateway.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const timeoutMs = 29_000
/** API Gateway's limit of a payload. */
const maxBytes = 10 * 1024 * 1024
/** Most requests at a time: more wait for the backend. */
const maxSockets = 256
/** Most requests that wait or run. API Gateway throttles what is more. */
const maxPending = 2000

/**
 * Where the backend finds what the authorizer said: the request context as JSON, as the AWS Lambda Web Adapter sends
 * it.
 *
 * @see https://github.com/awslabs/aws-lambda-web-adapter
 */
export const contextHeader: string = "x-amzn-request-context"

const message = (status: number, text: string): BackendResponse => ({
  status,
  headers: [["content-type", "application/json"]],
  body: Buffer.from(JSON.stringify({ message: text })),
})
const throttled = message(429, "Too Many Requests")
/** What the client sees if the backend does not answer, by the kind of API. */
const failures: {
  readonly [kind in ApiSettings["kind"]]: { readonly unreachable: BackendResponse; readonly slow: BackendResponse }
} = {
  rest: { unreachable: message(502, "Internal server error"), slow: message(504, "Endpoint request timed out") },
  http: { unreachable: message(503, "Service Unavailable"), slow: message(503, "Service Unavailable") },
  websocket: { unreachable: message(502, "Internal server error"), slow: message(504, "Endpoint request timed out") },
}

/**
 * Passes requests on to an HTTP server, as an HTTP proxy integration does.
 *
 * @param url its address, with or without a path
 */
export function httpBackend(url: URL, most: number = maxPending): Backend {
  let pending = 0
  const secure = url.protocol === "https:"
  const options = { keepAlive: true, maxSockets }
  const agent = secure ? new HttpsAgent(options) : new Agent(options)
  const send = secure ? httpsRequest : httpRequest
  const base = url.pathname.replace(/\/$/, "")
  const ask = (asked: BackendRequest): Promise<BackendResponse> =>
    new Promise((resolve, reject) => {
      const { request, body } = asked
      const target = `${base}${request.path}${request.query === "" ? "" : `?${request.query}`}`
      const outgoing = send(
        {
          ...{ agent, protocol: url.protocol, hostname: url.hostname, port: url.port, method: request.method },
          ...{ path: target, headers: headersFor(asked, url.host), timeout: timeoutMs, setHost: false },
        },
        (incoming) => void bytesOf(incoming).then((octets) => resolve(responseOf(incoming, octets)), reject),
      )
      outgoing.on("timeout", () => outgoing.destroy(Object.assign(new Error("slow"), { code: "SLOW" })))
      outgoing.on("error", reject)
      outgoing.end(body)
    })
  return {
    name: url.href,
    close: () => agent.destroy(),
    async respond(asked) {
      const { unreachable, slow } = failures[asked.kind]
      if (pending >= most) return throttled
      pending++
      try {
        return await ask(asked)
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === "SLOW" ? slow : unreachable
      } finally {
        pending--
      }
    },
  }
}

/**
 * The client's headers, with the backend's host, the body's length, and the context of the authorizer, which no client
 * can send.
 */
function headersFor({ request, authorizer, body }: BackendRequest, host: string): readonly string[] {
  const own = new Set(["host", "content-length", contextHeader])
  const kept = request.headers.filter(([name]) => !own.has(name.toLowerCase()))
  const context = JSON.stringify({ authorizer: authorizer ?? null })
  // A header holds Latin-1 at most, so other characters become escapes of JSON.
  const plain = context.replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
  const length: (readonly [string, string])[] = body.length > 0 ? [["content-length", String(body.length)]] : []
  return [["host", host] as const, ...kept, ...length, [contextHeader, plain] as const].flat()
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) {
      incoming.destroy()
      throw new Error("the backend's answer is larger than API Gateway takes")
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function responseOf({ statusCode = 502, rawHeaders }: IncomingMessage, body: Buffer): BackendResponse {
  const headers: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) headers.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""])
  return { status: statusCode, headers, body }
}
