import type { TraceEntry } from "../shared/decision.ts"
import type { Walk } from "./pipeline.ts"

/** The checks of a walk in their order, each with its verdict; built only when somebody asks for it. */
export function traceOf({ request, principal, route, refused }: Walk): readonly TraceEntry[] {
  const entries: TraceEntry[] = []
  const stage = (check: string, passed: boolean, detail?: string): boolean => {
    const shown = passed ? detail : refused?.code
    entries.push({ check, ok: passed, ...(shown === undefined ? {} : { detail: shown }) })
    return passed
  }
  if (!stage("event", request !== undefined, request?.kind)) return entries
  if (!stage("arn", request?.arn !== undefined)) return entries
  const credentialRefused = principal === undefined && (refused?.code.startsWith("credential_") ?? false)
  if (!stage("credential", !credentialRefused)) return entries
  if (!stage("token", principal !== undefined, principal?.issuer) || principal === undefined) return entries
  const unmatched = route === undefined && refused !== undefined
  if (!stage("route", !unmatched, route?.key ?? "any") || route === undefined) return entries
  entries.push(...route.rule.explain(principal))
  if (refused?.code === "check_refused") entries.push({ check: "custom check", ok: false, detail: refused.code })
  return entries
}
