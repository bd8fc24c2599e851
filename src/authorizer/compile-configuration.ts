import { checkConfiguration } from "../configuration/check-configuration.ts"
import { formIdentity } from "../configuration/compiled-form.ts"
import { answerTableHash } from "../policy/answer-name.ts"
import { firstFormOf } from "../policy/first-form.ts"
import { tableFormOf } from "../policy/table-form.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import type { CompiledForm, IssuerNames } from "../types/compiled-form.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { everything } from "./everything.ts"

/**
 * Checks a configuration and finds out what takes a start time, for `loadFromEnvironment` of a bundle that holds both.
 * A start with another configuration, or of another version, passes over it.
 *
 * @param config plain data, see `AuthorizerConfig`
 * @param version the version of hallpass in the bundle
 * @returns plain data, as in JSON; undefined if there is nothing to gain: the configuration runs beside another
 *   authorizer, or holds something that JSON does not keep apart
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { compileConfiguration } from "hallpass/deployment"
 *
 * const issuer = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" } as const
 * const form = compileConfiguration({ issuers: [issuer], routes: { "GET /orders": { scopes: ["read"] } } }, "1.0.0")
 * console.log(form?.issuers[0]?.accepted) // [ 'https://acme.okta.com/oauth2/default' ]
 * ```
 */
export function compileConfiguration(config: AuthorizerConfig, version: string): CompiledForm | undefined {
  const of = formIdentity(config, version)
  if (of === undefined || config.shadow !== undefined) return undefined
  const { issuers, gateway, principalPolicy, table: named } = checkConfiguration(config, everything)
  const table = principalPolicy && tableFormOf(principalPolicy)
  const first = table && firstFormOf(table, gateway.resourcePolicyAllows)
  return {
    ...{ of, issuers: issuers.map(({ profile }) => namesOf(profile)) },
    ...(named && { tableHash: answerTableHash(named) }),
    ...(table && { table }),
    ...(first && { first }),
  }
}

function namesOf({ issuers, lookalikes, tenantIssuers }: IssuerProfile): IssuerNames | null {
  if (tenantIssuers.length > 0) return null
  return { accepted: issuers.map(({ issuer }) => issuer), lookalikes: lookalikes.map(({ issuer }) => issuer) }
}
