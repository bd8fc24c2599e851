import type { RouteRule } from "../../index.ts"
import { UsageError } from "../frame/command.ts"
import { plain } from "../frame/output.ts"

const lists = { scope: "scopes", role: "roles", group: "groups", permission: "permissions" } as const

/**
 * Reads routes as they are written on the command line: `GET /orders/{id} orders:read`. What comes after the key is
 * demanded: scopes, or `role=editor`, `group=ops`, `permission=read:orders`; nothing means any authenticated caller.
 *
 * @throws UsageError. Whether a key is a route is left to the doors
 */
export function routesIn(lines: readonly string[]): { readonly [key: string]: RouteRule } {
  const routes: { [key: string]: RouteRule } = {}
  for (const line of lines) {
    const [key, rule] = routeIn(line)
    if (Object.hasOwn(routes, key)) throw new UsageError(`the route ${plain(key)} is there twice`)
    routes[key] = rule
  }
  return routes
}

function routeIn(line: string): readonly [string, RouteRule] {
  const words = line.trim().split(/[\s,]+/)
  const alone = words[0]?.startsWith("$") === true
  const key = words.splice(0, alone ? 1 : 2).join(" ")
  if (!alone && !/^[A-Za-z]+ \/\S*$/.test(key))
    throw new UsageError(
      `${plain(line.trim(), 80) || "an empty text"} is no route. Write a method, a path and what it demands, such as "GET /orders/{id} orders:read"`,
    )
  const rule: { [list: string]: string[] } = {}
  for (const word of words) {
    const [, kind, value] = /^(scope|role|group|permission)=(.+)$/.exec(word) ?? ["", "scope", word]
    const list = lists[kind as keyof typeof lists]
    rule[list] = [...(rule[list] ?? []), value ?? ""]
  }
  return [alone ? key : key.replace(/^\S+/, (method) => method.toUpperCase()), rule]
}
