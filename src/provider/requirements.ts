import { claimName, object, type Report } from "../problems/option-checks.ts"
import { inexact, isExactValue } from "../shared/exact-number.ts"
import type { ClaimValue } from "../types/configuration.ts"
import type { Requirement } from "./profile.ts"

/** The option `require`: claims with the values that they must have. */
export function requirements(value: unknown, path: string, report: Report): readonly Requirement[] {
  if (value === undefined) return []
  const members = object(value, path, report)
  if (members === undefined) return []
  if (Object.keys(members).length === 0) report(path, "require_claims")
  return Object.entries(members).map(([claim, wanted]) => {
    const code = "claim_required"
    claimName(claim, `${path}.${claim}`, report)
    const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
    if (values.length > 0 && values.every(isValue)) {
      if (!values.every(isExactValue)) report(`${path}.${claim}`, inexact)
      return { claim, value: values, code }
    }
    const present = typeof wanted === "object" && wanted !== null && (wanted as { present?: unknown }).present === true
    if (!present || Object.keys(wanted).length !== 1) {
      report(`${path}.${claim}`, "require_value")
    }
    return { claim, code }
  })
}

function isValue(value: unknown): value is ClaimValue {
  return ["string", "number", "boolean"].includes(typeof value)
}
