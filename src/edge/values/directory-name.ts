import type { DnMode } from "../../types/edge-options.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { hasControl } from "./characters.ts"
import { isPlainName, looksLikeName, readDistinguishedName } from "./distinguished-name.ts"

const malformed = refusal("edge_header_malformed")
const control = refusal("edge_header_control")

/**
 * One element of a list as the mode wants it. A text with an unescaped `=` has to be a DN; plain names stay as they
 * are.
 *
 * `cn` gives the first RDN's value when its type is CN. It keeps the DN where there is no such name: the first RDN is
 * of another type, has several attributes or is no text. It also keeps the DN when the name holds `=`, since a group
 * named `OU=Admins,DC=corp` would pass for that DN otherwise.
 *
 * F5 bug 685888 doubles backslashes of OAuth claims in session variables. `CN=Dev\\, East,…` is then no DN and refused
 * here; the edge has to undo it, or the mode has to be `raw`.
 */
export function directoryName(element: string, mode: DnMode): string | Refusal {
  if (mode === "raw" || !looksLikeName(element)) return element
  if (isPlainName(element)) return mode === "dn" ? element : plainCommonName(element)
  const names = readDistinguishedName(element)
  if (names === undefined) return malformed
  if (mode === "dn") return element
  const [first, second] = names[0] ?? []
  if (first === undefined || second !== undefined || first.encoded || first.type.toLowerCase() !== "cn") return element
  if (hasControl(first.value)) return control
  return first.value.includes("=") ? element : first.value
}

function plainCommonName(name: string): string {
  if (!/^[Cc][Nn]=/.test(name)) return name
  const comma = name.indexOf(",")
  return name.slice(3, comma < 0 ? name.length : comma)
}
