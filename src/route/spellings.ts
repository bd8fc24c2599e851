/** More readings than this of one path are not looked at: such a path is refused. */
const maxSpellings = 32

/** What a backend may make of a path, one step each: none of them changes a path that has one reading only. */
const steps: readonly ((path: string) => string)[] = [
  (path) =>
    path.replace(/%(?!23|3f)([0-7][0-9a-f])/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  (path) => path.replaceAll("\\", "/"),
  (path) => path.replace(/;[^/]*/g, ""),
  (path) => path.replace(/#.*/s, ""),
  (path) => path.replace(/\/{2,}/g, "/"),
  (path) => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path),
  withoutDots,
]

/** Whether a path has anything in it that a backend may read in another way. */
export function hasSpellings(path: string): boolean {
  return /[%\\;#]|\/\/|\/\.|.\/$/s.test(path)
}

/**
 * The other readings of a path: decoded once or more, slashes merged or dropped at the end, dot segments resolved,
 * parameters after `;` dropped, in any order.
 *
 * @returns undefined if there are too many
 */
export function spellingsOf(path: string): readonly string[] | undefined {
  const found = new Set([path])
  for (const known of found) {
    for (const step of steps) found.add(step(known) || "/")
    if (found.size > maxSpellings) return undefined
  }
  found.delete(path)
  return [...found]
}

/** RFC 3986, section 5.2.4; an escaped dot counts, as in the URL Standard. */
function withoutDots(path: string): string {
  if (!/\/(?:\.|%2e)/i.test(path)) return path
  const kept: string[] = []
  const segments = path.split("/")
  for (const [at, segment] of segments.entries()) {
    const dots = segment.replace(/%2e/gi, ".")
    const isDots = dots === "." || dots === ".."
    if (dots === ".." && kept.length > 1) kept.pop()
    if (!isDots) kept.push(segment)
    else if (at === segments.length - 1) kept.push("")
  }
  return kept.join("/")
}
