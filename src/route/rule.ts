import { claimAt } from "../shared/claim.ts"
import type { ClaimDemand, Demand, RouteRule } from "../types/configuration.ts"
import type { TraceEntry } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import { type ForbiddenCode, type Refusal, refusal } from "../types/reasons.ts"
import { entitledToNothing, refuseUnentitled } from "./entitled.ts"

/** A rule of the route table, ready to decide with. */
export interface CompiledRule {
  /** What is demanded, in words: `scopes: all of orders:read`. */
  readonly demands: readonly string[]
  /** The first demand that the principal does not meet, or undefined. */
  refuse(principal: Principal): Refusal | undefined
  /** Every demand with its verdict, in order. Shows what is demanded, never what the principal has. */
  explain(principal: Principal): readonly TraceEntry[]
}

/** One demand: what it asks for in words, and whether a principal meets it. */
interface Clause {
  readonly check: string
  readonly detail: string
  readonly refused: Refusal
  meets(principal: Principal): boolean
}

const lists: readonly { readonly name: "scopes" | "roles" | "groups" | "permissions"; readonly code: ForbiddenCode }[] =
  [
    { name: "scopes", code: "scope_missing" },
    { name: "roles", code: "role_missing" },
    { name: "groups", code: "group_missing" },
    { name: "permissions", code: "permission_missing" },
  ]
const groupsIncomplete = refusal("groups_incomplete")

/** Compiles a checked rule. One that demands no scope, role, group or permission admits whoever is entitled to anything at all. */
export function compileRule(rule: RouteRule): CompiledRule {
  const clauses = clausesOf(rule)
  // Kind and claims say who it is, not what it may do; alternatives look after themselves.
  const grants = lists.some(({ name }) => rule[name] !== undefined) || rule.anyOf !== undefined
  if (!grants) clauses.push(entitledClause)
  return {
    demands: clauses.map(({ check, detail }) => `${check}: ${detail}`),
    refuse(principal) {
      for (const clause of clauses) {
        if (clause.meets(principal)) continue
        // Entra left the groups out: say so, because asking for fewer groups is the cure, not granting one (fails closed).
        return clause.check === "groups" && principal.groupsIncomplete === true ? groupsIncomplete : clause.refused
      }
      return undefined
    },
    explain: (principal) => clauses.map(({ check, detail, meets }) => ({ check, ok: meets(principal), detail })),
  }
}

const entitledClause: Clause = {
  check: "entitled",
  detail: "any authenticated principal that is entitled to anything",
  refused: entitledToNothing,
  meets: (principal) => refuseUnentitled(principal) === undefined,
}

function clausesOf(rule: RouteRule): Clause[] {
  const clauses: Clause[] = []
  const { kind, issuers } = rule
  if (kind !== undefined) {
    const refused = refusal("kind_mismatch")
    clauses.push({ check: "kind", detail: kind, refused, meets: (principal) => principal.kind === kind })
  }
  if (issuers !== undefined) {
    const detail = `any of ${issuers.join(", ")}`
    const refused = refusal("issuer_mismatch")
    clauses.push({ check: "issuers", detail, refused, meets: (principal) => issuers.includes(principal.issuer) })
  }
  for (const { name, code } of lists) {
    const demand = rule[name]
    if (demand === undefined) continue
    const { any, values } = readDemand(demand)
    clauses.push({
      check: name,
      detail: `${any ? "any" : "all"} of ${values.join(", ")}`,
      refused: refusal(code),
      meets: any
        ? (principal) => values.some((value) => principal[name].includes(value))
        : (principal) => values.every((value) => principal[name].includes(value)),
    })
  }
  if (rule.claims !== undefined) clauses.push(claimsClause(rule.claims))
  if (rule.anyOf !== undefined) clauses.push(alternativesClause(rule.anyOf))
  return clauses
}

function readDemand(demand: Demand): { any: boolean; values: readonly string[] } {
  if (isList(demand)) return { any: false, values: demand }
  return "any" in demand ? { any: true, values: demand.any } : { any: false, values: demand.all }
}

function isList<T>(value: readonly T[] | object): value is readonly T[] {
  return Array.isArray(value)
}

function claimsClause(demand: NonNullable<RouteRule["claims"]>): Clause {
  const any = !isList(demand) && "any" in demand
  const list = isList(demand) ? demand : "any" in demand ? demand.any : demand.all
  const tests = list.map(claimTest)
  return {
    check: "claims",
    detail: `${any ? "any" : "all"} of ${list.map(({ path }) => (typeof path === "string" ? path : path.join(" > "))).join(", ")}`,
    refused: refusal("claim_mismatch"),
    meets: any
      ? (principal) => tests.some((test) => test(principal))
      : (principal) => tests.every((test) => test(principal)),
  }
}

function claimTest({ path, equals, contains }: ClaimDemand): (principal: Principal) => boolean {
  const listed = (wanted: typeof equals): readonly unknown[] | undefined =>
    wanted === undefined ? undefined : isList(Object(wanted)) ? (wanted as readonly unknown[]) : [wanted]
  const [equal, member] = [listed(equals), listed(contains)]
  const isEmail = path === "email" || (path.length === 1 && path[0] === "email")
  return (principal) => {
    const value = claimAt(principal.claims, path)
    if (isEmail && !isVerifiedEmail(value, principal)) return false
    if (equal !== undefined && !equal.includes(value)) return false
    return member === undefined || (Array.isArray(value) && value.some((item) => member.includes(item)))
  }
}

/** An address that its owner has not proved, or that could be read as two, identifies nobody (SR-077). */
function isVerifiedEmail(value: unknown, { claims }: Principal): boolean {
  return claims.email_verified === true && typeof value === "string" && /^[!-?A-~]+@[!-?A-~]+$/.test(value)
}

function alternativesClause(alternatives: NonNullable<RouteRule["anyOf"]>): Clause {
  const rules = alternatives.map(compileRule)
  return {
    check: "anyOf",
    detail: `one of ${rules.length} alternatives`,
    // The first alternative's reason would mislead: each alternative may lack something else.
    refused: refusal("alternatives_unmet"),
    meets: (principal) => rules.some((rule) => rule.refuse(principal) === undefined),
  }
}
