const printable = /^[ -~]*$/

/**
 * A foreign text for a record: so many characters at most, and everything but printable ASCII escaped as in
 * JSON (SR-164). JSON itself leaves DEL, C1 controls and line separators as they are, and terminals obey them.
 */
export function plainText(text: string | undefined, maxLength: number): string | undefined {
  if (text === undefined || (text.length <= maxLength && printable.test(text))) return text
  const start = text.slice(0, maxLength)
  return printable.test(start) ? start : escaped(start)
}

function escaped(text: string): string {
  return text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}
