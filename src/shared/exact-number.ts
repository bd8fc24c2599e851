/**
 * Whether a number is the one that its JSON text says. Beyond 2^53 several texts are read as one number, and beyond
 * 1e308 as infinity (RFC 8259 section 6): two accounts would be one.
 */
export function isExact(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER
}

/** Whether no claim of another value can compare equal to this one. */
export function isExactValue(value: unknown): boolean {
  return typeof value !== "number" || isExact(value)
}

/** What is wrong with a number that is not exact. */
export const inexact = "is a number beyond 2^53, which JSON cannot hold. Let the issuer send text, and write text here"
