import { claimAt } from "../shared/claim.ts"
import { fitsAnswer } from "../shared/principal-id.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"

/** What an answer's `principalId` says; undefined if the principal has no such id. Never an empty text. */
export type PrincipalIdOf = (principal: Principal) => string | undefined

/** Longest id, characters. */
const maxLength = 512

/**
 * Reads the id of answers from the principal.
 *
 * @param source `subject`, or the path of a claim with a text or a whole number; undefined for the principal's own id
 */
export function principalIdFrom(source: ClaimPath | undefined): PrincipalIdOf {
  if (source === undefined) return ({ id }) => id
  if (source === "subject") return ({ subject }) => (fitsAnswer(subject) ? subject : undefined)
  return ({ claims }) => {
    const value = claimAt(claims, source)
    if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined
    // Printable ASCII: the id goes into logs and headers, and must not be two ids there.
    return typeof value === "string" && value.length <= maxLength && /^[!-~]+$/.test(value) ? value : undefined
  }
}
