/** A place in a text; both begin with 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
  /** From the beginning of the text. */
  readonly index: number
}

// Each character of a text can be matched in one way only, so that a text without an end costs no more than its length.
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them within texts
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/uy

type Wanted = "value" | "value or ]" | "name" | "name or }" | ":" | ", or end" | "nothing"

/** Where a text breaks the grammar of JSON (RFC 8259), which browsers do not always say; undefined if it does not. */
export function jsonMistakeIn(text: string): TextPlace | undefined {
  const open: string[] = []
  let wanted: Wanted = "value"
  token.lastIndex = 0
  for (let at = 0; ; at = token.lastIndex) {
    const found = token.exec(text)
    if (found === null) {
      const rest = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0)
      return wanted === "nothing" && rest === text.length ? undefined : placeOf(text, rest)
    }
    const [all, mark, name] = found
    const next = wantedAfter(wanted, mark ?? (name === undefined ? "literal" : "text"), open)
    if (next === undefined) return placeOf(text, at + all.length - all.trimStart().length)
    wanted = next
  }
}

/** What may follow a token; undefined if the token itself may not be here. */
function wantedAfter(wanted: Wanted, kind: string, open: string[]): Wanted | undefined {
  const after = (): Wanted => (open.length === 0 ? "nothing" : ", or end")
  const closes = (bracket: string): Wanted | undefined => (open.pop() === bracket ? after() : undefined)
  if (kind === "}") return wanted === "name or }" || wanted === ", or end" ? closes("{") : undefined
  if (kind === "]") return wanted === "value or ]" || wanted === ", or end" ? closes("[") : undefined
  switch (wanted) {
    case "value":
    case "value or ]":
      if (kind === "{" || kind === "[") {
        open.push(kind)
        return kind === "{" ? "name or }" : "value or ]"
      }
      return kind === "text" || kind === "literal" ? after() : undefined
    case "name":
    case "name or }":
      return kind === "text" ? ":" : undefined
    case ":":
      return kind === ":" ? "value" : undefined
    case ", or end":
      if (kind !== ",") return undefined
      return open.at(-1) === "{" ? "name" : "value"
    case "nothing":
      return undefined
  }
}

function placeOf(text: string, index: number): TextPlace {
  const lines = text.slice(0, index).split("\n")
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, index }
}
