import type { ResultRow } from "../results.ts"

/** A table of text, ready for Markdown or a terminal. */
export interface Table {
  readonly title: string
  /** What a reader has to know to read it. */
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const units: { readonly [U in ResultRow["unit"]]: string } = {
  us: "µs",
  ms: "ms",
  MB: "MB",
  KB: "KB",
  bytes: "bytes",
  count: "",
  instructions: "instructions",
}

/** `17.3 µs`: three significant digits, whole from 100 on. */
export function figure(value: number, unit: ResultRow["unit"]): string {
  const text = value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)))
  return `${text} ${units[unit]}`.trimEnd()
}

export function times(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(2)} ×`
}

/** What a row's budget is compared with: its ratio where it has one, else its value. */
export function judged({ value, unit, ratio, ratioTo }: ResultRow): string {
  return ratio === undefined ? figure(value, unit) : `${times(ratio)} ${ratioTo ?? ""}`.trimEnd()
}

export function budgetOf({ budget, ratio, unit }: ResultRow): string {
  if (budget === undefined) return "faster than its peers"
  return `≤ ${ratio === undefined ? figure(budget, unit) : times(budget)}`
}

export function markdown({ title, caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  const rule = line(columns.map((_, index) => (index === 0 ? "---" : "---:")))
  return [`**${title}** ${caption}`, "", line(columns), rule, ...rows.map(line)].join("\n")
}

export function plainText({ title, caption, columns, rows }: Table): string {
  const lines = [columns, ...rows].map((cells) => cells.map((cell) => cell.replaceAll("**", "")))
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))).join("  ")}`.trimEnd()
  return [
    `${title} ${caption.replaceAll("`", "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")}`,
    ...lines.map(line),
  ].join("\n")
}
