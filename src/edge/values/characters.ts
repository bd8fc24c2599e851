/**
 * Longest header value that is looked at: API Gateway takes 10,240 bytes for all headers of a request together.
 * Characters.
 */
export const maxHeaderLength = 10_240

const blank = 0x20

/**
 * Whether a decoded text holds control characters (C0, DEL, C1) or line separators: log lines and headers end there.
 */
export function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < blank || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029) return true
  }
  return false
}

const printable = /^[ -~]*$/
const printableOrTab = /^[\t -~]*$/

/** What keeps a header value from being printable ASCII; control characters are the worse of the two. */
export function unprintable(text: string, tabs: boolean): "control" | "other" | undefined {
  if ((tabs ? printableOrTab : printable).test(text)) return undefined
  return hasControl(tabs ? text.replaceAll("\t", " ") : text) ? "control" : "other"
}

/** Without U+0020 at the ends. Not `trim`, which takes line breaks and other blanks away unseen. Linear time. */
export function withoutBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) === blank) start++
  while (end > start && text.charCodeAt(end - 1) === blank) end--
  return text.slice(start, end)
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Bytes as text, or undefined if they are not UTF-8: no replacement characters, no byte order mark dropped. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}
