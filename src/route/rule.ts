import { readDemand, type WrittenDemand } from "../shared/demand.ts"
import type { ClaimDemand, RouteRule } from "../types/configuration.ts"
import type { MissingDemands } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import { type ForbiddenCode, type Refusal, refusal } from "../types/reasons.ts"
import { claimTest } from "./claim-demand.ts"
import { type ClaimValue, type CompiledRule, type Demand, type DemandName, has, meets } from "./demands.ts"
import { entitledToNothing } from "./entitled.ts"

/** Names of what a rule can demand, in the order in which it is looked at. */
const names = ["kind", "issuers", "scopes", "roles", "groups", "permissions", "claims", "anyOf"] as const
/** Kind, issuer and claims say who it is, not what it may do; alternatives look after themselves. */
const grants: readonly DemandName[] = ["scopes", "roles", "groups", "permissions", "anyOf"]

/** Why a principal is refused that does not meet a demand. */
const codes: { readonly [name in DemandName]: ForbiddenCode } = {
  kind: "kind_mismatch",
  issuers: "issuer_mismatch",
  scopes: "scope_missing",
  roles: "role_missing",
  groups: "group_missing",
  permissions: "permission_missing",
  claims: "claim_mismatch",
  anyOf: "alternatives_unmet",
  entitled: entitledToNothing.code as ForbiddenCode,
}
const incomplete = refusal("groups_incomplete")

/** What is demanded if nothing else grants something. */
export const entitledDemand: Demand = { name: "entitled", isAny: false, values: [""] }

/**
 * Compiles a checked rule. One that demands no scope, role, group or permission admits every caller who is entitled to
 * anything at all.
 */
export function compileRule(rule: RouteRule): CompiledRule {
  return new Rule(demandsIn(rule))
}

/** The rule of demands that were found in it before, see `demandsIn`. */
export function ruleOf(demands: readonly Demand[]): CompiledRule {
  return new Rule(demands)
}

/** The demands of a checked rule, in order. */
export function demandsIn(rule: RouteRule): readonly Demand[] {
  const demands: Demand[] = []
  let grantsSomething = false
  for (const name of names) {
    if (rule[name] === undefined) continue
    demands.push(demandOf(name, rule))
    if (grants.includes(name)) grantsSomething = true
  }
  if (!grantsSomething) demands.push(entitledDemand)
  return demands
}

function demandOf(name: (typeof names)[number], rule: RouteRule): Demand {
  if (name === "kind") return { name, isAny: true, values: [rule.kind ?? ""] }
  if (name === "issuers") return { name, isAny: true, values: rule.issuers ?? [] }
  if (name === "anyOf") return { name, isAny: true, values: (rule.anyOf ?? []).map(compileRule) }
  const { isAny, values } = readDemand(rule[name] as WrittenDemand<string | ClaimDemand>)
  return {
    name,
    isAny,
    values: name === "claims" ? (values as readonly ClaimDemand[]).map(claimValue) : (values as readonly string[]),
  }
}

function claimValue(written: ClaimDemand): ClaimValue {
  const { path } = written
  return { path: typeof path === "string" ? path : path.join(" > "), written, meets: claimTest(written) }
}

/** Why a principal is refused that does not meet a demand. */
export function refusalOf({ name, values }: Demand, principal: Principal): Refusal {
  // Entra left the groups out: say so, because asking for fewer groups is the cure, not granting one (fails closed). The
  // first alternative's reason would mislead: each alternative may lack something else.
  const isIncomplete =
    name === "groups"
      ? principal.groupsIncomplete === true
      : name === "anyOf" && values.some((rule) => (rule as CompiledRule).refuse(principal) === incomplete)
  return isIncomplete ? incomplete : refusal(codes[name])
}

class Rule implements CompiledRule {
  readonly #demands: readonly Demand[]

  constructor(demands: readonly Demand[]) {
    this.#demands = demands
  }

  refuse(principal: Principal): Refusal | undefined {
    const demands = this.#demands
    for (let at = 0; at < demands.length; at++) {
      const demand = demands[at] as Demand
      if (!meets(demand, principal)) return refusalOf(demand, principal)
    }
    return undefined
  }

  missing(principal: Principal): MissingDemands {
    const unmet = this.#demands.filter((demand) => !meets(demand, principal))
    return Object.assign({}, ...unmet.map((demand) => missingOf(demand, principal)))
  }
}

function missingOf({ name, values }: Demand, principal: Principal): MissingDemands {
  if (name === "entitled") return {}
  if (name === "kind") return { kind: values[0] as string }
  if (name === "issuers") return { issuers: values as readonly string[] }
  if (name === "anyOf") return { anyOf: values.map((rule) => (rule as CompiledRule).missing(principal)) }
  const lacking = values.filter((value) => !has(principal, name, value))
  return { [name]: lacking.map((value) => (name === "claims" ? (value as ClaimValue).path : value)) }
}
