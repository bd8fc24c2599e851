import { claimPath, type Report } from "../problems/option-checks.ts"
import type { ClaimPath } from "../types/configuration.ts"

/** Checks `principalId`. Subjects of two issuers may be equal, so a subject alone is an id only if there is one issuer. */
export function checkPrincipalId(
  { principalId, edge }: { readonly [name: string]: unknown },
  issuers: number,
  report: Report,
): ClaimPath | undefined {
  if (principalId === undefined || principalId === "issuer|subject") return undefined
  const sources = issuers + (Object(edge).role === "identity" ? 1 : 0)
  if (principalId === "subject" && sources > 1) report("principalId", "subject_of_several")
  return claimPath(principalId, "principalId", report)
}
