import { createAnswers } from "../answer/answer.ts"
import { createContext } from "../answer/context.ts"
import { principalIdFrom } from "../answer/principal-id.ts"
import { checkConfiguration, type LoadedChecks } from "../configuration/check-configuration.ts"
import { checkSnapshot } from "../configuration/check-snapshot.ts"
import { createExtract } from "../credential/extract.ts"
import { readRequest } from "../event/read.ts"
import { decideWithoutRoutes } from "../route/decide.ts"
import type { MakeTokenStore } from "../token/store.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Decision, TraceEntry } from "../types/decision.ts"
import { Unavailable } from "../types/errors.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { nameAnswers } from "./answer-names.ts"
import type { Authorizer } from "./authorizer.ts"
import { type ConnectIssuers, connect, type KeySetState } from "./connect.ts"
import { inParallel } from "./in-parallel.ts"
import type { AssertionSupport } from "./optional/assertion.ts"
import type { EdgeSupport } from "./optional/edge.ts"
import type { ObserveSupport } from "./optional/observe.ts"
import type { RouteSupport } from "./optional/routes.ts"
import { type AuthorizerParts, partsInUse } from "./parts.ts"
import { answerTo, asKept, type Stages, stopped, walk } from "./pipeline.ts"
import type { RecordSource } from "./records/decision-details.ts"
import { WalkNotes } from "./records/walk-notes.ts"
import type { Walk } from "./walk.ts"
import { WorkAfterAnswers } from "./work-after-answers.ts"

/** The optional blocks of a configuration, loaded. */
export interface Loaded extends LoadedChecks {
  readonly routes: RouteSupport
  readonly edge: EdgeSupport
  readonly observe: ObserveSupport
  readonly assertion: AssertionSupport
  /** Undefined: loaded after the first answer. */
  readonly makeTokenStore: MakeTokenStore | undefined
  /** Undefined: all of them, now. */
  readonly connect?: ConnectIssuers | undefined
  /** What names the table in answers; undefined: computed for the first answer. */
  readonly tableHash?: string | undefined
  /** What a service replaces; undefined: events of API Gateway, and answers to it. */
  readonly service?: ServiceStages
}

/** The ends of the walk where no API Gateway asks: the service reads requests and writes answers itself. */
export interface ServiceStages {
  readonly read: Stages["read"]
  readonly createAnswers: typeof createAnswers
  /** Passed once: the key set of each issuer, that of assertions included. */
  readonly keySets: (sets: readonly KeySetState[]) => void
}

/** Puts a checked configuration together. @throws ConfigurationError with every problem at once */
export function assemble(config: AuthorizerConfig, parts: AuthorizerParts, loaded: Loaded): Authorizer {
  const checked = checkConfiguration(config, loaded)
  const { routes, gateway, credential, context, scope, principalPolicy, edge, observe, table, principalId } = checked
  const afterAnswer = new WorkAfterAnswers(() => inUse.observer.recorded?.())
  const inUse = partsInUse(parts, afterAnswer.put)
  const snapshot = checkSnapshot(parts.keySnapshot, inUse.clock, loaded.explain)
  const { observer } = inUse
  if (observe !== undefined) observer.configure?.(observe)
  const { authenticate, warmUp, explanation, keySets } = connect(
    checked,
    inUse,
    snapshot,
    loaded.makeTokenStore,
    loaded.connect,
  )
  const cached = gateway.resultTtlSeconds > 0
  const connected = edge && loaded.edge.connect(edge, { verification: checked, routes, parts: inUse, cached })
  const tellFault = (error: unknown): Promise<void> | undefined => observer.fault?.(error)
  const tracing = observe?.traceContext === true ? loaded.observe : undefined
  const contextOf = createContext(
    { ...connected?.context, ...context },
    gateway.emptyContext === "dash" ? "-" : undefined,
  )
  const nameAnswer = table && nameAnswers(table, principalPolicy, loaded.tableHash)
  const idOf = principalIdFrom(principalId)
  const assertion = checked.assertion && loaded.assertion.connect(checked.assertion, { ...inUse, idOf })
  const source: RecordSource = { nameAnswer, routeKeys: Object.keys(routes ?? {}), hrtime: process.hrtime }
  const { service } = loaded
  service?.keySets(assertion === undefined ? keySets() : [...keySets(), assertion.keySet])
  const stages: Stages = {
    clock: inUse.clock,
    read: service?.read ?? readRequest,
    edge: connected?.stage,
    extract: createExtract(credential),
    authenticate,
    decide:
      principalPolicy?.decide ?? (routes === undefined ? decideWithoutRoutes : loaded.routes.decide(checked, gateway)),
    check: parts.check,
    tokenEventsUnsafe: edge !== undefined || (scope === "route" && cached),
    cached,
    fault: tellFault,
    idOf: principalId === undefined ? undefined : idOf,
    answers: (service?.createAnswers ?? createAnswers)({
      ...gateway,
      idOf,
      nameOf: nameAnswer && ((...subject) => nameAnswer(...subject).name),
      contextOf: tracing
        ? (principal, kind, maxBytes) => contextOf(principal, kind, maxBytes - tracing.traceContextBytes)
        : contextOf,
    }),
  }

  const kept = (done: Walk): Walk | Promise<Walk> => {
    const known = asKept(stages, done)
    return assertion?.asserted(known) ?? known
  }

  function walked(event: unknown, notes: WalkNotes | undefined): Walk | Promise<Walk> {
    try {
      const done = walk(stages, event, notes)
      return done instanceof Promise ? done.then(kept).catch(failed(event, notes)) : kept(done)
    } catch (error) {
      return failed(event, notes)(error)
    }
  }

  /** Walks again if the walk needed code of the routes that is loaded only now. Everything else is a fault. */
  const failed =
    (event: unknown, notes: WalkNotes | undefined) =>
    (error: unknown): Promise<Walk> =>
      loaded.routes.load?.(error)?.then(() => walked(event, notes), faulted) ?? faulted(error)

  /** Nothing is expected to arrive here; what does is a fault and never an answer about the caller (SR-166). */
  async function faulted(error: unknown): Promise<Walk> {
    await tellFault(error)
    return stopped("event", refusal("internal"), undefined)
  }

  return {
    async handler(event, invocation) {
      // Stages are timed only if an observer listens for decisions.
      const notes = observer.decision === undefined ? undefined : new WalkNotes(invocation, source)
      // Awaited only where something had to be fetched: another turn of the microtask queue takes 0.2 µs.
      const walking = walked(event, notes)
      let done = walking instanceof Promise ? await walking : walking
      try {
        const made = answerTo(stages, done)
        const answer = assertion?.added(made, done) ?? made
        return tracing === undefined ? answer : tracing.traced(answer, done.request, invocation)
      } catch (error) {
        if (error instanceof Unavailable || (error instanceof Error && error.message === "Unauthorized")) throw error
        done = { ...done, refused: refusal("internal") }
        await tellFault(error)
        throw new Unavailable("internal")
      } finally {
        if (notes !== undefined) observer.decision?.(notes.answered(done)) // not what was meant to be answered
        afterAnswer.answered()
      }
    },
    async decide(event, options) {
      const trace = options?.trace
      const notes = trace === true || trace === "values" ? new WalkNotes(undefined, source) : undefined
      const done = await walked(event, notes)
      afterAnswer.answered()
      if (notes === undefined) return decisionOf(done, undefined)
      const { traceOf } = await import("./optional/trace.ts") // the deployed handler never asks for it
      return decisionOf(
        done,
        traceOf(
          done,
          notes,
          { verifier: explanation, credential, hasEdge: connected !== undefined, hasCheck: parts.check !== undefined },
          trace === "values",
        ),
      )
    },
    warmUp: () => inParallel([warmUp, connected?.warmUp, assertion?.warmUp], (each) => each?.()),
  }
}

function decisionOf({ principal, route, refused }: Walk, trace: readonly TraceEntry[] | undefined): Decision {
  const byRule = refused?.outcome === "forbidden" && principal !== undefined && route !== undefined
  const missing = byRule ? route.rule.missing(principal) : undefined
  return {
    outcome: refused === undefined ? "allow" : refused.outcome,
    reason: reasonOf(refused),
    ...(principal && { principal }),
    ...(route && { route: route.key }),
    ...(missing && { missing }),
    ...(trace && { trace }),
  }
}

function reasonOf(refused: Refusal | undefined): Decision["reason"] {
  return refused === undefined ? "ok" : refused.code
}
