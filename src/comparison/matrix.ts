import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Claims, Principal } from "../types/principal.ts"
import type { Outcome, ReasonCode } from "../types/reasons.ts"
import type { Base } from "./bases.ts"
import { Callers, callerText, isRefusal, namedByRules, namedGroups } from "./callers.ts"
import { type AppliedRule, readSide, type Side } from "./side.ts"
import type { Term } from "./terms.ts"

/** One caller of a matrix. */
export interface MatrixCaller {
  /** In words: `app with scope orders:read`. */
  readonly name: string
  /** The claims of a token that makes this caller. Absent for a caller without a token. */
  readonly claims?: Claims
}

/** Whether one caller may call one route. */
export interface MatrixCell {
  readonly route: string
  readonly caller: string
  readonly outcome: Outcome
  readonly reason: "ok" | ReasonCode
}

/** Who can call what. */
export interface AccessMatrix {
  readonly callers: readonly MatrixCaller[]
  /** The keys of the table, in its order; `$unmatched` is the last one if requests without a route are allowed. */
  readonly routes: readonly string[]
  readonly cells: readonly MatrixCell[]
  /**
   * Routes whose rules have too many combinations: their own callers are not among the callers. Absent if there is
   * none.
   */
  readonly incomplete?: readonly string[]
}

/** Kinds and issuers that the name of a caller says. */
const maxNamed = 3
/** More callers than this are not listed. */
const maxCallers = 2000

/**
 * Who can call what, for access reviews. There is one caller for each set of demands that a rule admits, if the table
 * treats it otherwise than the callers before it. A caller with the demands of two of them may call what either of them
 * may.
 *
 * @param config a sound configuration
 * @param callers the callers to list instead, by name; a caller without claims has no token
 * @throws ConfigurationError for a wrong configuration
 * @throws RangeError if the rules distinguish more than 2,000 callers
 * @example
 * ```ts
 * import { accessMatrix } from "hallpass/policy"
 *
 * const { cells } = accessMatrix({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *   routes: { "GET /orders": { scopes: ["orders:read"] }, "DELETE /orders/{id}": { scopes: ["orders:admin"] } },
 * })
 * const mayDelete = cells.filter(({ route, outcome }) => route === "DELETE /orders/{id}" && outcome === "allow")
 * console.log(mayDelete[0]?.caller) // caller with scope orders:admin
 * ```
 */
export function accessMatrix(config: AuthorizerConfig, callers?: readonly MatrixCaller[]): AccessMatrix {
  const side = readSide(config)
  const now = Math.floor(Date.now() / 1000)
  const rows: readonly { readonly key: string; readonly applied: AppliedRule }[] = [
    ...side.routes.map((route) => ({ key: route.key, applied: side.ruleOf(route) })),
    ...(side.ruleOf(undefined).rule === undefined ? [] : [{ key: "$unmatched", applied: side.ruleOf(undefined) }]),
  ]
  const { listed, incomplete } =
    callers === undefined ? toldApart(side, rows, now) : { listed: given(side, callers, now), incomplete: [] }
  return {
    callers: listed.map(({ name, claims }) => ({ name, ...(claims && { claims }) })),
    routes: rows.map(({ key }) => key),
    cells: rows.flatMap(({ key: route, applied }) =>
      listed.map(({ name: caller, verdict }) => ({ route, caller, ...verdict(applied) })),
    ),
    ...(incomplete.length > 0 && { incomplete }),
  }
}

type Verdict = Pick<MatrixCell, "outcome" | "reason">
type Listed = MatrixCaller & { readonly verdict: (applied: AppliedRule) => Verdict }

function verdictOf(principal: Principal | undefined, applied: AppliedRule): Verdict {
  if (principal === undefined) return { outcome: "unauthenticated", reason: "credential_missing" }
  const refused = applied.refuse(principal)
  return refused === undefined
    ? { outcome: "allow", reason: "ok" }
    : { outcome: refused.outcome, reason: refused.code as ReasonCode }
}

function given(side: Side, callers: readonly MatrixCaller[], now: number): readonly Listed[] {
  return callers.map(({ name, claims }) => {
    if (claims === undefined) return { name, verdict: (applied) => verdictOf(undefined, applied) }
    const principal = side.principalOf(claims, "at+jwt", now)
    const accepted = isRefusal(principal) ? side.principalOf(claims, "jwt", now) : principal
    if (!isRefusal(accepted)) return { name, claims, verdict: (applied) => verdictOf(accepted, applied) }
    const refused: Verdict = { outcome: accepted.outcome, reason: accepted.code as ReasonCode }
    return { name, claims, verdict: () => refused }
  })
}

interface Candidate {
  readonly base: Base
  readonly claims: Claims
  readonly principal: Principal
  /** What it may call, a sign for each distinct rule. */
  readonly verdicts: string
}

function toldApart(
  side: Side,
  rows: readonly { readonly key: string; readonly applied: AppliedRule }[],
  now: number,
): { listed: readonly Listed[]; incomplete: readonly string[] } {
  const callers = new Callers(side, namedByRules([side]), now)
  const rules = [...new Map(rows.map(({ applied }) => [applied.text, applied])).values()]
  const incomplete: string[] = []
  const terms: Term[] = [new Map()]
  for (const { key, applied } of rows) {
    const own = applied.rule === undefined ? [] : callers.termsOf(applied.rule, applied.text)
    if (own === undefined) incomplete.push(key)
    for (const term of own ?? []) if (!terms.includes(term)) terms.push(term)
  }
  const seen = new Set<string>()
  const listed = new Map<string, Listed>()
  for (const term of terms) {
    const candidates = candidatesOf(term, callers, side, rules, now)
    const groups = Map.groupBy(candidates, ({ verdicts }) => verdicts)
    for (const [verdicts, group] of groups) {
      if (seen.has(verdicts)) continue
      seen.add(verdicts)
      if (listed.size >= maxCallers)
        throw new RangeError(`the rules tell more than ${maxCallers} callers apart. Name the callers in a cases file`)
      const named = namedGroups(group, candidates)
      const [first] = named
      if (first === undefined) continue
      const { principal, claims } = first.member
      const who = named.slice(0, maxNamed).map((each) => each.who)
      if (named.length > maxNamed) who.push(`${named.length - maxNamed} more`)
      const name = uniqueName(callerText(term, who.join(" or ")), listed)
      listed.set(name, { name, claims, verdict: (applied) => verdictOf(principal, applied) })
    }
  }
  return { listed: [...listed.values()], incomplete }
}

function candidatesOf(
  term: Term,
  callers: Callers,
  side: Side,
  rules: readonly AppliedRule[],
  now: number,
): readonly Candidate[] {
  return callers.bases.flatMap((base) => {
    const claims = callers.claimsOf(term, base)
    const principal = claims && side.principalOf(claims, base.type, now)
    if (claims === undefined || principal === undefined || isRefusal(principal)) return []
    const verdicts = rules.map(({ refuse }) => (refuse(principal) === undefined ? "1" : "0")).join("")
    return [{ base, claims, principal, verdicts }]
  })
}

function uniqueName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name} (${number})`
  return free
}
