import { meaningOf } from "../types/reason-messages.ts"
import { reasonRemedies } from "../types/reason-remedies.ts"
import { allRefusals, type Outcome, type ReasonCode } from "../types/reasons.ts"

/** A reason in words. */
export interface ReasonDescription {
  readonly code: ReasonCode
  readonly outcome: Outcome
  /** What happened: one sentence. */
  readonly meaning: string
  /** What to do about it, in Markdown; links are relative to the folder `docs`. */
  readonly remedy: string
}

/**
 * Describes a reason code of a record, for tools and support pages. A Lambda bundle holds the texts only if it calls
 * this.
 *
 * @param code as in `reason` of a record
 * @returns undefined for a text that is no reason code
 * @example
 * ```ts
 * import { describeReason } from "hallpass/observe"
 *
 * const description = describeReason("token_expired")
 * console.log(description?.outcome) // unauthenticated
 * console.log(description?.meaning) // The token has expired.
 * ```
 */
export function describeReason(code: string): ReasonDescription | undefined {
  const row = allRefusals().find((each) => each.code === code)
  return row && { code: row.code, outcome: row.outcome, meaning: meaningOf(row.code), remedy: reasonRemedies[row.code] }
}
