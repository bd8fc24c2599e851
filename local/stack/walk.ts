import type { AuthorizerConfig, Decision, TraceEntry } from "../../src/index.ts"
import { describeReason } from "../../src/observe.ts"
import type { Walk, WalkStage } from "../server/control-api.ts"
import { fixOf } from "./fix.ts"
import type { ObservedCall } from "./observed-authorizer.ts"
import { stageTitles } from "./stage-titles.ts"

/** The walk of one call, stage by stage, for the page. */
export function walkOf(
  { decision, latency }: Pick<ObservedCall, "decision" | "latency">,
  config: AuthorizerConfig,
): Walk {
  const { outcome, reason, route, missing, principal, trace = [] } = decision
  const failed = trace.find(({ ok }) => !ok)
  const rule = route === undefined ? undefined : config.routes?.[route]
  return {
    ...{ outcome, reason, ...(route !== undefined && { route }), ...(rule && { rule }), ...(missing && { missing }) },
    stages: stagesOf(trace, config).map((stage) => stageOf(stage, trace, decision, latency)),
    ...(failed && { failed }),
    meaning: reason === "ok" ? "The request is allowed." : (describeReason(reason)?.meaning ?? reason),
    fix: fixOf(decision),
    microseconds: Math.round((latency.total ?? 0) * 10) / 10,
    ...(principal && { principal: `${principal.kind} ${principal.subject} of ${principal.issuer}` }),
  }
}

/** The stages that a request of this configuration passes, and those that this one was stopped at. */
function stagesOf(trace: readonly TraceEntry[], { issuers, edge, routes }: AuthorizerConfig): TraceEntry["stage"][] {
  const configured = (stage: TraceEntry["stage"]): boolean => {
    if (stage === "edge") return edge !== undefined
    if (stage === "credential" || stage === "token") return issuers.length > 0
    return stage === "event" || (stage === "route" && routes !== undefined)
  }
  return (Object.keys(stageTitles) as TraceEntry["stage"][]).filter(
    (stage) => configured(stage) || trace.some((entry) => entry.stage === stage),
  )
}

function stageOf(
  stage: TraceEntry["stage"],
  trace: readonly TraceEntry[],
  decision: Decision,
  latency: ObservedCall["latency"],
): WalkStage {
  const checks = trace.filter((entry) => entry.stage === stage)
  const state = checks.length === 0 ? "not-reached" : checks.every(({ ok }) => ok) ? "passed" : "failed"
  const spent = (latency as { readonly [stage: string]: number | undefined })[stage]
  const last = trace.at(-1)?.stage === stage
  return {
    ...{ stage, title: stageTitles[stage], state, checks },
    conclusion: state === "not-reached" ? "" : conclusionOf(stage, checks, decision, last),
    ...(spent !== undefined && checks.length > 0 && { microseconds: Math.round(spent * 10) / 10 }),
  }
}

function conclusionOf(
  stage: TraceEntry["stage"],
  checks: readonly TraceEntry[],
  { reason, route, principal }: Decision,
  isLast: boolean,
): string {
  const failed = checks.find(({ ok }) => !ok)
  if (failed !== undefined) return describeReason(failed.reason ?? reason)?.meaning ?? failed.check
  const found = (name: string): unknown => checks.find(({ check }) => check === name)?.found
  switch (stage) {
    case "event":
      return `It is an event of the kind ${String(found("kind") ?? "unknown")}.`
    case "arn":
      return "API, stage, method and path can be read from it."
    case "credential":
      return "It has one token, in the configured place."
    case "token":
      return `It is verified: issued by ${principal?.issuer ?? found("issuer") ?? "a configured issuer"}.`
    case "route":
      if (isLast && reason !== "ok") return describeReason(reason)?.meaning ?? reason
      return route === undefined ? "Nothing more is demanded." : `Every demand of ${route} is met.`
    case "edge":
      return "The evidence of the edge holds."
    default:
      return "It holds."
  }
}
