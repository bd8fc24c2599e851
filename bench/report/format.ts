import type { ResultRow } from "../machinery/results.ts"

/** A table of text, ready for Markdown or a terminal. */
export interface Table {
  readonly title: string
  /** What a reader has to know to read it. */
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** `17.3 µs`: three significant digits, whole from 100 on. */
export function figure(value: number, unit: ResultRow["unit"]): string {
  const text = value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)))
  return unit === "count" ? text : `${text} ${unit === "us" ? "µs" : unit}`
}

export function times(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(2)} ×`
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
  const padded = (cell: string, index: number): string =>
    index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)
  const heading = `${title} ${caption.replaceAll("`", "")}`
  return [heading, ...lines.map((cells) => `  ${cells.map(padded).join("  ")}`.trimEnd())].join("\n")
}
