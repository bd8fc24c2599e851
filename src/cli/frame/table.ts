import { inOneLine, widthOf } from "./colours.ts"

/**
 * Rows as text, in columns as wide as their longest cell; the last column is not padded, and wraps within `width`. A
 * cell is one line: its line breaks and what else a terminal interprets are escaped.
 */
export function columns(
  given: readonly (readonly string[])[],
  indent: string = "  ",
  width: number = Number.POSITIVE_INFINITY,
): string {
  const rows = given.map((row) => row.map(inOneLine))
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))
  return rows
    .map((row) => {
      const start = row.slice(0, -1).map((cell, at) => padded(cell, widths[at] ?? 0))
      const before = indent + start.map((cell) => `${cell}  `).join("")
      const last = wrapped(row.at(-1) ?? "", Math.max(20, width - widthOf(before)))
      return `${before}${last.join(`\n${" ".repeat(widthOf(before))}`)}`.trimEnd().concat("\n")
    })
    .join("")
}

/** Text in lines of at most `width` characters, broken at blanks only. A longer word keeps its line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of inOneLine(text).split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}

const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)))

/**
 * Text whose lines are as long as they came, in lines of at most `width` characters. What wraps goes below its column,
 * its list item, or its line's beginning.
 */
export function fitted(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => (widthOf(line) <= width ? line : fittedLine(line, width)))
    .join("\n")
}

function fittedLine(line: string, width: number): string {
  const [lead = ""] = /^ *(?:- )?/.exec(line) ?? []
  const gap = [...line.slice(lead.length).matchAll(/\S( {2,})(?=\S)/g)].at(-1)
  const column = gap === undefined ? 0 : lead.length + gap.index + 1 + (gap[1]?.length ?? 0)
  // A last column that would be very narrow begins below its row instead.
  const hasRoom = column > 0 && column <= width - 24
  const start = hasRoom ? column : lead.length
  const indent = " ".repeat(hasRoom || column === 0 ? start : lead.length + 4)
  const [first = "", ...rest] = wrapped(line.slice(start), width - Math.max(start, indent.length))
  return [line.slice(0, start) + first, ...rest.map((part) => indent + part)].map((part) => part.trimEnd()).join("\n")
}
