import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { ApiSettings } from "../gateway/api.ts"
import type { ApiName } from "../stack/apis.ts"
import type { Handled, LocalStack } from "../stack/stack.ts"
import { BodyTooLarge, readBytes } from "./body.ts"
import { clientRequest } from "./client-request.ts"
import { isLoopbackHost, isLoopbackOrigin } from "./loopback.ts"

/** API Gateway's limit of a payload. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const maxPayloadBytes = 10 * 1024 * 1024

/** Serves one API of a stack over HTTP. Loopback only: another `Host` and pages of another site are refused. */
export function gatewayServer(stack: LocalStack, name: ApiName): Server {
  return createServer({ keepAliveTimeout: 5000, maxHeaderSize: 32 * 1024 }, (message, response) => {
    answer(stack, name, message, response).catch(() => {
      if (response.headersSent) response.destroy()
      else plain(response, 500, "The local gateway failed.")
    })
  })
}

/** Why a request is refused before API Gateway sees it; undefined if it is not. */
export function foreignness({ headers }: IncomingMessage, cors: ApiSettings["cors"]): string | undefined {
  if (!isLoopbackHost(headers.host)) return "The local gateway answers on loopback only; this Host is another one."
  const { origin } = headers
  if (origin === undefined || isLoopbackOrigin(origin) || cors?.allowOrigins.includes(origin)) return undefined
  return "The local gateway takes no requests from pages of another site."
}

async function answer(
  stack: LocalStack,
  name: ApiName,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const settings = stack.api(name)?.settings
  if (settings === undefined) return plain(response, 503, "The configuration cannot be used in this kind of API.")
  const foreign = foreignness(message, settings.cors)
  if (foreign !== undefined) return plain(response, 403, foreign)
  const request = clientRequest(message, settings)
  if (request === undefined) return plain(response, 400, "The request target is no path.")
  let body: Buffer
  try {
    body = await readBytes(message, maxPayloadBytes)
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error
    response.setHeader("connection", "close")
    return plain(response, 413, "Request Entity Too Large")
  }
  const handled = await stack.handle(name, request, body)
  if (handled === undefined) return plain(response, 503, "The configuration cannot be used in this kind of API.")
  send(response, message, handled)
}

function send(response: ServerResponse, { method }: IncomingMessage, { response: found }: Handled): void {
  const hasBody = found.status >= 200 && found.status !== 204 && found.status !== 304
  const length: (readonly [string, string])[] = hasBody ? [["content-length", String(found.body.length)]] : []
  response.writeHead(found.status, [...found.headers, ...length].flat())
  response.end(method === "HEAD" ? undefined : found.body)
}

function plain(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message }))
}
