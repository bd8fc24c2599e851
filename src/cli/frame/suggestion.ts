/** The name that is most like a mistyped one, if any is close: at most two edits, or a third of a longer name. */
export function closest(given: string, names: readonly string[]): string | undefined {
  if (given === "" || given.length > 40) return undefined
  const ranked = names.map((name) => ({ name, edits: distance(given.toLowerCase(), name.toLowerCase()) }))
  const [best] = ranked.toSorted((a, b) => a.edits - b.edits)
  const most = Math.max(2, Math.floor(given.length / 3))
  return best !== undefined && best.edits <= most && best.edits < best.name.length ? best.name : undefined
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** `. Did you mean okta?` for a name that is like a known one; else nothing. */
export function suggested(given: string, names: readonly string[]): string {
  const similar = closest(given, names)
  return similar === undefined ? "" : `. Did you mean ${similar}?`
}
