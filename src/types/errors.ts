import { unavailableMeanings } from "./reason-messages.ts"
import type { ReasonCode } from "./reasons.ts"

/**
 * The question could not be decided: keys unreachable, unknown event, a fault of our own. Never a statement about the
 * caller, so never turn it into a denial: API Gateway caches denials.
 */
export class Unavailable extends Error {
  override readonly name: string = "Unavailable"
  /** Why; the code of a refusal if API Gateway would keep that refusal although it may not last. */
  readonly code: ReasonCode

  /** It never has a cause: the text of one may hold what was being read, and errors end in logs. */
  constructor(code: ReasonCode) {
    super(`${(unavailableMeanings as { readonly [code: string]: string })[code] ?? mayNotBeKept} (${code})`)
    this.code = code
  }
}

const mayNotBeKept = "The request is refused, and API Gateway must not keep that refusal."

/** One thing wrong with a configuration: where it stands, and what to do about it. */
export interface ConfigurationProblem {
  /** Path in the configuration, such as `issuers[1].audience`. */
  readonly path: string
  /** What is wrong and what would be right. Never holds a configured value. */
  readonly message: string
}

/** A configuration that cannot be used. Holds every problem at once; `message` lists them, one per line. */
export class ConfigurationError extends Error {
  override readonly name: string = "ConfigurationError"
  readonly code = "configuration_invalid"
  readonly problems: readonly ConfigurationProblem[]

  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ path, message }) => `  ${path}: ${message}`)
    super(`The hallpass configuration has ${problems.length} problem(s):\n${lines.join("\n")}`)
    this.problems = problems
  }
}
