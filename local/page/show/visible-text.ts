import { hiddenCharacters } from "../../terminal-text.ts"

/** A piece of text for people: as it is, or a character that has no shape of its own, by its code point. */
export type TextPart = { readonly text: string } | { readonly mark: string; readonly name: string }

/** A line feed and a tab have a shape on the page. */
const hidden = new RegExp(String.raw`(?![\n\t])${hiddenCharacters}`, "gu")

const names: { readonly [codePoint: number]: string } = {
  0: "null",
  7: "bell",
  8: "backspace",
  13: "carriage return",
  27: "escape",
  8203: "zero width space",
  8206: "left-to-right mark",
  8207: "right-to-left mark",
  8237: "left-to-right override",
  8238: "right-to-left override",
  8294: "left-to-right isolate",
  8295: "right-to-left isolate",
  65279: "byte order mark",
}

/** Most marks of one text; more of them are one mark, so that a hostile text makes no hundred thousand elements. */
const maxMarks = 200

/** Splits a text into what can be read and characters that would be invisible, or would move other characters. */
export function visibleParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  let marks = 0
  for (const { 0: character, index } of text.matchAll(hidden)) {
    if (index > from) parts.push({ text: text.slice(from, index) })
    from = index + character.length
    if (++marks > maxMarks) {
      const rest = text.slice(from).replace(hidden, "\ufffd")
      return [...parts, { mark: "\u2026", name: "more such characters follow, each shown as \ufffd" }, { text: rest }]
    }
    const codePoint = character.codePointAt(0) ?? 0
    const code = `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`
    parts.push({ mark: code, name: names[codePoint] ?? "character without a shape" })
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}

/** The text as one line without such characters, for labels and titles. */
export function plainLabel(text: string, limit = 200): string {
  const short = text.length > limit ? `${text.slice(0, limit)}…` : text
  return short.replace(hidden, "\ufffd").replace(/\s+/g, " ")
}
