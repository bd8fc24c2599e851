import { safeJson, safeLine } from "../../../local/terminal-text.ts"
import { coloured, type Style, written } from "./colours.ts"

/**
 * Where a command writes: results to standard output, progress and remarks to standard error. A terminal
 * interprets only the line breaks and the colours of `style` in a text that is written, wherever its parts came from.
 */
export interface Output {
  /** Whether one JSON document is wanted, and nothing else on standard output. */
  readonly json: boolean
  /** Columns of the terminal; 80 if standard output is none. */
  readonly columns: number
  /** Whether progress may be drawn on standard error. */
  readonly interactive: boolean
  /** Writes text to standard output. */
  print(text: string): void
  /** Writes one JSON document to standard output. */
  document(value: unknown): void
  /** Writes one line, or several, to standard error. */
  note(line: string): void
  style(style: Style | readonly Style[], text: string): string
}

/** The two streams of a process, as far as a command needs them. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

/** @param color false turns colours off, whatever the terminal can do */
export function createOutput({ stdout, stderr }: Streams, { json, color }: { json: boolean; color: boolean }): Output {
  const { NO_COLOR = "", FORCE_COLOR = "" } = process.env
  const colored = color && NO_COLOR === "" && (stdout.isTTY === true || (FORCE_COLOR !== "" && FORCE_COLOR !== "0"))
  return {
    json,
    columns: Math.max(60, Math.min(stdout.columns || 80, 120)),
    interactive: stderr.isTTY === true,
    print: (text) => void stdout.write(written(text)),
    document: (value) => void stdout.write(`${safeJson(value)}\n`),
    note: (line) => void stderr.write(`${written(line)}\n`),
    style: (style, text) => (colored ? coloured(style, text) : text),
  }
}

/**
 * A text from a token or a file, so that no terminal interprets it: control and direction characters become escapes,
 * and what is longer than `maxLength` characters is cut.
 */
export function plain(text: string, maxLength: number = 200): string {
  return safeLine(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
}

/** Any JSON value on one line, safe to print. */
/** @public */
export function plainValue(value: unknown, maxLength: number = 200): string {
  return plain(typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? "undefined"), maxLength)
}
