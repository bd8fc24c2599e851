import { type Refusal, refusal } from "../../types/reasons.ts"

/** The fields of a header of VPC Lattice, or of the identity of an event: name to text. What is empty is not there. */
export type Fields = ReadonlyMap<string, string>

const malformed = refusal("edge_header_malformed")
const duplicate = refusal("edge_header_duplicate")

const nameForm = /^[A-Za-z][A-Za-z\d/-]{0,63}$/
/** Ten are documented, and AWS may add others. */
const maxFields = 128

/**
 * Reads `key-0=value-0;key-1=value-1;…;key-n=value-n;`. Blanks may follow a semicolon, and the last one may be absent.
 * A backslash is refused, because it may or may not take the meaning of the next semicolon away.
 *
 * @see https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html
 */
export function readFields(text: string): Fields | Refusal {
  if (text.includes("\\")) return malformed
  const parts = text.replace(/; *$/, "").split(";", maxFields + 1)
  if (parts.length > maxFields) return malformed
  const fields = new Map<string, string>()
  const names = new Set<string>()
  for (const part of parts) {
    const at = part.indexOf("=")
    const name = part.slice(0, Math.max(at, 0)).replace(/^ +/, "")
    if (!nameForm.test(name)) return malformed
    // Many programs compare names without their case.
    if (names.has(name.toLowerCase())) return duplicate
    names.add(name.toLowerCase())
    const value = part.slice(at + 1)
    if (value !== value.trim()) return malformed
    if (value !== "") fields.set(name, value)
  }
  return fields
}
