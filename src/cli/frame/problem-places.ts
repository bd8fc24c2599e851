import { type ReadText, textsOf } from "./texts-read.ts"

interface Problem {
  readonly path: string
  readonly message: string
}
type Key = string | number

/** Most characters that are parsed to find all lines of one command. */
const maxParsed = 5_000_000
const tooMuch = Symbol("more than maxParsed")

/**
 * The problems of a file, each with file and line at the end of its message. A problem whose line cannot be found, as
 * of a module or of the environment, stays as it is. So does one that may be of two files.
 *
 * @param what what the file was read as
 */
export async function withPlaces<P extends Problem>(problems: readonly P[], what: string): Promise<readonly P[]> {
  let left = maxParsed
  const parsedBy =
    (read: ReadText) =>
    async (text: string): Promise<unknown> => {
      left -= text.length
      if (left < 0) return tooMuch
      try {
        return await read.parse(text)
      } catch {
        return undefined
      }
    }
  const files = await Promise.all(
    textsOf(what).map(async (read) => ({ read, parsed: parsedBy(read), data: await parsedBy(read)(read.text) })),
  )
  const placed: P[] = []
  for (const problem of problems) {
    const keys = keysOf(problem.path)
    const having = files.length === 1 ? files : files.filter(({ data }) => memberAt(data, keys) !== undefined)
    const [found] = having.length === 1 ? having : []
    const line = found && (await lineOfMember(found.read, keys, found.data, found.parsed))
    placed.push(
      line === undefined ? problem : { ...problem, message: `${problem.message} (${found?.read.name}:${line})` },
    )
  }
  return placed
}

/** The problems of a file in one line, with the places of `withPlaces`. */
export async function problemLine(problems: readonly Problem[], what: string): Promise<string> {
  return (await withPlaces(problems, what)).map(({ path, message }) => `${path} ${message}`).join("; ")
}

/** `issuers[0].jwks` and `routes["GET /a"]` as keys. */
function keysOf(path: string): readonly Key[] {
  const parts = path.matchAll(/(?:^|\.)([^.[\]]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/g)
  return [...parts].map(([, plain, quoted, index]) => (index === undefined ? (plain ?? quoted ?? "") : Number(index)))
}

/**
 * The line of the member that keys lead to, or of what is left of it: a missing member is reported where its object
 * begins. A member's name is where the member goes missing if the name is changed.
 */
async function lineOfMember(
  { text }: ReadText,
  keys: readonly Key[],
  data: unknown,
  parsed: (text: string) => Promise<unknown>,
): Promise<number | undefined> {
  const path = named(existing(keys, data), data)
  const name = path.at(-1)
  if (typeof name !== "string") return undefined
  for (const at of placesOf(name, text, path)) {
    const changed = await parsed(`${text.slice(0, at)}z9${text.slice(at)}`)
    if (changed === tooMuch) return undefined
    const holder = memberAt(changed, path.slice(0, -1))
    if (typeof holder === "object" && holder !== null && !Object.hasOwn(holder, name))
      return text.slice(0, at).split("\n").length
  }
  return undefined
}

/** Where a name is in a text: first what follows the names of its objects, then what is before them. */
function* placesOf(name: string, text: string, path: readonly Key[]): Generator<number> {
  let start = 0
  for (const key of path.slice(0, -1)) if (typeof key === "string") start = Math.max(start, text.indexOf(key, start))
  for (let at = text.indexOf(name, start); at >= 0; at = text.indexOf(name, at + 1)) yield at
  for (let at = text.indexOf(name); at >= 0 && at < start; at = text.indexOf(name, at + 1)) yield at
}

/** As many keys as lead to something. */
function existing(keys: readonly Key[], data: unknown): readonly Key[] {
  const most = keys.findIndex((_, at) => memberAt(data, keys.slice(0, at + 1)) === undefined)
  return most < 0 ? keys : keys.slice(0, most)
}

/** Ends in a name: of an entry in a list its first member, or else the list. */
function named(keys: readonly Key[], data: unknown): readonly Key[] {
  if (typeof keys.at(-1) !== "number") return keys
  const entry = memberAt(data, keys)
  const [first] = typeof entry === "object" && entry !== null && !Array.isArray(entry) ? Object.keys(entry) : []
  return first === undefined ? named(keys.slice(0, -1), data) : [...keys, first]
}

function memberAt(data: unknown, keys: readonly Key[]): unknown {
  let value = data
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as { readonly [key: Key]: unknown })[key]
  }
  return value
}
