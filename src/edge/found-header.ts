import { type Refusal, refusal } from "../types/reasons.ts"
import { maxHeaderLength, unprintable, withoutBlanks } from "./values/characters.ts"

/** What a request has under the name of a trusted header. */
export interface Found {
  readonly spelling: string
  readonly value: unknown
  /** The event lists the values of a name separately, so that a comma belongs to the value. */
  readonly listed: boolean
}

const spelling = refusal("edge_header_spelling")
const duplicate = refusal("edge_header_duplicate")
const joined = refusal("edge_header_joined")
const malformed = refusal("edge_header_malformed")
const control = refusal("edge_header_control")
const characters = refusal("edge_header_characters")
const tooLong = refusal("edge_header_too_long")

/** Adds one member of a map, unless the header is there already in another way. */
export function addFound(
  found: (Found | undefined)[],
  index: number,
  name: string,
  held: unknown,
  listed: boolean,
): Refusal | undefined {
  const before = found[index]
  if (before !== undefined && before.spelling !== name) return spelling
  const list = listed && Array.isArray(held)
  const values: readonly unknown[] = list ? held : held === undefined || held === null ? [] : [held]
  if (values.length > 1) return duplicate
  if (values.length === 0) return undefined
  // Both maps hold a header of a REST event; with different values there are two headers.
  if (before !== undefined) return before.value === values[0] ? undefined : duplicate
  found[index] = { spelling: name, value: values[0], listed: list }
  return undefined
}

/**
 * The value without outer blanks, or why it cannot be read; undefined if there is none.
 *
 * @param grammar whether the value may hold commas and tabs, or is a token, whose reader refuses both
 */
export function readFound(
  { commas, tabs, token }: { readonly commas: boolean; readonly tabs: boolean; readonly token: boolean },
  found: Found | undefined,
): string | Refusal | undefined {
  if (found === undefined) return undefined
  const { value, listed } = found
  if (typeof value !== "string") return malformed
  if (value.length > maxHeaderLength) return tooLong
  if (token) return withoutBlanks(value) // 1,000 characters take 1.5 µs to look through
  const wrong = unprintable(value, tabs)
  if (wrong !== undefined) return wrong === "control" ? control : characters
  if (!commas && !listed && value.includes(",")) return joined
  return withoutBlanks(value)
}
