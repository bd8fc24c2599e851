import { type CheckAssertion, checkAssertion } from "../../configuration/check-assertion.ts"
import { connectAssertion } from "../connect-assertion.ts"

/** Everything that only a configuration with assertions needs, as one file of a bundle. */
export interface AssertionSupport {
  readonly check: CheckAssertion
  readonly connect: typeof connectAssertion
}

export const assertionSupport: AssertionSupport = { check: checkAssertion, connect: connectAssertion }
