import { claimAt } from "../shared/claim.ts"
import { readDemand } from "../shared/demand.ts"
import type { RouteRule } from "../types/configuration.ts"
import type { MissingDemands } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import { type ForbiddenCode, type Refusal, refusal } from "../types/reasons.ts"
import { claimTest } from "./claim-demand.ts"
import { entitledToNothing, refuseUnentitled } from "./entitled.ts"

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

/** A rule of the route table, ready to decide with. */
export interface CompiledRule {
  /** What is demanded, in words: `scopes: all of orders:read`. */
  readonly demands: readonly string[]
  /** The first demand that the principal does not meet, or undefined. */
  refuse(principal: Principal): Refusal | undefined
  /** Every demand with its verdict, in order. */
  explain(principal: Principal): readonly DemandVerdict[]
  /** What the principal lacks; an empty object if it meets every demand. */
  missing(principal: Principal): MissingDemands
}

/** One demand: what it asks for in words, and whether a principal meets it. */
interface Clause {
  readonly check: string
  readonly detail: string
  /** Why a principal is refused that does not meet it. */
  refused(principal: Principal): Refusal
  meets(principal: Principal): boolean
  explain(principal: Principal): readonly DemandVerdict[]
  missing(principal: Principal): MissingDemands
}

const lists: readonly { readonly name: "scopes" | "roles" | "groups" | "permissions"; readonly code: ForbiddenCode }[] =
  [
    { name: "scopes", code: "scope_missing" },
    { name: "roles", code: "role_missing" },
    { name: "groups", code: "group_missing" },
    { name: "permissions", code: "permission_missing" },
  ]
const incomplete = refusal("groups_incomplete")
const claimMismatch = refusal("claim_mismatch")
const alternativesUnmet = refusal("alternatives_unmet")

/**
 * Compiles a checked rule. One that demands no scope, role, group or permission admits every caller who is entitled to
 * anything at all.
 */
export function compileRule(rule: RouteRule): CompiledRule {
  const clauses = clausesOf(rule)
  // Kind and claims say who it is, not what it may do; alternatives look after themselves.
  const grants = lists.some(({ name }) => rule[name] !== undefined) || rule.anyOf !== undefined
  if (!grants) clauses.push(entitledClause)
  return {
    demands: clauses.map(({ check, detail }) => `${check}: ${detail}`),
    refuse(principal) {
      for (const clause of clauses) {
        if (!clause.meets(principal)) return clause.refused(principal)
      }
      return undefined
    },
    explain: (principal) => clauses.flatMap((clause) => clause.explain(principal)),
    missing: (principal) =>
      Object.assign({}, ...clauses.filter(({ meets }) => !meets(principal)).map(({ missing }) => missing(principal))),
  }
}

/** A demand that is one question. */
function clauseOf(
  { check, detail, code }: { readonly check: string; readonly detail: string; readonly code: ForbiddenCode },
  meets: Clause["meets"],
  {
    expected,
    found,
    missing,
  }: { expected: unknown; found: (principal: Principal) => unknown; missing: Clause["missing"] },
): Clause {
  const plain = refusal(code)
  // Entra left the groups out: say so, because asking for fewer groups is the cure, not granting one (fails closed).
  const refused: Clause["refused"] =
    check === "groups" ? ({ groupsIncomplete }) => (groupsIncomplete === true ? incomplete : plain) : () => plain
  const explain: Clause["explain"] = (principal) => [
    {
      ...{ check, ok: meets(principal), expected, found: found(principal) },
      reason: refused(principal).code as ForbiddenCode,
    },
  ]
  return { check, detail, refused, meets, explain, missing }
}

const entitledClause: Clause = clauseOf(
  {
    check: "entitled",
    detail: "any authenticated principal that is entitled to anything",
    code: entitledToNothing.code as ForbiddenCode,
  },
  (principal) => refuseUnentitled(principal) === undefined,
  { expected: "any scope or role", found: ({ scopes, roles }) => [...scopes, ...roles], missing: () => ({}) },
)

function clausesOf(rule: RouteRule): Clause[] {
  const clauses: Clause[] = []
  const { kind, issuers } = rule
  if (kind !== undefined) {
    const named = { check: "kind", detail: kind, code: "kind_mismatch" } as const
    const told = { expected: kind, found: (principal: Principal) => principal.kind, missing: () => ({ kind }) }
    clauses.push(clauseOf(named, (principal) => principal.kind === kind, told))
  }
  if (issuers !== undefined) {
    const named = { check: "issuers", detail: `any of ${issuers.join(", ")}`, code: "issuer_mismatch" } as const
    const told = { expected: { any: issuers }, found: ({ issuer }: Principal) => issuer, missing: () => ({ issuers }) }
    clauses.push(clauseOf(named, (principal) => issuers.includes(principal.issuer), told))
  }
  for (const { name, code } of lists) {
    const demand = rule[name]
    if (demand === undefined) continue
    const { isAny, values } = readDemand(demand)
    clauses.push(
      clauseOf(
        { check: name, detail: `${isAny ? "any" : "all"} of ${values.join(", ")}`, code },
        isAny
          ? (principal) => values.some((value) => principal[name].includes(value))
          : (principal) => values.every((value) => principal[name].includes(value)),
        {
          expected: isAny ? { any: values } : { all: values },
          found: (principal) => principal[name],
          missing: (principal) => ({ [name]: values.filter((value) => !principal[name].includes(value)) }),
        },
      ),
    )
  }
  if (rule.claims !== undefined) clauses.push(claimsClause(rule.claims))
  if (rule.anyOf !== undefined) clauses.push(alternativesClause(rule.anyOf))
  return clauses
}

function claimsClause(demand: NonNullable<RouteRule["claims"]>): Clause {
  const { isAny, values: list } = readDemand(demand)
  const tests = list.map(claimTest)
  const names = list.map(({ path }) => (typeof path === "string" ? path : path.join(" > ")))
  const meets: Clause["meets"] = isAny
    ? (principal) => tests.some((test) => test(principal))
    : (principal) => tests.every((test) => test(principal))
  const code = "claim_mismatch"
  return {
    check: "claims",
    detail: `${isAny ? "any" : "all"} of ${names.join(", ")}`,
    refused: () => claimMismatch,
    meets,
    missing: (principal) => ({ claims: names.filter((_, at) => tests[at]?.(principal) === false) }),
    // Of alternatives the first that holds is enough; until one does, each of them is missing.
    explain: (principal) =>
      list.map(({ path, equals, contains }, at) => ({
        check: `claims.${names[at]}`,
        ok: (isAny && meets(principal)) || tests[at]?.(principal) === true,
        expected: { ...(equals !== undefined && { equals }), ...(contains !== undefined && { contains }) },
        found: claimAt(principal.claims, path),
        reason: code,
      })),
  }
}

function alternativesClause(alternatives: NonNullable<RouteRule["anyOf"]>): Clause {
  const rules = alternatives.map(compileRule)
  return {
    check: "anyOf",
    detail: `one of ${rules.length} alternatives`,
    // The first alternative's reason would mislead: each alternative may lack something else.
    refused: (principal) =>
      rules.some((rule) => rule.refuse(principal) === incomplete) ? incomplete : alternativesUnmet,
    meets: (principal) => rules.some((rule) => rule.refuse(principal) === undefined),
    missing: (principal) => ({ anyOf: rules.map((rule) => rule.missing(principal)) }),
    explain(principal) {
      const met = rules.some((rule) => rule.refuse(principal) === undefined)
      const reason = this.refused(principal).code as ForbiddenCode
      const parts = rules.flatMap((rule, at) =>
        rule.explain(principal).map((each) => ({ ...each, check: `anyOf[${at}].${each.check}` })),
      )
      const whole = {
        check: "anyOf",
        ok: met,
        expected: `one of ${rules.length} alternatives`,
        found: undefined,
        reason,
      }
      return [whole, ...parts]
    },
  }
}
