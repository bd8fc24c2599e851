import { readDemand, type WrittenDemand } from "../shared/demand.ts"
import type { ClaimDemand, RouteRule } from "../types/configuration.ts"
import type { MissingDemands } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import { type ForbiddenCode, type Refusal, refusal } from "../types/reasons.ts"
import { claimTest } from "./claim-demand.ts"
import { entitledToNothing, refuseUnentitled } from "./entitled.ts"

/** A rule of the route table, ready to decide with. */
export interface CompiledRule {
  /** The first demand that the principal does not meet, or undefined. */
  refuse(principal: Principal): Refusal | undefined
  /** What the principal lacks; an empty object if it meets every demand. */
  missing(principal: Principal): MissingDemands
}

/** Names of what a rule can demand, in the order in which it is looked at. */
const names = ["kind", "issuers", "scopes", "roles", "groups", "permissions", "claims", "anyOf"] as const
/** Kind, issuer and claims say who it is, not what it may do; alternatives look after themselves. */
const grants: readonly DemandName[] = ["scopes", "roles", "groups", "permissions", "anyOf"]
export type DemandName = (typeof names)[number] | "entitled"

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

/** One value of a demand: a text, or the name of a claim or nothing with what tries the principal. */
type DemandValue = string | ClaimValue | CompiledRule

/** A demand on one claim. */
interface ClaimValue {
  readonly path: string
  readonly written: ClaimDemand
  meets(principal: Principal): boolean
}

/** One demand of a rule. */
export interface Demand {
  readonly name: DemandName
  /** Whether one of the values is enough; else all of them are demanded. */
  readonly isAny: boolean
  readonly values: readonly DemandValue[]
}

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

/** Whether a principal meets a demand. */
export function meets({ name, isAny, values }: Demand, principal: Principal): boolean {
  for (let at = 0; at < values.length; at++) if (has(principal, name, values[at] as DemandValue) === isAny) return isAny
  return !isAny
}

function has(principal: Principal, name: DemandName, value: DemandValue): boolean {
  switch (name) {
    case "kind":
      return principal.kind === value
    case "issuers":
      return principal.issuer === value
    case "claims":
      return (value as ClaimValue).meets(principal)
    case "anyOf":
      return (value as CompiledRule).refuse(principal) === undefined
    case "entitled":
      return refuseUnentitled(principal) === undefined
    default:
      return principal[name].includes(value as string)
  }
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
