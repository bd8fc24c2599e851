import { nodeCrypto } from "./node-crypto.ts"

/**
 * How records name a principal or a token: 16 hex digits of its SHA-256. They distinguish any two values of a day's
 * records, and lead back to neither (SR-164).
 *
 * @param text the principal's id, or the token
 * @returns 16 hex digits
 * @example
 * ```ts
 * import { principalId, recordHash } from "hallpass/observe"
 *
 * const id = principalId("https://acme.okta.com/oauth2/default", "ann@example.com") ?? ""
 * console.log(recordHash(id)) // ceade47c865d23ff
 * ```
 */
export function recordHash(text: string): string {
  return nodeCrypto.hash("sha256", text).slice(0, 16)
}
