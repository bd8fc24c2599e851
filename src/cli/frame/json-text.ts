import { ConfigurationError, parseStrictJson } from "../../index.ts"
import { UsageError } from "./command.ts"
import { withoutComments } from "./json-comments.ts"
import { oneLine } from "./program.ts"

/** Deepest nesting that is read. Real documents nest some 40 deep. */
export const maxDepth = 100

/**
 * Reads JSON strictly: a member that an object has twice is an error, and so is nesting beyond 100.
 *
 * @param comments whether comments are read, too
 * @throws UsageError in one line, with file and line
 */
export function readJson(
  text: string,
  name: string,
  { comments = false }: { readonly comments?: boolean } = {},
): unknown {
  try {
    return strictly(text, name)
  } catch (error) {
    if (!comments) throw error
    const bare = withoutComments(text)
    if (bare === text) throw error
    return strictly(bare, name)
  }
}

function strictly(text: string, name: string): unknown {
  const deep = nestsDeeply(text) ? firstFault(text) : undefined
  if (deep !== undefined) throw faultAt(text, name, deep)
  try {
    return parseStrictJson(text, name)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const fault = firstFault(text)
    if (fault !== undefined) throw faultAt(text, name, fault)
    throw new UsageError(oneLine(error.problems.map(({ path, message }) => `${path} ${message}`).join("; ")))
  }
}

interface Fault {
  readonly at: number
  readonly problem: string
}

const faultAt = (text: string, name: string, { at, problem }: Fault): UsageError =>
  new UsageError(oneLine(`${name}:${placeIn(text, at)} ${problem}`))

/** Line and column, both from 1: `7:3`. */
export function placeIn(text: string, at: number): string {
  const before = text.slice(0, at).split("\n")
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}

/** Whether brackets could nest too deeply; those inside strings count, so that this is quick and never misses any. */
function nestsDeeply(text: string): boolean {
  let depth = 0
  for (const { 0: bracket } of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "{" || bracket === "[" ? depth + 1 : Math.max(0, depth - 1)
    if (depth > maxDepth) return true
  }
  return false
}

// RFC 8259. Strings are unrolled, so that a long one takes no stack.
const blanks = /[ \t\n\r]*/y
const part =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no string of JSON has one
  /[[\]{},:]|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy

type Wanted = "value" | "value or ]" | "key" | "key or }" | "colon" | "more"

const expectations: { readonly [wanted in Wanted]: string } = {
  value: "a value",
  "value or ]": "a value or ]",
  key: "a name in double quotes",
  "key or }": "a name in double quotes, or }",
  colon: "a colon",
  more: "a comma or the closing bracket",
}

/** The first place where a text is no JSON, or nests too deeply. Linear, and quotes nothing of the text. */
function firstFault(text: string): Fault | undefined {
  const open: string[] = []
  let wanted: Wanted = "value"
  for (let at = 0; ; ) {
    blanks.lastIndex = at
    blanks.test(text)
    at = Math.max(at, blanks.lastIndex)
    if (at >= text.length && open.length === 0 && wanted === "more") return undefined
    part.lastIndex = at
    const found = part.exec(text)?.[0]
    const next: Wanted | undefined = found === undefined ? undefined : following(found, wanted, open)
    if (next === undefined) {
      const expected = open.length === 0 && wanted === "more" ? "the end" : expectations[wanted]
      return { at, problem: `is not JSON: expected ${expected}` }
    }
    if (open.length > maxDepth) return { at, problem: `nests more than ${maxDepth} deep` }
    wanted = next
    at = part.lastIndex
  }
}

/** What may follow a part; undefined if the part itself may not be there. */
function following(found: string, wanted: Wanted, open: string[]): Wanted | undefined {
  const key = wanted === "key" || wanted === "key or }"
  switch (found) {
    case "{":
    case "[":
      if (wanted !== "value" && wanted !== "value or ]") return undefined
      open.push(found)
      return found === "{" ? "key or }" : "value or ]"
    case "}":
      return open.at(-1) === "{" && (wanted === "more" || wanted === "key or }") && open.pop() ? "more" : undefined
    case "]":
      return open.at(-1) === "[" && (wanted === "more" || wanted === "value or ]") && open.pop() ? "more" : undefined
    case ",":
      if (wanted !== "more" || open.length === 0) return undefined
      return open.at(-1) === "{" ? "key" : "value"
    case ":":
      return wanted === "colon" ? "value" : undefined
    default:
      if (key) return found.startsWith('"') ? "colon" : undefined
      return wanted === "value" || wanted === "value or ]" ? "more" : undefined
  }
}
