import { timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { pageResponse } from "../page/document.ts"
import { maxDepth, nestsTooDeep } from "../stack/nesting.ts"
import type { LocalStack } from "../stack/stack.ts"
import { BodyTooLarge, BodyUnreadable, readBody } from "./body.ts"
import { maxBodyBytes, tokenHeader } from "./control-api.ts"
import { type Addresses, controlCalls, refusalOf } from "./control-calls.ts"
import { streamEvents } from "./event-stream.ts"
import { isLoopbackHost, isOwnOrigin } from "./loopback.ts"
import { WrongBody } from "./wishes.ts"

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: { readonly [name: string]: string }
}

const refused = (status: number, message: string): Answer => ({ status, body: { message } })
const failed = refused(500, "The local stack failed.")

/**
 * Serves the page and the control API. It refuses a `Host` that is not loopback (DNS rebinding), requests of another
 * origin, and calls without the control token.
 */
export function controlServer(stack: LocalStack, token: string, addresses: () => Addresses): Server {
  return createServer((request, response) => {
    answer(stack, token, addresses, request, response)
      .then((found) => found && send(response, found))
      // An answer that cannot be written is a fault of one request, too: it must not end the stack.
      .catch(() => (response.headersSent ? response.destroy() : send(response, failed)))
  })
}

/** Undefined if the response is under way. */
async function answer(
  stack: LocalStack,
  token: string,
  addresses: () => Addresses,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const { method = "GET", headers } = request
  const { host } = headers
  if (host === undefined || !isLoopbackHost(host))
    return refused(403, "This server answers on loopback only; the Host is another one.")
  const [path = "/"] = (request.url ?? "/").split("?")
  if (!path.startsWith("/api/")) {
    if (headers.origin !== undefined && !isOwnOrigin(host, headers)) return refused(403, "The Origin is another site.")
    return pageAnswer(method, path, token)
  }
  if (!isOwnOrigin(host, headers)) return refused(403, "The Origin is another site.")
  const route = `${method} ${path}`
  if (route !== "GET /api/stack" && !isSame(headers[tokenHeader], token))
    return refused(403, `The header ${tokenHeader} must have the control token. It is in the page and on the terminal.`)
  if (route === "GET /api/events") {
    streamEvents(stack, response)
    return undefined
  }
  const call = Object.hasOwn(controlCalls, route) ? controlCalls[route] : undefined
  if (call === undefined) {
    const known = Object.keys(controlCalls).some((each) => each.endsWith(` ${path}`))
    return known ? refused(405, "This path takes another method.") : refused(404, "There is no such path.")
  }
  try {
    const body = method === "POST" ? parsed(await readBody(request, maxBodyBytes)) : undefined
    return { status: 200, body: await call(stack, body, addresses()) }
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      response.setHeader("connection", "close")
      return refused(413, `A body may have ${maxBodyBytes / 1024} KB.`)
    }
    if (error instanceof BodyUnreadable) return refused(400, "The body is no text in UTF-8.")
    if (error instanceof WrongBody) return refused(400, error.message)
    const known = refusalOf(error)
    if (known === undefined) throw error
    return known
  }
}

function parsed(text: string): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new WrongBody("The body is not JSON.")
  }
  if (nestsTooDeep(body)) throw new WrongBody(`The body nests more than ${maxDepth} deep.`)
  return body
}

async function pageAnswer(method: string, path: string, token: string): Promise<Answer> {
  if (method !== "GET" && method !== "HEAD") return refused(405, "The page takes GET.")
  const page = await pageResponse(path, token)
  return page ?? refused(404, "There is no such path.")
}

function isSame(given: string | string[] | undefined, token: string): boolean {
  const [one, other] = [Buffer.from(String(given)), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = typeof body === "string" ? body : JSON.stringify(body)
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    ...headers,
  })
  response.end(text)
}
