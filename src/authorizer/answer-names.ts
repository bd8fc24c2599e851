import { type AnswerTable, createAnswerNames, type NamedAnswer } from "../policy/answer-name.ts"
import type { DecidingPolicy } from "../policy/stage-decisions.ts"
import type { Principal } from "../types/principal.ts"
import type { AccessRequest } from "../types/request.ts"

/**
 * The answer's own name, from which a kept answer can be explained.
 *
 * @param principal undefined for an answer that permits nothing
 * @param routeKey the route that the answer is for, if it is for one route
 */
export type NameAnswer = (
  request: Pick<AccessRequest, "kind">,
  principal: Principal | undefined,
  routeKey: string | undefined,
) => NamedAnswer

/**
 * Names the answers of a configuration. What was named is remembered: by principal, or by route.
 *
 * @param hash of the table, if the build has computed it
 */
export function nameAnswers(
  table: AnswerTable,
  policy: Pick<DecidingPolicy, "permitted"> | undefined,
  hash: string | undefined,
): NameAnswer {
  const keys = Object.keys(table.routes ?? {})
  const nameOf = createAnswerNames(table, keys.length, hash)
  const byPrincipal = new WeakMap<Principal, NamedAnswer>()
  const byRoute = new Map<string | undefined, NamedAnswer>()
  return ({ kind }, principal, routeKey) => {
    if (principal !== undefined && policy !== undefined && kind !== "websocket") {
      const named = byPrincipal.get(principal) ?? nameOf(policy.permitted(principal))
      byPrincipal.set(principal, named)
      return named
    }
    const key = principal === undefined ? undefined : routeKey
    const index = key === undefined ? -1 : keys.indexOf(key)
    const named = byRoute.get(key) ?? nameOf(index < 0 ? [] : [index])
    byRoute.set(key, named)
    return named
  }
}
