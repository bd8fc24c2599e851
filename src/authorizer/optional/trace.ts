import type { CheckedCredential } from "../../credential/extract.ts"
import { explainRule } from "../../route/rule-words.ts"
import { explainToken, type TokenExplanation } from "../../token/explain.ts"
import { type StageName, stageNames, type TraceEntry } from "../../types/decision.ts"
import type { WalkNotes } from "../records/walk-notes.ts"
import type { Walk } from "../walk.ts"

/** What a trace needs of the authorizer. */
export interface TraceSource {
  readonly verifier: TokenExplanation
  readonly credential: CheckedCredential
  readonly hasEdge: boolean
  readonly hasCheck: boolean
}

/**
 * The checks of a walk in their order, each with its verdict. Made only if it is asked for.
 *
 * @param values whether to show what the token has: for the person who has it, never for a log
 */
export function traceOf(
  { request, principal, route, assertion, refused, stage }: Walk,
  { presented, nowMs = 0 }: WalkNotes,
  { verifier, credential, hasEdge, hasCheck }: TraceSource,
  values: boolean,
): readonly TraceEntry[] {
  const byEdge = principal?.provider === "edge"
  const entries: TraceEntry[] = []
  const add = (at: StageName, list: readonly Omit<TraceEntry, "stage">[]): void => {
    for (const { found, ...entry } of list)
      entries.push({ stage: at, ...entry, ...(values && found !== undefined && { found }) })
  }
  const verdict = (at: StageName, check: string, expected?: unknown, found?: unknown): void => {
    const failed = at === stage && refused !== undefined
    const told = { ...(expected !== undefined && { expected }), ...(found !== undefined && { found }) }
    add(at, [{ check, ok: !failed, ...told, ...(failed && { reason: refused.code }) }])
  }
  for (const at of stageNames) {
    if (at === "event") verdict(at, "kind", undefined, request?.kind)
    if (at === "gateway" && at === stage) verdict(at, "settings")
    if (at === "arn") verdict(at, "arn")
    if (at === "edge" && hasEdge) verdict(at, "evidence")
    if (at === "credential" && !byEdge) verdict(at, "place", placesOf(credential))
    if (at === "token" && !byEdge && presented !== undefined)
      add(at, explainToken(presented, nowMs, at === stage ? refused : undefined, verifier))
    if (at === "route") {
      const byRule = refused?.outcome === "forbidden" && route !== undefined && principal !== undefined
      const matched = stage === "route" && refused !== undefined && !byRule ? refused : undefined
      add(at, [
        { check: "match", ok: matched === undefined, found: route?.key, ...(matched && { reason: matched.code }) },
      ])
      if (route !== undefined && principal !== undefined)
        add(
          at,
          explainRule(route.configured, principal).map(({ reason, ...each }) => ({
            ...each,
            ...(!each.ok && { reason }),
          })),
        )
    }
    if (at === "check" && hasCheck) verdict(at, "custom")
    if (at === "assertion" && (at === stage || assertion !== undefined)) verdict(at, "signed")
    if (at === stage) break
  }
  return entries
}

function placesOf({ header, scheme, cookie, query, subprotocol }: CheckedCredential): readonly string[] {
  const places: string[] = []
  if (header !== undefined) places.push(`header ${header}${scheme === null ? "" : `: ${scheme} TOKEN`}`)
  if (cookie !== undefined) places.push(`cookie ${cookie}`)
  if (query !== undefined) places.push(`query parameter ${query}`)
  if (subprotocol !== undefined) places.push(`Sec-WebSocket-Protocol after ${subprotocol}`)
  return places
}
