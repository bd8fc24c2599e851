import type { TraceEntry } from "../../types/decision.ts"
import { stageNames, type Walk } from "../walk.ts"

/**
 * The checks of a walk in their order, each with its verdict; built only when somebody asks for it.
 *
 * @param hasEdge whether an edge is configured
 */
export function traceOf({ request, principal, route, refused, stage }: Walk, hasEdge: boolean): readonly TraceEntry[] {
  const byEdge = principal?.provider === "edge"
  const details: { readonly [stage: string]: string | undefined } = {
    event: request?.kind,
    edge: byEdge ? principal.issuer : undefined,
    token: principal?.issuer,
    route: route?.key,
  }
  const entries: TraceEntry[] = []
  for (const check of stageNames) {
    if (check === "edge" ? !hasEdge : byEdge && (check === "credential" || check === "token")) continue
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
