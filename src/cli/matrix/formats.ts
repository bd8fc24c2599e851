import { safeLines } from "../../../local/terminal-text.ts"
import type { AccessMatrix, MatrixCell } from "../../policy.ts"
import { plain } from "../frame/output.ts"
import { columns, wrapped } from "../frame/table.ts"

/** Routes as rows, callers as columns. */
function rowsOf(
  { callers, routes, cells }: AccessMatrix,
  cellText: (cell: MatrixCell) => string,
): readonly (readonly string[])[] {
  const width = callers.length
  return routes.map((route, at) => [route, ...cells.slice(at * width, (at + 1) * width).map(cellText)])
}

const outcome = ({ outcome: verdict }: MatrixCell): string => verdict

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csv(matrix: AccessMatrix): string {
  const rows = [["route", ...matrix.callers.map(({ name }) => name)], ...rowsOf(matrix, outcome)]
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")
}

function cell(text: string): string {
  const safe = /^[=+\-@\p{Cc}]/u.test(text) ? `'${text}` : text
  const shown = safeLines(safe)
  return /[",\r\n']|^\s|\s$/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}

export function markdown(matrix: AccessMatrix): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |\n`
  const names = ["route", ...matrix.callers.map(({ name }) => name)]
  return `${row(names)}|${" --- |".repeat(names.length)}\n${rowsOf(matrix, outcome).map(row).join("")}`
}

const escaped = (text: string): string => plain(text, 500).replace(/[\\|`*_<>[\]~]/g, "\\$&")

/** Callers by number, so that any number of them fits: a legend, then a sign for each. */
export function table(matrix: AccessMatrix, width: number): string {
  const signs = { allow: "yes", forbidden: "-", unauthenticated: "401", unavailable: "500" } as const
  const legend = matrix.callers.map(({ name }, at) => [String(at + 1), plain(name, 300)])
  const routeWidth = Math.min(40, Math.max(5, ...matrix.routes.map((route) => route.length)))
  const perPart = Math.max(1, Math.floor((width - routeWidth - 4) / 5))
  const rows = rowsOf(matrix, ({ outcome: verdict }) => signs[verdict])
  const parts: string[] = [`Callers\n${columns(legend)}`]
  for (let from = 0; from < matrix.callers.length; from += perPart) {
    const numbers = legend.slice(from, from + perPart).map(([number = ""]) => number)
    const body = rows.map(([route = "", ...cells]) => routeRow(route, cells.slice(from, from + perPart), routeWidth))
    parts.push(`${routeRow("Route", numbers, routeWidth)}${body.join("")}`)
  }
  return `${parts.join("\n")}\nyes: allowed; -: forbidden (403); 401: not accepted\n`
}

function routeRow(route: string, cells: readonly string[], width: number): string {
  const lines = wrapped(plain(route, 300), width)
  const start = lines
    .slice(0, -1)
    .map((line) => `  ${line}\n`)
    .join("")
  const last = lines.at(-1) ?? ""
  return `${start}  ${last.padEnd(width)}${cells.map((each) => each.padStart(5)).join("")}`.trimEnd().concat("\n")
}
