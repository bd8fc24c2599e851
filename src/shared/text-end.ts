/** Characters that count. */
const endLength = 8

/**
 * The last characters of a text as a number, by which an equal one is found. Those of a token are the end of a
 * signature. To hash a text of 32 characters and compare it takes 0.2 µs more.
 */
export function endOf(text: string): number {
  let end = 0
  for (let at = text.length - endLength; at < text.length; at++) end = (Math.imul(end, 31) + text.charCodeAt(at)) | 0
  return end
}
