/** A text without one byte order mark at its beginning. Editors and .NET write it, and JSON parsers refuse it. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
