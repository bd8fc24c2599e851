import { AsyncLocalStorage } from "node:async_hooks"
import type { Authorizer } from "../authorizer/authorizer.ts"
import type { AuthorizerParts } from "../authorizer/parts.ts"
import { type CheckedShadow, checkShadow } from "../configuration/rules-of-shadow.ts"
import { collect, type Explain, type RawProblem } from "../problems/option-checks.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { DecisionRecord } from "../types/decision.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import type { Observer } from "../types/observer.ts"
import { beside, type Notes } from "./beside-existing.ts"
import { existingByHeader, headerConfig, headerParts, problemsOfHeader } from "./existing-header.ts"

type Built = Authorizer | readonly ConfigurationProblem[]

/**
 * Creates the authorizer of a configuration with a `shadow` block: it runs beside an existing one and always gives that
 * one's answer. It compares that answer with its own.
 *
 * @throws ConfigurationError with every problem at once
 */
export function createInShadow(
  config: AuthorizerConfig,
  parts: AuthorizerParts,
  create: (config: AuthorizerConfig, parts: AuthorizerParts) => Authorizer,
  explain: Explain,
): Authorizer {
  const plan = new Plan(config, parts)
  const built = plan.wanted.map(([wanted, its]) => {
    try {
      return create(wanted, its)
    } catch (error) {
      return problemsIn(error)
    }
  })
  return plan.finish(built, explain)
}

/** The same for what is loaded. @throws ConfigurationError (rejects) with every problem at once, not explained yet */
export async function loadInShadow(
  config: AuthorizerConfig,
  parts: AuthorizerParts,
  load: (config: AuthorizerConfig, parts: AuthorizerParts) => Promise<Authorizer>,
): Promise<Authorizer> {
  const plan = new Plan(config, parts)
  const built: Built[] = []
  for (const [wanted, its] of plan.wanted) built.push(await load(wanted, its).catch(problemsIn))
  return plan.finish(built, (problems) => problems)
}

function problemsIn(error: unknown): readonly ConfigurationProblem[] {
  if (error instanceof ConfigurationError) return error.problems
  throw error
}

/** What has to be built, and what becomes of it. */
class Plan {
  /** hallpass' own authorizer, and one for the header with the existing decision. */
  readonly wanted: readonly (readonly [AuthorizerConfig, AuthorizerParts])[]
  readonly #checked: CheckedShadow
  readonly #problems: RawProblem[] = []
  readonly #notes: Notes = new AsyncLocalStorage()
  readonly #parts: AuthorizerParts

  constructor(config: AuthorizerConfig, parts: AuthorizerParts) {
    this.#parts = parts
    this.#checked = checkShadow(config, parts.existing !== undefined, collect(this.#problems))
    const { header, own } = this.#checked
    // If the configuration will be refused, nothing is observed.
    const observer = this.#problems.length > 0 ? undefined : parts.observer
    this.wanted = [
      ["observe" in own ? own : { ...own, observe: {} }, { ...parts, observer: noting(this.#notes, observer) }],
      ...(header ? [[headerConfig(header, config), headerParts(parts)] as const] : []),
    ]
  }

  /** @throws ConfigurationError with every problem at once */
  finish([ours, ofHeader]: readonly Built[], explain: Explain): Authorizer {
    const said = [...this.#problems, ...problemsOf(ours), ...problemsOfHeader(problemsOf(ofHeader))]
    const problems = new Map(said.map((problem) => [JSON.stringify(problem), problem]))
    if (problems.size > 0) throw new ConfigurationError(explain([...problems.values()]))
    const { timeoutMs, own } = this.#checked
    const header = ofHeader as Authorizer | undefined
    const existing = header === undefined ? this.#parts.existing : existingByHeader(header)
    if (existing === undefined) throw new TypeError("no existing authorizer, and the configuration was not refused")
    const { resourcePolicyAllows = false } = own.gateway ?? {}
    const disagree = (record: Parameters<NonNullable<Observer["disagreement"]>>[0]): void =>
      tell(() => this.#parts.observer?.disagreement?.(record))
    const warmUps = [ours, ...(header ? [header] : [])] as Authorizer[]
    return {
      ...beside(ours as Authorizer, existing, {
        notes: this.#notes,
        timeoutMs,
        resourcePolicyAllows,
        comparesAnswers: header === undefined,
        disagree,
      }),
      warmUp: async () => void (await Promise.all(warmUps.map((each) => each.warmUp()))),
    }
  }
}

function problemsOf(built: Built | undefined): readonly ConfigurationProblem[] {
  return Array.isArray(built) ? built : []
}

/** Passes every record on, and notes the decision. The authorizer catches what it throws. */
function noting(notes: Notes, observer: Observer = {}): Observer {
  return {
    configure: (options) => observer.configure?.({ ...options, shadow: true }),
    decision(record) {
      const decision: DecisionRecord = Object.assign(record, { shadow: true as const })
      const note = notes.getStore()
      if (note !== undefined) note.decision = decision
      return observer.decision?.(decision)
    },
    keySet: (record) => observer.keySet?.(record),
    keyFetch: (record) => observer.keyFetch?.(record),
    keyEvent: (record) => observer.keyEvent?.(record),
    secretFetch: (record) => observer.secretFetch?.(record),
    secretEvent: (record) => observer.secretEvent?.(record),
    fault: (error) => observer.fault?.(error),
  }
}

/** What observes must not be able to change an answer. */
function tell(observe: () => unknown): void {
  try {
    const result = observe()
    if (result instanceof Promise) result.catch(() => undefined)
  } catch {
    // No place to report it: observing is what failed.
  }
}
