/**
 * A requested path, read as text: nothing is decoded, nothing is resolved. Its segments are not cut out before they are
 * needed: `split` takes 0.4 µs.
 */
export interface RequestedPath {
  /** Segments begin at its second character. */
  readonly text: string
  /** Where the last segment ends: 0 if there is none. Without a slash at the end, as REST APIs choose a resource. */
  readonly end: number
  /** Whether it ends in a slash, and is not the root. */
  readonly slash: boolean
}

export function readPath(text: string): RequestedPath {
  const slash = text.length > 1 && text.endsWith("/")
  return { text, end: text.length === 1 ? 0 : slash ? text.length - 1 : text.length, slash }
}
