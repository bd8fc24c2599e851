import { topLevel } from "../configuration/declared/top-level.ts"
import { orDefault } from "../configuration/declared/with-defaults.ts"
import { pathOf } from "../route/candidates.ts"
import { growTree } from "../route/grown-tree.ts"
import { templatesOf } from "../route/templates.ts"
import type { Template } from "../route/tree.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Claims } from "../types/principal.ts"
import type { Outcome, ReasonCode } from "../types/reasons.ts"
import type { Base } from "./bases.ts"
import { Callers, callerText, isRefusal, namedByRules, namedGroups } from "./callers.ts"
import { type RequestClass, requestClasses } from "./request-classes.ts"
import { type AppliedRule, readSide, type Side } from "./side.ts"
import type { Term } from "./terms.ts"

/** The verdict of one configuration. */
export interface SideVerdict {
  readonly outcome: Outcome
  readonly reason: "ok" | ReasonCode
  /** The route that applies, as the configuration writes it; absent if none does. */
  readonly route?: string
}

/** A route and a kind of caller whose verdict differs between two configurations. */
export interface PolicyChange {
  /** The more specific one of the two routes that apply; `$unmatched` if no table has one. */
  readonly route: string
  /**
   * `undecided` if the rules have too many combinations, or a member that cannot be compared: nothing is left out
   * without a word.
   */
  readonly change: "opened" | "closed" | "undecided"
  /** In words: `app with scope orders:read`. */
  readonly caller: string
  /** A token's claims and a request that show it. Absent if undecided. */
  readonly witness?: {
    readonly claims: Claims
    readonly request: string
    /** Present if the difference shows on this kind of API only. */
    readonly api?: "http"
  }
  /** Both verdicts are absent if undecided. */
  readonly before?: SideVerdict
  readonly after?: SideVerdict
}

/** Claims that are judged, for one comparison. */
const maxJudged = 2_000_000

/**
 * Compares what two configurations decide, for every request and every caller. It is complete. It looks at each pair of
 * routes that a request meets. It looks at each smallest set of scopes, roles, groups, permissions and claims that a
 * rule admits.
 *
 * @param before the configuration in use
 * @param after the configuration that shall replace it
 * @returns one entry per route, direction and kind of caller; an empty list if every verdict is the same
 * @throws ConfigurationError with the problems of the configuration that has any
 * @example
 * ```ts
 * import { comparePolicies } from "hallpass/policy"
 *
 * const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] as const
 * const [change] = comparePolicies(
 *   { issuers, routes: { "GET /orders": { scopes: ["orders:read"] } } },
 *   { issuers, routes: { "GET /orders": { scopes: { any: ["orders:read", "orders:list"] } } } },
 * )
 * console.log(change?.route, change?.change, change?.witness?.request) // GET /orders opened GET /orders
 * ```
 */
export function comparePolicies(before: AuthorizerConfig, after: AuthorizerConfig): PolicyChange[] {
  return new Comparison(readSide(before), readSide(after)).changes()
}

interface Found {
  readonly change: "opened" | "closed"
  readonly caller: string
  readonly claims: Claims
  readonly before: Omit<SideVerdict, "route">
  readonly after: Omit<SideVerdict, "route">
}

class Comparison {
  readonly #before: Side
  readonly #after: Side
  readonly #now = Math.floor(Date.now() / 1000)
  readonly #callers: { readonly before: Callers; readonly after: Callers }
  readonly #sameCallers: boolean
  readonly #pairs = new Map<string, readonly Found[] | undefined>()
  #judged = 0

  constructor(before: Side, after: Side) {
    this.#before = before
    this.#after = after
    const named = namedByRules([before, after])
    this.#sameCallers = callersText(before.config) === callersText(after.config)
    const [one, other] = [before, after].map((side) => new Callers(side, named, this.#now, !this.#sameCallers)) as [
      Callers,
      Callers,
    ]
    this.#callers = { before: one, after: other }
  }

  changes(): PolicyChange[] {
    const { classes, complete } = requestClasses(this.#before, this.#after)
    const found = new Map<string, PolicyChange>()
    const add = (change: PolicyChange): void => {
      const key = JSON.stringify([change.route, change.change, change.caller])
      if (!found.has(key)) found.set(key, change)
    }
    const undecided = (route: string, caller: string): void => add({ route, change: "undecided", caller })
    if (!complete) undecided("$unmatched", "the route tables overlap in too many ways")
    for (const each of classes) {
      const route = routeOfClass(each)
      const changes = this.#pair(each.before, each.after)
      if (changes === undefined) undecided(route, "the rules have too many combinations to be compared")
      for (const { change, caller, claims, before, after } of changes ?? []) {
        const onlyHttp = each.order === "http" && this.#after.orders.length > 1
        add({
          ...{ route, change, caller },
          witness: { claims, request: each.request, ...(onlyHttp && { api: "http" as const }) },
          ...{ before: verdict(before, each.before), after: verdict(after, each.after) },
        })
      }
    }
    if (!this.#sameCallers || found.size > 0)
      for (const name of new Set([...this.#callers.before.withoutBase, ...this.#callers.after.withoutBase]))
        undecided("$unmatched", `no token of ${name} could be made up, so its callers are not compared`)
    return [...found.values()]
  }

  /** What differs between two rules; undefined if it is not decided. */
  #pair(before: AppliedRule, after: AppliedRule): readonly Found[] | undefined {
    if (this.#sameCallers && before.text === after.text) return []
    const key = `${before.text}\n${after.text}`
    if (!this.#pairs.has(key)) {
      const closed = this.#direction("closed", before, after)
      const opened = this.#direction("opened", before, after)
      this.#pairs.set(key, closed && opened && [...opened, ...closed])
    }
    return this.#pairs.get(key)
  }

  /** The callers whom one rule admits and the other refuses. */
  #direction(change: "opened" | "closed", before: AppliedRule, after: AppliedRule): readonly Found[] | undefined {
    const [side, other] = change === "closed" ? [this.#before, this.#after] : [this.#after, this.#before]
    const [rule, otherRule] = change === "closed" ? [before, after] : [after, before]
    const callers = this.#callers[change === "closed" ? "before" : "after"]
    if (rule.rule === undefined) return []
    const terms = callers.termsOf(rule.rule, rule.text)
    if (terms === undefined) return undefined
    const found: Found[] = []
    for (const term of terms) {
      const possible: { readonly base: Base }[] = []
      const changed: (Omit<Found, "caller" | "before" | "after" | "change"> & { base: Base; refused: Verdict })[] = []
      for (const base of callers.bases) {
        if (++this.#judged > maxJudged) return undefined
        const claims = callers.claimsOf(term, base)
        if (claims === undefined) continue
        const principal = side.principalOf(claims, base.type, this.#now)
        if (isRefusal(principal) || rule.refuse(principal) !== undefined) continue
        possible.push({ base })
        const judged = this.#sameCallers ? principal : other.principalOf(claims, base.type, this.#now)
        const refused = isRefusal(judged) ? judged : otherRule.refuse(judged)
        if (refused !== undefined)
          changed.push({ base, claims, refused: { outcome: refused.outcome, reason: refused.code as ReasonCode } })
      }
      for (const { who, member } of changed.length === 0 ? [] : namedGroups(changed, possible))
        found.push(foundOf(change, term, who, member))
    }
    return found
  }
}

type Verdict = Omit<SideVerdict, "route">

function foundOf(
  change: "opened" | "closed",
  term: Term,
  who: string,
  { claims, refused }: { readonly claims: Claims; readonly refused: Verdict },
): Found {
  const allowed: Verdict = { outcome: "allow", reason: "ok" }
  const [before, after] = change === "opened" ? [refused, allowed] : [allowed, refused]
  return { change, caller: callerText(term, who), claims, before, after }
}

function verdict(found: Verdict, applied: AppliedRule | undefined): SideVerdict {
  return { ...found, ...(applied?.route && { route: applied.route.key }) }
}

/** Everything that decides whether a token is accepted, and what its principal is. */
function callersText({ issuers, clockToleranceSeconds, edge }: AuthorizerConfig): string {
  // Where keys come from is compared as a setting.
  const attributes = [edge?.role, Object.keys(edge?.headers ?? {})]
  const toleranceSeconds = orDefault(topLevel.clockToleranceSeconds, clockToleranceSeconds)
  return JSON.stringify([issuers, toleranceSeconds, attributes], (name, value) =>
    ["jwks", "jwksUri", "discoveryUrl", "keys"].includes(name) ? undefined : value,
  )
}

/** The route that an entry is about: of two templates the one that a gateway would choose first. */
function routeOfClass({ before, after, segments }: RequestClass): string {
  const [one, other] = [before.route, after.route]
  if (one === undefined || other === undefined) return (one ?? other)?.key ?? "$unmatched"
  const templates: readonly Template[] = templatesOf([one, other])
  if (templates.length === 1) return one.method === "ANY" ? other.key : one.key
  const [first] = growTree(templates, "http").find(pathOf(segments))
  const chosen = [...(first?.routes.values() ?? [])][0]
  return chosen?.key ?? one.key
}
