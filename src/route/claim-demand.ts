import { claimAt } from "../shared/claim.ts"
import type { ClaimDemand } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"

/** Compiles one demand on a claim. */
export function claimTest({ path, equals, contains }: ClaimDemand): (principal: Principal) => boolean {
  const listed = (wanted: typeof equals): readonly unknown[] | undefined =>
    wanted === undefined ? undefined : [wanted].flat()
  const [equal, member] = [listed(equals), listed(contains)]
  const isEmail = path === "email" || (path.length === 1 && path[0] === "email")
  return (principal) => {
    const value = claimAt(principal.claims, path)
    if (isEmail && !isVerifiedEmail(value, principal)) return false
    if (equal !== undefined && !equal.includes(value)) return false
    return member === undefined || (Array.isArray(value) && value.some((item) => member.includes(item)))
  }
}

/** An address that its owner has not proved, or that could be read as two, identifies no person (SR-077). */
function isVerifiedEmail(value: unknown, { claims }: Principal): boolean {
  return claims.email_verified === true && typeof value === "string" && /^[!-?A-~]+@[!-?A-~]+$/.test(value)
}
