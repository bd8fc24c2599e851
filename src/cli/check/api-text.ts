import type { Inventory, InventoryFinding } from "../../openapi.ts"
import { type Output, plain } from "../frame/output.ts"
import { columns } from "../frame/table.ts"

const shown = 200

/** The routes with their authorizers, those without one, and what was found. */
export function apiText({ routes, findings, apis }: Inventory, output: Output): string {
  const several = apis.length > 1
  const rows = routes
    .slice(0, shown)
    .map(({ route, authorizer, detail, rule, api }) => [
      ...(several ? [plain(api, 30)] : []),
      plain(route, 60),
      detail === undefined || authorizer === "api-key" ? authorizer : `${authorizer} (${plain(detail, 24)})`,
      rule === undefined ? "" : plain(rule, 60),
    ])
  const head = [...(several ? ["API"] : []), "route", "authorizer", "rule"]
  const parts = [`Routes of the API (${routes.length})\n${columns([head, ...rows], "  ", output.columns)}`]
  if (routes.length > shown) parts.push(`  and ${routes.length - shown} more; --json has all of them\n`)
  const isOpen = (authorizer: string): boolean => authorizer === "none" || authorizer === "api-key"
  const open = routes.filter(
    ({ authorizer, kind, route }) => isOpen(authorizer) && (kind !== "websocket" || route === "$connect"),
  )
  parts.push(`\nPublic routes (${open.length})\n`)
  const reported = new Set(findings.filter(({ severity }) => severity !== "warning").map(({ route }) => route))
  const listed = open
    .slice(0, shown)
    .map(({ route, authorizer }) => [
      plain(route, 60),
      authorizer === "api-key"
        ? "with an API key"
        : route.startsWith("OPTIONS ") && reported.has(route)
          ? "preflights"
          : "",
      reported.has(route) ? "" : "as --public says",
    ])
  parts.push(open.length === 0 ? "  none\n" : columns(listed))
  if (open.length > shown) parts.push(`  and ${open.length - shown} more\n`)
  for (const severity of ["error", "warning", "info"] as const) {
    const some = findings.filter((finding) => finding.severity === severity)
    if (some.length === 0) continue
    const groups = [...Map.groupBy(some, ({ message, remedy }) => `${message}\n${remedy}`).values()]
    parts.push(`\n${heading[severity]} (${some.length})\n`)
    for (const group of groups.slice(0, shown)) parts.push(findingText(group, output))
    if (groups.length > shown) parts.push("  and more; --json has all of them\n")
  }
  return parts.join("")
}

const heading = { error: "Findings: errors", warning: "Findings: warnings", info: "Findings: to know" } as const
const colour = { error: "red", warning: "yellow", info: "dim" } as const

/** Findings that differ in the route only are one. */
function findingText(group: readonly InventoryFinding[], output: Output): string {
  const [{ severity, message, remedy }] = group as readonly [InventoryFinding]
  const mark = output.style(colour[severity], severity === "error" ? "✗" : severity === "warning" ? "!" : "·")
  const routes = group.flatMap(({ route }) => (route === undefined ? [] : [plain(route, 80)]))
  const named = severity === "info" ? routes.slice(0, 5) : routes
  const more = routes.length > named.length ? ` and ${routes.length - named.length} more` : ""
  const subject = routes.length === 0 ? "" : `${named.join(", ")}${more}${routes.length > 1 ? ":" : ""} `
  const text = [`${subject}${plain(message, 400)}.`, plain(remedy, 300)]
  return columns([[mark, text[0] ?? ""]], "  ", output.columns) + columns([["", text[1] ?? ""]], "   ", output.columns)
}
