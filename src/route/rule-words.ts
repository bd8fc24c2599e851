import { claimAt } from "../shared/claim.ts"
import type { RouteRule } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"
import type { ForbiddenCode } from "../types/reasons.ts"
import { type Demand, meets } from "./demands.ts"
import { demandsIn, refusalOf } from "./rule.ts"

/** One demand with its verdict. */
export interface DemandVerdict {
  /** `scopes`, `kind`, `claims[0]`, `anyOf[1].roles`. */
  readonly check: string
  readonly ok: boolean
  readonly expected: unknown
  /** What the principal has. */
  readonly found: unknown
  readonly reason: ForbiddenCode
}

/** What a checked rule demands, in words: `scopes: all of orders:read`. */
export function demandsInWords(rule: RouteRule): readonly string[] {
  return demandsIn(rule).map((demand) => `${demand.name}: ${inWords(demand)}`)
}

/** Every demand of a checked rule with its verdict, in order. */
export function explainRule(rule: RouteRule, principal: Principal): readonly DemandVerdict[] {
  return demandsIn(rule).flatMap((demand) => explainDemand(demand, rule, principal))
}

function inWords({ name, isAny, values }: Demand): string {
  if (name === "kind") return String(values[0])
  if (name === "entitled") return "any authenticated principal that is entitled to anything"
  if (name === "anyOf") return `one of ${values.length} alternatives`
  return `${isAny ? "any" : "all"} of ${values.map(wordOf).join(", ")}`
}

function wordOf(value: Demand["values"][number]): string {
  return typeof value === "string" ? value : "path" in value ? value.path : ""
}

function explainDemand(demand: Demand, rule: RouteRule, principal: Principal): readonly DemandVerdict[] {
  const { name, isAny, values } = demand
  const verdict = {
    check: name,
    ok: meets(demand, principal),
    reason: refusalOf(demand, principal).code as ForbiddenCode,
  }
  switch (name) {
    case "kind":
      return [{ ...verdict, expected: rule.kind, found: principal.kind }]
    case "issuers":
      return [{ ...verdict, expected: { any: rule.issuers }, found: principal.issuer }]
    case "entitled":
      return [{ ...verdict, expected: "any scope or role", found: [...principal.scopes, ...principal.roles] }]
    case "claims":
      return explainClaims(demand, principal, verdict)
    case "anyOf":
      return explainAlternatives(rule.anyOf ?? [], principal, {
        ...verdict,
        expected: inWords(demand),
        found: undefined,
      })
    default:
      return [{ ...verdict, expected: isAny ? { any: values } : { all: values }, found: principal[name] }]
  }
}

/** Of alternatives the first that holds is enough; until one does, each of them is missing. */
function explainClaims(
  { isAny, values }: Demand,
  principal: Principal,
  { ok, reason }: Pick<DemandVerdict, "ok" | "reason">,
): readonly DemandVerdict[] {
  return values.flatMap((value) => {
    if (typeof value === "string" || !("written" in value)) return []
    const { equals, contains, path } = value.written
    return {
      check: `claims.${value.path}`,
      ok: (isAny && ok) || value.meets(principal),
      expected: { ...(equals !== undefined && { equals }), ...(contains !== undefined && { contains }) },
      found: claimAt(principal.claims, path),
      reason,
    }
  })
}

function explainAlternatives(
  alternatives: readonly RouteRule[],
  principal: Principal,
  whole: DemandVerdict,
): readonly DemandVerdict[] {
  const parts = alternatives.flatMap((rule, at) =>
    explainRule(rule, principal).map((each) => ({ ...each, check: `anyOf[${at}].${each.check}` })),
  )
  return [whole, ...parts]
}
