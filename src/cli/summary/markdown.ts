import { plain } from "../frame/output.ts"

/** Most rows of one table: a comment of GitHub holds 65,536 characters. */
const maxRows = 50

/** A text from a file or a configuration for Markdown: no mark-up, no mention, no reference, no HTML. */
export function markdownText(text: string, maxLength: number = 200): string {
  return plain(text, maxLength)
    .replace(/[&<>@#]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\\|`*_[\]~!]/g, "\\$&")
}

/** A table with its title; nothing if there are no rows. */
export function markdownTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  isFolded: boolean = false,
): string {
  if (rows.length === 0) return ""
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`
  const body = rows.slice(0, maxRows).map((cells) => row(cells.map((cell) => markdownText(cell))))
  const more = rows.length > maxRows ? `\nAnd ${rows.length - maxRows} more.\n` : ""
  const table = `${row(head)}|${" --- |".repeat(head.length)}\n${body.join("")}${more}`
  const named = `${title} (${rows.length})`
  return isFolded ? `\n<details><summary>${named}</summary>\n\n${table}\n</details>\n` : `\n### ${named}\n\n${table}`
}
