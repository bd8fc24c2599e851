import type { DnMode } from "../../types/edge-options.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { hasControl, utf8, withoutBlanks } from "./characters.ts"
import { directoryName } from "./directory-name.ts"

const malformed = refusal("edge_header_malformed")
const control = refusal("edge_header_control")

/**
 * Decodes base64url (RFC 4648 section 5) of one UTF-8 text. Strict: no padding, no other characters, no stray bits in
 * the last one, so that a text has one spelling only.
 */
export function decodeBase64url(text: string): string | Refusal {
  const decoded = decode(text)
  if (decoded === undefined || withoutBlanks(decoded) === "") return malformed
  return hasControl(decoded) ? control : decoded
}

/**
 * Decodes base64url of a JSON list of strings. Whether a header holds a list is the configuration's to say, never the
 * value's: a display name may well look like a list.
 */
export function decodeBase64urlList(text: string, mode: DnMode): readonly string[] | Refusal {
  const list = parse(decode(text))
  if (!Array.isArray(list)) return malformed
  return decodeItems(list, (item) => decodeItem(item, mode))
}

/** The elements of a JSON list, which have to be strings. @param decodeOne `decodeItem` for one mode */
export function decodeItems(
  list: readonly unknown[],
  decodeOne: (item: string) => string | Refusal,
): readonly string[] | Refusal {
  const elements: string[] = []
  for (const item of list) {
    const element = typeof item === "string" ? decodeOne(item) : malformed
    if (typeof element !== "string") return element
    elements.push(element)
  }
  return elements
}

/** One element of a JSON list, which has to say something. */
export function decodeItem(item: string, mode: DnMode): string | Refusal {
  if (withoutBlanks(item) === "" || !item.isWellFormed()) return malformed
  return hasControl(item) ? control : directoryName(item, mode)
}

function decode(text: string): string | undefined {
  const bytes = Buffer.from(text, "base64url")
  // The decoder passes over what it does not know; only a canonical text comes back as it was.
  return bytes.toString("base64url") === text ? utf8(bytes) : undefined
}

function parse(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json)
  } catch {
    return undefined
  }
}
