import type { DnMode } from "../../types/edge-options.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { withoutBlanks } from "./characters.ts"
import { directoryName } from "./directory-name.ts"
import { decodeHex, isHexForm } from "./hex.ts"

const malformed = refusal("edge_header_malformed")
const joined = refusal("edge_header_joined")

/**
 * Decodes a multi-valued attribute as BIG-IP APM writes it into session variables and headers:
 * `| CN=Ops,DC=corp | 0x436f6d70 |`. Bars inside of elements are written `\|` (F5 bug 685888). The whole value, or an
 * element, may be `0x` and the hex of its UTF-8 bytes.
 *
 * An element that begins or ends with a comma is what remains where HTTP APIs joined two headers, and is refused.
 *
 * Linear time: each step goes over the text once, and elements are slices of it that do not overlap.
 *
 * @see F5 DevCentral codeshare 1040, "Sanitize special characters in AD groups names", for the hex form
 */
export function decodeApmList(text: string, mode: DnMode): readonly string[] | Refusal {
  if (!isHexForm(text)) return decodeElements(text, mode)
  const whole = decodeHex(text)
  if (typeof whole !== "string") return whole
  if (nextBar(whole, 0) >= 0) return decodeElements(whole, mode)
  return oneElement(withoutBlanks(unescaped(whole)), mode)
}

function decodeElements(text: string, mode: DnMode): readonly string[] | Refusal {
  const elements: string[] = []
  for (let start = 0; start <= text.length; ) {
    const bar = nextBar(text, start)
    const end = bar < 0 ? text.length : bar
    const element = end === start ? "" : unescaped(withoutBlanks(text.slice(start, end)))
    start = end + 1
    if (element === "") continue
    const decoded = decodeElement(element, mode)
    if (typeof decoded !== "string") return decoded
    elements.push(decoded)
  }
  return elements
}

function decodeElement(element: string, mode: DnMode): string | Refusal {
  // A backslash before the last comma is no excuse: the client's value may end with it, to make a DN of what follows.
  if (element.startsWith(",") || element.endsWith(",")) return joined
  if (!isHexForm(element)) return directoryName(element, mode)
  const decoded = decodeHex(element)
  if (typeof decoded !== "string") return decoded
  const name = withoutBlanks(decoded)
  // A name that is still hex was encoded twice (SR-124): which of the two is meant is unknown.
  return name === "" || isHexForm(name) ? malformed : directoryName(name, mode)
}

function oneElement(name: string, mode: DnMode): readonly string[] | Refusal {
  if (name === "" || isHexForm(name)) return malformed
  const decoded = directoryName(name, mode)
  return typeof decoded === "string" ? [decoded] : decoded
}

function unescaped(element: string): string {
  return element.includes("\\") ? element.replaceAll("\\|", "|") : element
}

/** The index of the next bar without a backslash before it, or -1. */
function nextBar(text: string, start: number): number {
  let bar = text.indexOf("|", start)
  while (bar > 0 && text[bar - 1] === "\\") bar = text.indexOf("|", bar + 1)
  return bar
}
