import type { AuthorizerConfig } from "../index.ts"
import type { CompiledPolicy, PolicySizes } from "../policy.ts"
import { columns } from "./frame/table.ts"

/** The routes that no cached answer keeps apart, in pairs, with what to do. */
export function conflictsText(conflicts: CompiledPolicy["conflicts"], { gateway }: AuthorizerConfig): string {
  const pairs = conflicts.filter(({ routes }) => routes[0] !== routes[1])
  const alone = conflicts.filter(({ routes }) => routes[0] === routes[1])
  const rows = pairs.map(({ routes, example }) => [routes[1], routes[0], example])
  return (
    `Conflicts (${conflicts.length}): no cached answer can keep these routes apart: * crosses /\n` +
    (rows.length > 0 ? columns([["a Deny of", "also denies", "for example"], ...rows]) : "") +
    alone.map(({ routes, message }) => `  ${routes[0]} ${message}\n`).join("") +
    `  Remedies, one of them:\n${gateway?.matchBy === "path" ? remediesByPath : remedies}`
  )
}

const remedies = `    - give both routes the same rule, or let one of them have another path
    - let the cache key hold the route: gateway.identitySources
      ["token", "route"], and the same in API Gateway, where REST APIs need a
      REQUEST authorizer for it
    - cache nothing: gateway.resultTtlSeconds 0, and the same in API Gateway
`

const remediesByPath = `    - let the table name what is below the route, such as
      ANY /orders/{id}/{rest+}, or give both routes the same rule
    - let the cache key hold the path: gateway.identitySources
      ["token", "context.path", "context.httpMethod"], and the same in API
      Gateway, where REST APIs need a REQUEST authorizer for it
    - cache nothing: gateway.resultTtlSeconds 0, and the same in API Gateway
`

/** The table as it was read. */
export function routesText({ routes }: CompiledPolicy): string {
  if (routes.length === 0) return "No routes: every authenticated principal may call every route of the API.\n"
  const rows = routes.map(({ key, demands }) => [key, demands.join("; ")])
  return `Routes (${routes.length})\n${columns([["route", "demands"], ...rows])}`
}

const scopes = {
  route: "one per route: the cache key holds the route, or nothing is cached",
  principal: "one per principal, for every route at once: the cache key is the token",
  stage: "one per token, for the whole stage: there are no routes",
}

/** What an answer is for, and how large it can be. */
export function answersText(
  { mode, worstCaseBytes, maxBytes }: CompiledPolicy,
  sizes: PolicySizes | undefined,
): string {
  const scope = `Answers\n  ${scopes[mode]}\n`
  if (mode !== "principal" && worstCaseBytes <= maxBytes) return scope
  if (mode !== "principal") return scope + catchAllTooLarge
  const numbers = [worstCaseBytes, maxBytes, maxBytes + 2048, sizes?.tried ?? 0]
  const [most, fit, answer, tried] = numbers.map((number) => number.toLocaleString("en"))
  const size = `  largest policy: at most ${most} bytes, and ${fit} fit; the context gets what is left of ${answer}\n`
  if (worstCaseBytes <= maxBytes || sizes === undefined) return scope + size
  const shorter = `  largest policy: at most ${most} bytes route by route, and ${fit} fit; what does not fit is written shorter\n`
  if (sizes.tooLarge !== undefined) return scope + shorter + tooLarge
  return (
    scope +
    shorter +
    (sizes.isProven ? proven : `  ${tried} combinations of permissions were tried, and each fits; ${unproven}`)
  )
}

const proven = "  written shorter, the policy of every caller fits, whatever its permissions\n"
const unproven = `that is no proof. A caller whose policy does not fit is answered 500 with the reason policy_too_large.
`
const tooLarge = `  Written shorter, the policy of some callers does not fit either. They are
  answered 500 with the reason policy_too_large, if gateway.tooLarge is
  "unavailable".
`

const catchAllTooLarge = `  The answer of a catch-all denies every stricter route beside it, and here
  that does not fit: callers who may call few of those routes get 500 with the
  reason policy_too_large. Set the TTL to 0, or give the catch-all fewer
  stricter routes.
`

const mostExposed = 20

/** What an answer lets through outside the table; nothing to say is no part. */
export function exposedText({ mode, routes, exposed }: CompiledPolicy, configuration: AuthorizerConfig): string[] {
  const parts: string[] = []
  if (exposed.length > 0) {
    const shown = exposed.slice(0, mostExposed).map(({ route, example }) => [example, `by ${route}`])
    const more = exposed.length - shown.length
    parts.push(
      "  A cached answer also covers these requests, should the API have such routes:\n",
      columns(shown, "    "),
    )
    if (more > 0) parts.push(`    and ${more} more\n`)
  }
  const { gateway, unmatched } = configuration
  const complete = unmatched === "authenticated" || routes.some(({ key }) => key === "$default")
  if (mode === "principal" && gateway?.resourcePolicyAllows === true && !complete) parts.push(besideResourcePolicy)
  if (parts.length > 0) parts.push("  So put every route that uses this authorizer into the table.\n")
  if (gateway?.matchBy === "path") parts.push(byPath)
  return parts.length === 0 ? [] : [`To know\n${parts.join("")}`]
}

const byPath = `  The path decides (gateway.matchBy), whatever route the gateway chose. A path
  that can be read in two ways is refused. So the backend must read the path as
  it was sent:
    - it decodes a segment once, after it has chosen a handler, and takes
      neither %2F nor a backslash for a slash
    - it merges no slashes, resolves no dot segments, and drops no ;parameters
      and no file endings
    - it compares letters exactly: many routers ignore case by default
    - it takes the method from the request line, not from
      X-HTTP-Method-Override or a form field
    - it takes the path from the request line, not from X-Original-URL,
      X-Rewrite-URL or X-Forwarded-Prefix
    - it serves nothing under a path that no route of the table names, unless
      every caller may have it
`

const besideResourcePolicy = `  A resource policy that allows opens what an answer does not name: routes of
  the API that the table does not have are open to every principal who may call
  anything.
`
