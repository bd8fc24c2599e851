import { type Refusal, refusal } from "../../types/reasons.ts"
import { hasControl, utf8 } from "./characters.ts"

// Every digit pair is one step of the expression, and no text can be matched in two ways: linear time.
const hexForm = /^0x(?:[0-9a-fA-F]{2})+$/
const malformed = refusal("edge_header_malformed")
const control = refusal("edge_header_control")

/** Whether a text is `0x` and whole bytes in hex, as APM writes values that hold more than printable ASCII. */
export function isHexForm(text: string): boolean {
  return text.startsWith("0x") && hexForm.test(text)
}

/**
 * The text of the hex form. Bytes that are not UTF-8 are refused and never passed on as hex: a rule that compares
 * names would miss them without a word.
 */
export function decodeHex(text: string): string | Refusal {
  const decoded = utf8(Buffer.from(text.slice(2), "hex"))
  if (decoded === undefined) return malformed
  return hasControl(decoded) ? control : decoded
}
