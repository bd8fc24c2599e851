/**
 * Whether a number is the one that its JSON text says. Beyond 2^53 several texts are read as one number, and beyond 1e308 as
 * infinity (RFC 8259 section 6): two accounts would be one.
 */
export function isExact(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER
}
