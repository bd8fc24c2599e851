import type { DnMode } from "../../types/edge-options.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { withoutBlanks } from "./characters.ts"
import { directoryName } from "./directory-name.ts"

const malformed = refusal("edge_header_malformed")

/**
 * Decodes a comma-separated list. A field that holds a comma, a double quote or outer blanks is in double quotes,
 * with its own quotes doubled (RFC 4180 section 2); empty fields are passed over, as RFC 9110 section 5.6.1 asks of
 * lists.
 *
 * Linear time: the index only moves forward.
 */
export function decodeCsv(text: string, mode: DnMode): readonly string[] | Refusal {
  const elements: string[] = []
  for (let at = 0; at <= text.length; at++) {
    while (text[at] === " ") at++
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at)
    if (field === undefined) return malformed
    at = field.end
    if (field.text === "") continue
    const element = directoryName(field.text, mode)
    if (typeof element !== "string") return element
    elements.push(element)
  }
  return elements
}

interface Field {
  readonly text: string
  /** The index of the comma after the field, or the end of the text. */
  readonly end: number
}

function plainField(text: string, start: number): Field | undefined {
  const comma = text.indexOf(",", start)
  const end = comma < 0 ? text.length : comma
  const field = withoutBlanks(text.slice(start, end))
  return field.includes('"') ? undefined : { text: field, end }
}

function quotedField(text: string, start: number): Field | undefined {
  let field = ""
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return undefined
    field += text.slice(at, quote)
    at = quote + 1
    if (text[at] !== '"') break
    field += '"'
    at++
  }
  while (text[at] === " ") at++
  return at === text.length || text[at] === "," ? { text: field, end: at } : undefined
}
