import type { TraceEntry } from "../shared/decision.ts"
import { stageNames, type Walk } from "./pipeline.ts"

/** The checks of a walk in their order, each with its verdict; built only when somebody asks for it. */
export function traceOf({ request, principal, route, refused, stage }: Walk): readonly TraceEntry[] {
  const details: { readonly [stage: string]: string | undefined } = {
    event: request?.kind,
    token: principal?.issuer,
    route: route?.key,
  }
  const entries: TraceEntry[] = []
  for (const check of stageNames) {
    const byRule = check === "route" && route !== undefined && refused?.outcome === "forbidden"
    const failed = check === stage && refused !== undefined && !byRule
    const detail = failed ? refused.code : details[check]
    entries.push({ check, ok: !failed, ...(detail === undefined ? {} : { detail }) })
    if (check === "route" && route !== undefined && principal !== undefined)
      entries.push(...route.rule.explain(principal))
    if (check === stage) break
  }
  return entries
}
