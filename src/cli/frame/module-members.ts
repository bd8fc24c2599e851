/**
 * Words of JavaScript and TypeScript that tell where members of objects are; what a comment or a string holds is none.
 */
const word =
  /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)|("[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*')|([\p{ID_Start}$_][\p{ID_Continue}$]*)|([\d.][\w.]*)|([`/])|([[\](){},:;])|\S/gu

interface Level {
  readonly bracket: string
  /** Names of members that have a value here; `shorthand` included. */
  readonly names: Set<string>
  /** Whether the next word may be the name of a member. */
  starts: boolean
}

/**
 * The first member that one object of a module's source has twice. JavaScript keeps the last one without a word, and a
 * route or a list of scopes would be lost. Looks at names and quoted names with a colon; computed names are not looked
 * at.
 *
 * @returns undefined if there is none
 */
export function firstTwice(source: string): { readonly member: string; readonly line: number } | undefined {
  const levels: Level[] = []
  let before = ""
  let name: { readonly text: string; readonly at: number } | undefined
  word.lastIndex = 0
  for (let found = word.exec(source); found !== null; found = word.exec(source)) {
    const [text, comment, quoted, identifier, number, opening, bracket] = found
    if (comment !== undefined) continue
    const level = levels.at(-1)
    if (opening === "`") {
      word.lastIndex = endOfTemplate(source, word.lastIndex)
      name = undefined
    } else if (opening === "/") {
      if (/^(?:|[(,=:[!&|?{};+*%<>~^-]|return)$/.test(before)) word.lastIndex = endOfRegex(source, word.lastIndex)
      name = undefined
    } else if (bracket === ":" && level?.bracket === "{" && name !== undefined) {
      if (level.names.has(name.text)) return { member: name.text, line: source.slice(0, name.at).split("\n").length }
      level.names.add(name.text)
      name = undefined
    } else if (level?.bracket === "{" && level.starts && (quoted ?? identifier ?? number) !== undefined) {
      name = { text: quoted === undefined ? text : unquoted(quoted), at: found.index }
    } else name = undefined
    if (level !== undefined) level.starts = bracket === ","
    if (bracket === "{" || bracket === "[" || bracket === "(")
      levels.push({ bracket, names: new Set(), starts: bracket === "{" })
    else if (bracket === "}" || bracket === "]" || bracket === ")") levels.pop()
    before = text
  }
  return undefined
}

/** What a quoted name means; one with an escape that JSON does not know stays as it is written. */
function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1)
  if (!inner.includes("\\")) return inner
  try {
    return JSON.parse(`"${inner.replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')}"`) as string
  } catch {
    return inner
  }
}

/** After the closing backtick; templates inside `${}` are skipped with it. */
function endOfTemplate(source: string, from: number): number {
  let depth = 0
  for (let at = from; at < source.length; at++) {
    const character = source[at]
    if (character === "\\") at++
    else if (character === "`" && depth === 0) return at + 1
    else if (character === "`") at = endOfTemplate(source, at + 1) - 1
    else if (character === "$" && source[at + 1] === "{") {
      depth++
      at++
    } else if (character === "}" && depth > 0) depth--
  }
  return source.length
}

/** After the closing slash of a regular expression, or where it began if its line has none: then it was a division. */
function endOfRegex(source: string, from: number): number {
  let inClass = false
  for (let at = from; at < source.length && source[at] !== "\n"; at++) {
    const character = source[at]
    if (character === "\\") at++
    else if (character === "[") inClass = true
    else if (character === "]") inClass = false
    else if (character === "/" && !inClass) return at + 1
  }
  return from
}
