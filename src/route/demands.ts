import type { ClaimDemand } from "../types/configuration.ts"
import type { MissingDemands } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"
import { refuseUnentitled } from "./entitled.ts"

/** A rule of the route table, ready to decide with. */
export interface CompiledRule {
  /** The first demand that the principal does not meet, or undefined. */
  refuse(principal: Principal): Refusal | undefined
  /** What the principal lacks; an empty object if it meets every demand. */
  missing(principal: Principal): MissingDemands
}

/** Names of what a rule can demand. */
export type DemandName =
  | "kind"
  | "issuers"
  | "scopes"
  | "roles"
  | "groups"
  | "permissions"
  | "claims"
  | "anyOf"
  | "entitled"

/** One value of a demand: a text, or the name of a claim or nothing with what tries the principal. */
export type DemandValue = string | ClaimValue | CompiledRule

/** A demand on one claim. */
export interface ClaimValue {
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

/** Whether a principal meets a demand. */
export function meets({ name, isAny, values }: Demand, principal: Principal): boolean {
  for (let at = 0; at < values.length; at++) if (has(principal, name, values[at] as DemandValue) === isAny) return isAny
  return !isAny
}

export function has(principal: Principal, name: DemandName, value: DemandValue): boolean {
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
