import { readDemand } from "../shared/demand.ts"
import type { Demand, RouteRule } from "../types/configuration.ts"

/** One thing that a rule demands: at least one of some values, of one kind. A rule demands all of its atoms. */
interface Atom {
  readonly kind: string
  readonly any: readonly unknown[]
}

/**
 * Whether every principal that meets all of some rules also meets another one. Says yes only where that shows in what
 * is written; where in doubt, no, which makes the analysis stricter and never an answer wider.
 */
export function implies(given: readonly RouteRule[], wanted: RouteRule): boolean {
  const known = given.flatMap(atomsOf)
  return atomsOf(wanted).every((atom) => known.some((other) => isStronger(other, atom)))
}

/** Whether no principal can meet all of some rules: one demands a user, say, and another an app. */
export function excludeEachOther(rules: readonly RouteRule[]): boolean {
  const atoms = rules
    .flatMap(atomsOf)
    .filter(({ kind }) => kind === "kind" || kind === "issuers" || kind.startsWith("="))
  return atoms.some((a, i) =>
    atoms.slice(i + 1).some((b) => a.kind === b.kind && !a.any.some((value) => b.any.includes(value))),
  )
}

function isStronger(known: Atom, wanted: Atom): boolean {
  // Only apps without roles and scopes are entitled to nothing, so a caller with one of them, or a user, is not such an
  // app.
  if (wanted.kind === "entitled" && (["roles", "scopes"].includes(known.kind) || isForUsers(known))) return true
  return known.kind === wanted.kind && known.any.every((value) => wanted.any.includes(value))
}

function isForUsers({ kind, any }: Atom): boolean {
  return kind === "kind" && any[0] === "user"
}

const lists = ["scopes", "roles", "groups", "permissions"] as const

function atomsOf(rule: RouteRule): Atom[] {
  const atoms: Atom[] = []
  for (const name of lists) atoms.push(...demandAtoms(name, rule[name]))
  if (rule.kind !== undefined) atoms.push({ kind: "kind", any: [rule.kind] })
  if (rule.issuers !== undefined) atoms.push({ kind: "issuers", any: rule.issuers })
  if (rule.claims !== undefined) atoms.push(...claimAtoms(rule.claims))
  if (rule.anyOf !== undefined) atoms.push(opaque(rule.anyOf))
  // The same condition as in compileRule: a rule that demands nothing of the kind admits every caller who is entitled
  // to anything.
  if (rule.anyOf === undefined && !lists.some((name) => rule[name] !== undefined)) atoms.push(opaque("entitled"))
  return atoms
}

function demandAtoms(kind: string, demand: Demand | undefined): Atom[] {
  if (demand === undefined) return []
  const { isAny, values } = readDemand(demand)
  return isAny ? [{ kind, any: values }] : values.map((value) => ({ kind, any: [value] }))
}

function claimAtoms(claims: NonNullable<RouteRule["claims"]>): Atom[] {
  const { isAny, values } = readDemand(claims)
  if (isAny && values.length > 1) return [opaque(claims)]
  return values.flatMap(({ path, equals, contains }) => {
    const atoms: Atom[] = []
    const at = JSON.stringify(path)
    if (equals !== undefined) atoms.push({ kind: `= ${at}`, any: [equals].flat() })
    if (contains !== undefined) atoms.push({ kind: `contains ${at}`, any: [contains].flat() })
    return atoms
  })
}

/** What is compared as a whole, because nothing simple can be said of its parts. */
function opaque(value: unknown): Atom {
  return value === "entitled" ? { kind: "entitled", any: [] } : { kind: JSON.stringify(value), any: [] }
}
