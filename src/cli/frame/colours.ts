import { randomUUID } from "node:crypto"
import { styleText } from "node:util"
import { safeLine, safeLines } from "../../../local/terminal-text.ts"

/** Colours of a terminal. Without a terminal, with `--no-color` or NO_COLOR, texts stay as they are. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"

// Until a text is written, its colours carry an id that no file can know. So the sequences of a file are escaped, those of
// colours included.
const mark = `\u001b[${randomUUID()};`

/** A text in a colour, for `columns`, `wrapped` and `written`. */
export function coloured(style: Style | readonly Style[], text: string): string {
  const [before = "", after = ""] = styleText(style as Style, "\n", { validateStream: false }).split("\n")
  return `${marked(before)}${text}${marked(after)}`
}

const marked = (codes: string): string => codes.replaceAll("\u001b[", mark)

/** A text for a terminal, which interprets its line breaks and the colours of `coloured` only. */
export const written = (text: string): string => cleaned(text, (part) => safeLines(part), "\u001b[")

/** A text as one line, still to be written. */
export const inOneLine = (text: string): string => cleaned(text, safeLine, mark)

/** @param beforeCode what begins a sequence of colours; undefined leaves colours out */
function cleaned(text: string, safe: (part: string) => string, beforeCode?: string): string {
  const [first = "", ...others] = text.split(mark)
  const parts = others.map((part) => {
    const end = part.indexOf("m") + 1
    return (beforeCode === undefined ? "" : beforeCode + part.slice(0, end)) + safe(part.slice(end))
  })
  return safe(first) + parts.join("")
}

/** Columns that a text takes: its colours take none. */
export const widthOf = (text: string): number => [...cleaned(text, (part) => part)].length
