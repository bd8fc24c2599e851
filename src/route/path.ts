import { isFixed } from "./tokens.ts"
import type { Template } from "./tree.ts"

/**
 * The forms in which a path can be read in two ways (SR-148): an empty segment, dot segments, `;` `\` `#`, and escapes
 * of characters that can be written plainly (RFC 3986, section 3.3). The gateway may decode before it chooses a route,
 * so `/%6frders` might reach `/orders` and yet be `/{type}` by its text. An escape that a client has to send, such as
 * `%20` or `%7C`, has one reading.
 */
export interface AmbiguousForms {
  /** Whether a path has one of the forms. */
  readonly test: (path: string) => boolean
  /** The same as IAM patterns, without the method: a path has one of the forms exactly if a pattern matches it. */
  readonly patterns: readonly string[]
}

/**
 * Letters, digits and delimiters that RFC 3986 lets a path hold. `%40` to `%4f`, one row of them, are written as one
 * form.
 */
const plain = "0123456789PQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_~:="

/** Delimiters. A backslash has to be escaped, but much software takes it for a slash. */
const delimiters = "/\\.;"

/** A path with an empty segment, with dot segments, or with a delimiter that some software reads. */
const suspicious = /\/[/.]|[;\\#%]/ // what no other path has: most are looked at once
const structural = /\/\/|\/\.\.?(?:\/|$)|[;\\#]/
const structuralPatterns = ["*//*", "*/./*", "*/../*", "*/.", "*/..", "*;*", "*\\*", "*#*"]

/** An escaped `%` before a digit that makes it another escape: `%2561` is `%61` to a second decoder. */
const twice = ["%252", "%253", "%254", "%255", "%256", "%257"]
/** The same where digits may be escaped: `%25%361`, `%%361` and `%6%31` are `%61` to a second decoder. */
const twiceInParts = ["%25%3", "%25%4", "%25%6", "%%", "%?%"]

/**
 * The forms that matter for a table.
 *
 * @param everyPlain whether escapes of letters and digits are ambiguous that no template of the table holds
 */
export function ambiguousForms(templates: Iterable<Template>, everyPlain: boolean): AmbiguousForms {
  const characters = new Set(everyPlain ? delimiters + plain : delimiters)
  for (const { tokens } of templates)
    for (const token of tokens) if (isFixed(token)) for (const character of token) characters.add(character)
  const escapes = new Set([...twice, ...(everyPlain ? ["%4"] : twiceInParts)])
  for (const character of characters) {
    const octet = `%${character.charCodeAt(0).toString(16)}`
    if (!everyPlain || !octet.startsWith("%4")) escapes.add(octet).add(octet.toUpperCase())
  }
  const patterns = [...structuralPatterns, ...[...escapes].map((text) => `*${text}*`)]
  return { test: isAmbiguousBy(patterns), patterns }
}

/** Whether a path has one of the forms. @param patterns of all forms, as `ambiguousForms` found them for a table */
export function isAmbiguousBy(patterns: readonly string[]): (path: string) => boolean {
  let escaped: RegExp | undefined
  const isEscaped = (path: string): boolean => {
    if (escaped === undefined) {
      const escapes = patterns.slice(structuralPatterns.length).map((pattern) => pattern.slice(1, -1))
      escaped = new RegExp(escapes.join("|").replace("?", "[^]"))
    }
    return escaped.test(path)
  }
  return (path) => suspicious.test(path) && (structural.test(path) || isEscaped(path))
}
