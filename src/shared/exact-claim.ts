import { isExact } from "./exact-number.ts"

/** Whether no claim of another value can compare equal to this one. */
export function isExactValue(value: unknown): boolean {
  return typeof value !== "number" || isExact(value)
}

/** What is wrong with a number that is not exact. */
export const inexact = "is a number beyond 2^53, which JSON cannot hold. Let the issuer send text, and write text here"
