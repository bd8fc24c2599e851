import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Handled, LocalStack } from "../stack/stack.ts"
import { clientRequest } from "./client-request.ts"
import { foreignness } from "./gateway-server.ts"

/**
 * Largest frame of a WebSocket API, bytes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const maxMessageBytes = 128 * 1024

/** Serves the WebSocket API of a stack: `$connect` asks the authorizer, and the demo backend answers each message. */
export function webSocketGateway(stack: LocalStack): Server {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes })
  const server = createServer((_, response) => {
    response.writeHead(426, { "content-type": "application/json", upgrade: "websocket" })
    response.end(JSON.stringify({ message: "This is a WebSocket API: connect with wss." }))
  })
  server.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy())
    connect(stack, message)
      .then((handled) => {
        if ("refused" in handled) return refuse(socket, handled.refused, {}, JSON.stringify({ message: handled.why }))
        const { response, outcome } = handled
        if (outcome.response !== undefined)
          return refuse(socket, response.status, Object.fromEntries(response.headers), response.body.toString())
        sockets.handleUpgrade(message, socket, head, (client) => converse(client, handled))
      })
      .catch(() => socket.destroy())
  })
  // An upgraded connection is none of the HTTP server's any more, and would keep it from closing.
  const closeRequests = server.closeAllConnections.bind(server)
  server.closeAllConnections = () => {
    for (const client of sockets.clients) client.terminate()
    closeRequests()
  }
  return server
}

/** Why the local gateway refuses before API Gateway sees the request. */
interface NotConnected {
  readonly refused: number
  readonly why: string
}

async function connect(stack: LocalStack, message: IncomingMessage): Promise<Handled | NotConnected> {
  const unavailable = { refused: 503, why: "Service Unavailable" }
  const settings = stack.api("websocket")?.settings
  if (settings === undefined) return unavailable
  const foreign = foreignness(message, undefined)
  if (foreign !== undefined) return { refused: 403, why: foreign }
  const request = clientRequest(message, settings)
  if (request === undefined) return { refused: 400, why: "The request target is no path." }
  return (await stack.handle("websocket", request, Buffer.alloc(0))) ?? unavailable
}

/** The demo backend: what it got, and what the authorizer said when the connection was opened. */
function converse(client: WebSocket, { outcome }: Handled): void {
  client.on("error", () => client.terminate())
  client.on("message", (data, isBinary) => {
    const body = isBinary ? data.toString() : String(data)
    client.send(JSON.stringify({ method: "MESSAGE", path: "$default", body, authorizer: outcome.authorizer ?? null }))
  })
}

function refuse(socket: Duplex, status: number, headers: { readonly [name: string]: string }, body: string): void {
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, " ")}`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body}`)
}
