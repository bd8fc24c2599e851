import type { ClaimPath } from "../types/configuration.ts"
import type { Claims } from "../types/principal.ts"

/**
 * The claim at a path: own members only, names taken literally (SR-075). A list of names goes down one object each.
 *
 * @returns undefined if any part of the path is missing
 */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  if (typeof path === "string") return claims[path] // nothing is inherited: see parseObject of the token room
  let value: unknown = claims
  for (const name of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined
    value = (value as Claims)[name]
  }
  return value
}

const none: readonly string[] = Object.freeze([])

/** A list of strings, or nothing: any other shape counts as absent and is never coerced (SR-074). */
function listIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return none
  for (let at = 0; at < value.length; at++) if (typeof value[at] !== "string") return none
  return value
}

/**
 * Names of several claims, joined without duplicates, frozen. One text is a list of one name, as issuers write it for a
 * user with one role.
 *
 * @param readBracketed reads a text in brackets
 * @returns undefined if a claim is a text in brackets that cannot be read
 */
export function namesAt(
  claims: Claims,
  paths: readonly ClaimPath[],
  readBracketed: ReadBracketed | undefined,
): readonly string[] | undefined {
  let all = none
  for (const path of paths) {
    const value = claimAt(claims, path)
    const names = typeof value === "string" ? namesIn(value, readBracketed) : listIn(value)
    if (names === undefined) return undefined
    all = joined(all, names)
  }
  return all
}

type ReadBracketed = (text: string) => readonly string[] | undefined

function namesIn(value: string, readBracketed: ReadBracketed | undefined): readonly string[] | undefined {
  const text = value.trim()
  if (text.startsWith("[")) return readBracketed?.(text)
  return text === "" ? none : [value]
}

/** Scopes of several claims: a list as it is, a string split at spaces (RFC 6749 section 3.3); joined, frozen. */
export function scopesAt(claims: Claims, paths: readonly ClaimPath[]): readonly string[] {
  let all = none
  for (const path of paths) {
    const value = claimAt(claims, path)
    all = joined(all, typeof value === "string" ? words(value) : listIn(value))
  }
  return all
}

const blank = 32

let lastText = ""
let lastWords: readonly string[] = none

/** The callers of an API have much the same scopes: comparing takes a tenth of what splitting takes. */
function words(value: string): readonly string[] {
  if (value === lastText) return lastWords
  lastWords = Object.freeze(split(value))
  lastText = value
  return lastWords
}

function split(value: string): string[] {
  // Most values are tidy, and looking for what would make them untidy costs less than looking through the parts.
  const tidy =
    value !== "" &&
    value.charCodeAt(0) !== blank &&
    value.charCodeAt(value.length - 1) !== blank &&
    !value.includes("  ")
  return tidy ? value.split(" ") : value.split(" ").filter((part) => part !== "")
}

function joined(all: readonly string[], more: readonly string[]): readonly string[] {
  if (more.length === 0) return all
  return Object.freeze(all.length === 0 ? more : [...new Set([...all, ...more])])
}
