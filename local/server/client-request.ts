import type { IncomingMessage } from "node:http"
import type { ApiSettings, ClientRequest } from "../gateway/api.ts"

/** Headers between the client and the first hop, which API Gateway does not hand on. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
])

/**
 * A request as API Gateway gets it: headers in the order and the spelling of the client, the path as it was sent, and
 * the API's own host name.
 *
 * @returns undefined if the request target is no path
 */
export function clientRequest(message: IncomingMessage, api: ApiSettings): ClientRequest | undefined {
  const target = message.url ?? ""
  if (!target.startsWith("/")) return undefined
  const at = target.indexOf("?")
  const [path, query] = at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)]
  const headers: [string, string][] = []
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = message.rawHeaders.slice(index, index + 2)
    const lower = name.toLowerCase()
    if (lower === "host") headers.push([name, api.domainName])
    else if (api.kind === "websocket" || !hopByHop.has(lower)) headers.push([name, value])
  }
  return { method: message.method ?? "GET", path, query, headers, sourceIp: sourceIpOf(message) }
}

function sourceIpOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "")
}
