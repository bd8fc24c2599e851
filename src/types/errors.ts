import { unavailableMeanings } from "./reason-messages.ts"
import type { ReasonCode } from "./reasons.ts"

/**
 * The question could not be decided: keys unreachable, unknown event, an internal fault. It says nothing about the
 * caller, so never turn it into a denial: API Gateway caches denials. `code` is a row of docs/reasons.md.
 *
 * @example
 * ```ts
 * import { createTestIssuer } from "hallpass/testing"
 * import { createVerifier, Unavailable } from "hallpass/verify"
 *
 * const { token } = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
 * const fetchKeySet = () => Promise.reject(new Error("the network is down"))
 * const issuer = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" } as const
 * const verifier = createVerifier({ issuers: [issuer] }, { fetchKeySet })
 * try {
 *   await verifier.verify(token())
 * } catch (error) {
 *   if (error instanceof Unavailable) console.log(error.code) // keys_unavailable
 * }
 * ```
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

/** One thing wrong with a configuration: its place, and what to do about it. */
export interface ConfigurationProblem {
  /** Path in the configuration, such as `issuers[1].audience`. */
  readonly path: string
  /**
   * What is wrong and what to do. It may show what is no secret: names of options, routes and claims, addresses of
   * issuers. It never shows a secret, key material, or the value of an environment variable.
   */
  readonly message: string
}

/**
 * A configuration that cannot be used. `problems` holds every problem at once, and `message` lists them, one per line.
 *
 * @example
 * ```ts
 * import { ConfigurationError, createAuthorizer } from "hallpass"
 *
 * try {
 *   createAuthorizer({ issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "" }] })
 * } catch (error) {
 *   if (error instanceof ConfigurationError) console.log(error.problems[0]?.path) // issuers[0].audience
 * }
 * ```
 */
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
