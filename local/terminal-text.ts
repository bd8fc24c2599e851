// Text that came from a file, a token, an account or the network, so that no terminal interprets it.

/**
 * Control characters, marks that change the direction of text, characters without a width, line and paragraph
 * separators, tags, and surrogates without their other half. As the class of a regular expression.
 */
export const hiddenCharacters: string = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2065\u{e0000}-\u{e0fff}]`
const unsafeAnywhere = new RegExp(hiddenCharacters, "gu")
/** A tab and the end of a line are harmless; a carriage return alone is not, because it writes over the line. */
const unsafeInLines = new RegExp(String.raw`(?!\t|\r?\n)${hiddenCharacters}`, "gu")

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
const escapedUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`

/** A text as one line: what a terminal would interpret is escaped, line breaks included. */
export const safeLine = (text: string): string => text.replace(unsafeAnywhere, escaped)

/**
 * The same for a text of several lines, which keeps its line breaks and tabs.
 *
 * @param as how the text's own format writes a character; by default `\u{1b}`
 */
export const safeLines = (text: string, as: (character: string) => string = escaped): string =>
  text.replace(unsafeInLines, as)

/** JSON on several lines. Its strings are escaped as JSON does it, so that it stays the same value. */
export const safeJson = (value: unknown): string =>
  safeLines(JSON.stringify(value, null, 2) ?? "null", (character) => character.replace(/[\s\S]/g, escapedUnit))
