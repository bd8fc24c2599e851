import { readDemand } from "../shared/demand.ts"
import type { ClaimDemand, ClaimPath, ClaimValue, Demand, RouteRule } from "../types/configuration.ts"

/** One thing that a caller has, or is. */
export type Atom =
  | { readonly type: "list"; readonly name: ListName; readonly value: string }
  | { readonly type: "equals" | "contains"; readonly path: ClaimPath; readonly value: ClaimValue }
  | { readonly type: "kind"; readonly kind: "user" | "app" }
  | { readonly type: "issuers"; readonly any: readonly string[] }
  /** Entitled to anything at all. */
  | { readonly type: "entitled" }

export type ListName = "scopes" | "roles" | "groups" | "permissions"
export const listNames: readonly ListName[] = ["scopes", "roles", "groups", "permissions"]

/** A smallest set of atoms that satisfies a rule, by their text. */
export type Term = ReadonlyMap<string, Atom>

/** More terms of one rule are not looked at. */
export const maxTerms = 10_000
/** Up to so many terms those that hold another one are dropped. */
const maxCompared = 1000

const members = ["kind", "issuers", "claims", "anyOf", ...listNames]

/**
 * The disjunctive normal form of a rule. Every caller that the rule admits has all atoms of one of the terms. A caller
 * with all atoms of a term, and nothing else, is admitted.
 *
 * @returns undefined if there are more than 10,000 terms, or if the rule has a member that is not known here
 */
export function termsOf(rule: RouteRule): readonly Term[] | undefined {
  const terms = expanded(rule)
  return terms && withoutCovered(terms)
}

function expanded(rule: RouteRule): readonly Term[] | undefined {
  if (Object.keys(rule).some((name) => !members.includes(name))) return undefined
  let terms: readonly Term[] = [new Map()]
  for (const clause of clausesOf(rule)) {
    const next = clause === undefined ? undefined : product(terms, clause)
    if (next === undefined) return undefined
    terms = next
  }
  return terms
}

/** A clause is a list of alternatives. */
function* clausesOf(rule: RouteRule): Generator<readonly Term[] | undefined> {
  const { kind, issuers, claims, anyOf } = rule
  if (kind !== undefined) yield [termOf([{ type: "kind", kind }])]
  if (issuers !== undefined) yield [termOf([{ type: "issuers", any: issuers }])]
  for (const name of listNames) if (rule[name] !== undefined) yield demandTerms(name, rule[name])
  if (claims !== undefined) {
    const { isAny, values } = readDemand(claims)
    if (isAny) yield values.flatMap(claimTerms)
    else for (const demand of values) yield claimTerms(demand)
  }
  if (anyOf !== undefined) {
    const alternatives = anyOf.map(expanded)
    yield alternatives.every((each) => each !== undefined) ? alternatives.flat() : undefined
  }
  // The same condition as in compileRule.
  if (anyOf === undefined && !listNames.some((name) => rule[name] !== undefined)) yield [termOf([{ type: "entitled" }])]
}

function demandTerms(name: ListName, demand: Demand): readonly Term[] {
  const { isAny, values } = readDemand(demand)
  const atoms = values.map((value) => ({ type: "list", name, value }) as const)
  return isAny ? atoms.map((atom) => termOf([atom])) : [termOf(atoms)]
}

function claimTerms({ path: written, equals, contains }: ClaimDemand): readonly Term[] {
  const path = typeof written !== "string" && written.length === 1 ? (written[0] as string) : written
  const atoms = (type: "equals" | "contains", wanted: typeof equals): readonly Term[] =>
    wanted === undefined ? [new Map()] : [wanted].flat().map((value) => termOf([{ type, path, value }]))
  return product(atoms("equals", equals), atoms("contains", contains)) ?? []
}

function termOf(atoms: readonly Atom[]): Term {
  return new Map(atoms.map((atom) => [JSON.stringify(atom), atom]))
}

export function textOf(term: Term): string {
  return [...term.keys()].sort().join(" ")
}

function product(terms: readonly Term[], clause: readonly Term[]): readonly Term[] | undefined {
  const found = new Map<string, Term>()
  for (const term of terms)
    for (const alternative of clause) {
      const both = new Map([...term, ...alternative])
      if (!contradicts(both)) found.set(textOf(both), both)
      if (found.size > maxTerms) return undefined
    }
  return [...found.values()]
}

/** Whether no token can have all atoms: two kinds, or two values of one claim. */
function contradicts(term: Term): boolean {
  const single = new Map<string, unknown>()
  for (const atom of term.values()) {
    if (atom.type !== "kind" && atom.type !== "equals") continue
    const [name, value] = atom.type === "kind" ? ["kind", atom.kind] : [JSON.stringify(atom.path), atom.value]
    if (single.has(name) && single.get(name) !== value) return true
    single.set(name, value)
  }
  return false
}

/** Drops terms that hold all atoms of another one: the other one is the weaker caller. */
function withoutCovered(terms: readonly Term[]): readonly Term[] {
  if (terms.length > maxCompared) return terms
  const kept: Term[] = []
  for (const term of [...terms].sort((a, b) => a.size - b.size))
    if (!kept.some((other) => [...other.keys()].every((key) => term.has(key)))) kept.push(term)
  return kept
}
