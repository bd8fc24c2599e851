import { nodeCrypto } from "./node-crypto.ts"

/**
 * How records name a principal or a token: as much of a SHA-256 as tells two values apart in a day's records, and leads
 * back to neither (SR-164).
 *
 * @param text the principal's id, or the token
 * @returns 16 hex digits
 * @example
 * import { principalId, recordHash } from "hallpass/observe"
 *
 * console.log(recordHash(principalId("https://acme.okta.com/oauth2/default", "ann@acme.example") ?? ""))
 */
export function recordHash(text: string): string {
  return nodeCrypto.hash("sha256", text).slice(0, 16)
}
