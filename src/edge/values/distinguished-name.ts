import { utf8, withoutBlanks } from "./characters.ts"

/** One `type=value` of a relative distinguished name. */
export interface NameAttribute {
  /** As written: a short name such as `CN`, or an object identifier. */
  readonly type: string
  /** Without escapes; for the `#` form the hex digits with their `#`. */
  readonly value: string
  /** The value is BER in hex (`#…`), which is not text. */
  readonly encoded: boolean
}

/** Attributes of a relative distinguished name; nearly always one. */
export type RelativeName = readonly NameAttribute[]

const typeForm = /^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)$/
const encodedForm = /^#(?:[0-9a-fA-F]{2})+$/
const escapable = ' "#+,;<=>\\'
const forbidden = '";<>\0'

// Nothing in it can be matched in two ways: linear time.
const plainForm = /^(?:[A-Za-z][A-Za-z0-9-]*=[^ #,+"\\;<>=\0](?:[^,+"\\;<>=\0]*[^ ,+"\\;<>=\0])?(?:,(?!$)|$))+$/

/**
 * Whether a text is a DN as directories write nearly all of theirs: one attribute per RDN, no escapes, no blanks around
 * separators. Then its parts can be cut out of the text as they are, which is twenty times as fast as reading it.
 */
export function isPlainName(text: string): boolean {
  return plainForm.test(text)
}

/** Whether a text holds `=` without a backslash before it, which is what tells a DN from a plain name. */
export function looksLikeName(text: string): boolean {
  const equals = text.indexOf("=")
  const backslash = text.indexOf("\\")
  if (equals < 0 || backslash < 0 || backslash > equals) return equals >= 0
  for (let at = backslash; at < text.length; at++) {
    if (text[at] === "\\") at++
    else if (text[at] === "=") return true
  }
  return false
}

/**
 * Reads an RFC 4514 distinguished name, first RDN first. Blanks around `,`, `+` and `=` are taken as well, which older
 * writers put there (RFC 2253 section 4); quoted values, `;` as separator and empty values are not. Every character is
 * looked at a fixed number of times: linear time.
 *
 * @returns undefined if the text is no distinguished name
 */
export function readDistinguishedName(text: string): readonly RelativeName[] | undefined {
  const names: RelativeName[] = []
  let attributes: NameAttribute[] = []
  let at = 0
  for (;;) {
    const equals = text.indexOf("=", at)
    if (equals < 0) return undefined
    const type = withoutBlanks(text.slice(at, equals))
    const value = typeForm.test(type) ? readValue(text, equals + 1) : undefined
    if (value === undefined) return undefined
    attributes.push({ type, value: value.text, encoded: value.encoded })
    const separator = text[value.end]
    if (separator !== "+") {
      names.push(attributes)
      attributes = []
    }
    if (separator === undefined) return names
    at = value.end + 1
  }
}

interface Value {
  readonly text: string
  readonly encoded: boolean
  /** The index of the separator, or the end of the text. */
  readonly end: number
}

function readValue(text: string, start: number): Value | undefined {
  let at = start
  while (text[at] === " ") at++
  const encoded = text[at] === "#"
  let value = ""
  // Blanks at the end belong to the value only when they are escaped.
  let kept = 0
  while (at < text.length) {
    const character = text[at] as string
    if (character === "," || character === "+") break
    if (forbidden.includes(character)) return undefined
    if (character !== "\\") {
      value += character
      at++
      if (character !== " ") kept = value.length
      continue
    }
    const escaped = readEscape(text, at)
    if (escaped === undefined) return undefined
    value += escaped.text
    at = escaped.end
    kept = value.length
  }
  value = value.slice(0, kept)
  if (value === "" || (encoded && !encodedForm.test(value))) return undefined
  return { text: value, encoded, end: at }
}

/** `\,` and its like, or a run of `\XX` pairs, which have to be UTF-8 together. */
function readEscape(text: string, start: number): { text: string; end: number } | undefined {
  const bytes: number[] = []
  let at = start
  for (; text[at] === "\\"; at += 3) {
    const pair = text.slice(at + 1, at + 3)
    if (!/^[0-9a-fA-F]{2}$/.test(pair)) break
    bytes.push(Number.parseInt(pair, 16))
  }
  if (bytes.length > 0) {
    const decoded = utf8(Uint8Array.from(bytes))
    return decoded === undefined ? undefined : { text: decoded, end: at }
  }
  const next = text[start + 1]
  return next !== undefined && escapable.includes(next) ? { text: next, end: start + 2 } : undefined
}
