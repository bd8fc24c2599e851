import type { ClientRequest } from "../../../local/gateway/api.ts"
import { UsageError } from "../frame/command.ts"

/** A request as a person writes it: `GET /orders/7?full=1`, or `$connect`. */
export function parseRequest(text: string): Pick<ClientRequest, "method" | "path" | "query"> & { isConnect: boolean } {
  const line = text.trim()
  if (line === "$connect") return { method: "GET", path: "/", query: "", isConnect: true }
  const [, method = "", target = ""] = /^([A-Za-z][A-Za-z0-9_-]{0,31})\s+(\/\S*)$/.exec(line) ?? []
  if (method === "") throw new UsageError('a request is a method and a path, such as "GET /orders/7", or $connect')
  const [path = "/", query = ""] = target.split(/\?(.*)/s)
  return { method: method.toUpperCase(), path, query, isConnect: false }
}
