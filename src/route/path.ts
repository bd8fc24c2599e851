import { isFixed } from "./tokens.ts"
import type { Template } from "./tree.ts"

/** A requested path, read as text: nothing is decoded, nothing is resolved. */
export interface RequestedPath {
  readonly segments: readonly string[]
  /** Whether it ends in a slash, and is not the root. The segments are without it, as REST APIs choose a resource. */
  readonly slash: boolean
}

export function readPath(path: string): RequestedPath {
  const slash = path.length > 1 && path.endsWith("/")
  const plain = slash ? path.slice(1, -1) : path.slice(1)
  return { segments: plain === "" && !slash ? [] : plain.split("/"), slash }
}

/**
 * The forms in which a path can be read in two ways (SR-148): an empty segment, dot segments, `;` `\` `#`, and escapes of
 * characters that can be written plainly. Whether the gateway decodes before it chooses a route is not documented, so
 * `/%6frders` might reach `/orders` and yet be `/{type}` by its text.
 */
export interface AmbiguousForms {
  /** Whether a path has one of the forms. */
  readonly test: (path: string) => boolean
  /** The same as IAM patterns, without the method: a path has one of the forms exactly if a pattern matches it. */
  readonly patterns: readonly string[]
}

/** Delimiters in disguise, besides the characters that the table's own templates hold. Letters and digits are always there. */
const alwaysAmbiguous = "/\\.;%#"

/** The forms that matter for a table. Escapes of characters that no template holds, such as `%20`, can be read one way only. */
export function ambiguousForms(templates: Iterable<Template>): AmbiguousForms {
  const characters = new Set(alwaysAmbiguous)
  for (const { tokens } of templates)
    for (const token of tokens) if (isFixed(token)) for (const character of token) characters.add(character)
  const rows = ["%3", "%4", "%5", "%6", "%7"] // digits, letters, and what stands between them
  const escapes = new Set(rows)
  for (const character of characters) {
    const octet = `%${character.charCodeAt(0).toString(16)}`
    if (octet.startsWith("%2")) escapes.add(octet).add(octet.toUpperCase())
  }
  const escaped = new RegExp([...escapes].join("|"))
  const structural = /\/\/|\/\.\.?(?:\/|$)|[;\\#]/
  return {
    test: (path) => structural.test(path) || (path.includes("%") && escaped.test(path)),
    patterns: [
      "*//*",
      "*/./*",
      "*/../*",
      "*/.",
      "*/..",
      "*;*",
      "*\\*",
      "*#*",
      ...[...escapes].map((text) => `*${text}*`),
    ],
  }
}
