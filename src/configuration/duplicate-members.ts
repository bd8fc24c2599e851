/** Strings, with their colon if they are names, brackets and commas: all that tells where a text of JSON is. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[\]{},]/g

/**
 * Names that an object of a JSON text has twice. `JSON.parse` takes the last one without a word, and a route or a list
 * of scopes would be lost. Linear in the text, however deep it nests.
 *
 * @param text must be JSON
 * @returns the first 10 as sentences, such as `has routes["GET /x"].scopes twice, again in line 7. Keep one of the two`
 */
export function duplicateMembers(text: string): readonly string[] {
  const found: string[] = []
  const levels: { readonly names: Set<string>; at: string | number }[] = []
  for (const { 0: part, 1: colon, index } of text.matchAll(token)) {
    const level = levels.at(-1)
    if (part === "{" || part === "[") levels.push({ names: new Set(), at: 0 })
    else if (part === "}" || part === "]") levels.pop()
    else if (level !== undefined && colon !== undefined) {
      level.at = JSON.parse(part.slice(0, -colon.length)) as string
      if (level.names.has(level.at) && found.length < 10) {
        const steps = levels.map(({ at }) => `[${JSON.stringify(at)}]`).join("")
        const path = steps
          .replace(/\["([A-Za-z_]\w*)"\]/g, ".$1")
          .replace(/^\./, "")
          .slice(0, 300)
        const line = text.slice(0, index).split("\n").length
        found.push(`has ${path} twice, again in line ${line}. Keep one of the two`)
      }
      level.names.add(level.at)
    } else if (part === "," && typeof level?.at === "number") level.at++
  }
  return found
}
