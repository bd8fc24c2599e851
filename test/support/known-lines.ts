import { createHash } from "node:crypto"

/** A value as one line shows it: JSON in ASCII, and the digest of what is too long to be read. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value, (_key, held: unknown) =>
    held instanceof Uint8Array ? `${held.length} bytes` : held,
  )
  const ascii = (json ?? "undefined").replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
  if (ascii.length <= 240) return ascii
  return `${ascii.slice(0, 80)}… ${ascii.length} characters ${digest(ascii)}`
}

/** Ten characters that tell a text from others. */
export const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 10)

/** Code of a refusal, or the value. */
export function outcome(value: unknown): string {
  return typeof value === "object" && value !== null && "refused" in value && value.refused === true
    ? String((value as { code?: unknown }).code)
    : shown(value)
}

/** What work gives or throws. */
export function attempt(work: () => unknown): string {
  try {
    return outcome(work())
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

/** One line for each result, with all names that have it; a name whose modes all have it comes once. */
export function grouped(results: readonly (readonly [name: string, result: string])[]): readonly string[] {
  const namesOf = new Map<string, string[]>()
  for (const [name, result] of results) namesOf.set(result, [...(namesOf.get(result) ?? []), name])
  return [...namesOf].map(
    ([result, names]) => `  ${names.join(", ").replace(/(\w[\w ]*) dn, \1 cn, \1 raw/g, "$1")}: ${result}`,
  )
}
