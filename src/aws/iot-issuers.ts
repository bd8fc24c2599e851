import type { Report } from "../problems/option-checks.ts"
import { isObject } from "../shared/is-object.ts"
import type { CheckedIotOptions } from "./iot-options.ts"
import { namesIn, ownName } from "./iot-substitutions.ts"

/**
 * A claim of two issuers can have one value for two callers, who would get the same resource. So with several issuers a
 * resource that is allowed is for one issuer, or has the `principalId` in it.
 *
 * @param config unchecked
 */
export function checkIssuersApart(
  { policies, substitutions }: CheckedIotOptions,
  config: unknown,
  report: Report,
): void {
  const issuers: unknown = isObject(config) ? config.issuers : undefined
  if (!Array.isArray(issuers) || !(issuers.length > 1 || issuers.some(hasTenants))) return
  // The issuer of a token of Entra has its `tid` in it. Another provider may issue any.
  const tellsApart = (name: string): boolean =>
    name === ownName || (issuers.length === 1 && [substitutions[name]].flat().join() === "tid")
  for (const [at, { document, rule }] of policies.entries()) {
    if (rule?.issuers?.length === 1) continue
    for (const [index, { Effect, Resource }] of document.Statement.entries()) {
      const shared = [Resource].flat().some((resource) => {
        const names = namesIn(resource)
        return names.length > 0 && !names.some(tellsApart)
      })
      if (shared && Effect === "Allow")
        report(
          `options.policies[${at}].document.Statement[${index}].Resource`,
          "has a claim in it that two issuers may give to two callers alike. Set rule.issuers to one issuer, or add " +
            "{principalId} to the resource",
        )
    }
  }
}

/** Each tenant of Entra is an issuer of its own. */
function hasTenants(issuer: unknown): boolean {
  if (!isObject(issuer)) return false
  const { allowedTenants, allowAnyTenant } = issuer
  return allowAnyTenant === true || (Array.isArray(allowedTenants) && allowedTenants.length > 1)
}
