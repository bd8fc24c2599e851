import { createAnswers } from "../answer/answer.ts"
import { createContext } from "../answer/context.ts"
import { createExtract } from "../credential/extract.ts"
import type { decideWithRoutes, RoutesToDecide } from "../route/by-route.ts"
import { type DecideRoute, decideWithoutRoutes } from "../route/decide.ts"
import type { AuthorizerConfig } from "../shared/configuration.ts"
import type { Decision, DecisionRecord, TraceEntry } from "../shared/decision.ts"
import { Unavailable } from "../shared/errors.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { Authorizer } from "./authorizer.ts"
import type { CheckedGateway } from "./check-blocks.ts"
import { checkConfiguration, type LoadedChecks } from "./check-configuration.ts"
import { checkSnapshot } from "./check-snapshot.ts"
import { connect } from "./connect.ts"
import type { EdgeSupport } from "./edge-support.ts"
import { inParallel } from "./in-parallel.ts"
import { type AuthorizerParts, partsInUse } from "./parts.ts"
import { answerTo, type Stages, stopped, type Walk, walk } from "./pipeline.ts"

/** What a configuration may need besides, loaded. */
export interface Loaded extends LoadedChecks {
  /** Needed where there are `routes` and answers are for one of them. */
  readonly byRoute: typeof decideWithRoutes | undefined
  readonly edge: EdgeSupport | undefined
}

/** Puts a checked configuration together. @throws ConfigurationError with every problem at once */
export function assemble(config: AuthorizerConfig, parts: AuthorizerParts, loaded: Loaded): Authorizer {
  const checked = checkConfiguration(config, loaded)
  const { routes, unmatched, gateway, credential, context, scope, principalPolicy, edge } = checked
  const inUse = partsInUse(parts)
  const snapshot = checkSnapshot(parts.keySnapshot, inUse.clock)
  const { observer } = inUse
  const { authenticate, warmUp } = connect(checked, inUse, snapshot)
  const connected = edge && loaded.edge?.connect(edge, { verification: checked, routes, parts: inUse })
  const stages: Stages = {
    clock: inUse.clock,
    edge: connected?.stage,
    extract: createExtract(credential),
    authenticate,
    decide:
      principalPolicy?.decide ??
      (routes === undefined ? decideWithoutRoutes : byRoute(loaded, { routes, unmatched }, gateway)),
    check: parts.check,
    tokenEventsUnsafe: edge !== undefined || (scope === "route" && gateway.resultTtlSeconds > 0),
    fault: (error) => observer.fault?.(error),
    answers: createAnswers({ ...gateway, contextOf: createContext({ ...connected?.context, ...context }) }),
  }

  async function walked(event: unknown): Promise<Walk> {
    try {
      const done = walk(stages, event)
      return done instanceof Promise ? await done : done
    } catch (error) {
      // Nothing is expected to arrive here; what does is a fault and never an answer about the caller (SR-166).
      observer.fault?.(error)
      return stopped("event", refusal("internal"), undefined)
    }
  }

  return {
    async handler(event) {
      let done = await walked(event)
      try {
        return answerTo(stages, done)
      } catch (error) {
        if (error instanceof Unavailable || (error instanceof Error && error.message === "Unauthorized")) throw error
        done = { ...done, refused: refusal("internal") }
        observer.fault?.(error)
        throw new Unavailable("internal", { cause: error })
      } finally {
        observer.decision?.(recordOf(done)) // what was answered, not what was meant to be
      }
    },
    async decide(event, options) {
      const done = await walked(event)
      if (options?.trace !== true) return decisionOf(done, undefined)
      const { traceOf } = await import("./trace.ts") // the deployed handler never asks for it
      return decisionOf(done, traceOf(done, connected !== undefined))
    },
    warmUp: () => inParallel([warmUp, ...(connected ? [connected.warmUp] : [])], (each) => each()),
  }
}

function byRoute({ byRoute }: Loaded, routes: RoutesToDecide, gateway: CheckedGateway): DecideRoute {
  if (byRoute === undefined) throw new TypeError("a configuration with routes was not recognised")
  return byRoute(routes, { cached: gateway.resultTtlSeconds > 0, keyHoldsMethod: gateway.keyHoldsMethod })
}

function decisionOf({ principal, route, refused }: Walk, trace: readonly TraceEntry[] | undefined): Decision {
  return {
    outcome: refused === undefined ? "allow" : refused.outcome,
    reason: reasonOf(refused),
    ...(principal && { principal }),
    ...(route && { route: route.key }),
    ...(trace && { trace }),
  }
}

function recordOf({ request, principal, route, refused }: Walk): DecisionRecord {
  const { kind, arn, requestId } = request ?? {}
  return {
    outcome: refused === undefined ? "allow" : refused.outcome,
    reason: reasonOf(refused),
    ...(kind && { eventKind: kind }),
    ...(arn && { apiId: arn.apiId, stage: arn.stage }),
    ...(route && { route: route.key }),
    ...(requestId && { requestId }),
    ...issuerOf(principal?.issuer ?? refused?.issuer),
  }
}

function issuerOf(issuer: string | undefined): { issuer?: string } {
  return issuer === undefined ? {} : { issuer }
}

function reasonOf(refused: Refusal | undefined): Decision["reason"] {
  return refused === undefined ? "ok" : refused.code
}
