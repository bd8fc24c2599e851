import type { IssuerProfile } from "../provider/profile.ts"
import { readDemand } from "../shared/demand.ts"
import type { ClaimPath, RouteRule } from "../types/configuration.ts"
import type { Claims, Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"
import { type Base, basesOf, type NamedByRules } from "./bases.ts"
import { pathText, withClaim, withMembers } from "./claim-writing.ts"
import type { Side } from "./side.ts"
import { listNames, type Term, termsOf, textOf } from "./terms.ts"

/** The callers that one side's rules tell apart. */
export class Callers {
  readonly bases: readonly Base[]
  readonly #side: Side
  readonly #fresh: string
  readonly #terms = new Map<string, readonly Term[] | undefined>()
  readonly #claims = new Map<Base, Map<string, Claims | undefined>>()

  /** @param everyVariant see `basesOf` */
  constructor(side: Side, named: NamedByRules, nowSeconds: number, everyVariant: boolean = false) {
    this.#side = side
    this.#fresh = named.fresh
    this.bases = basesOf(side, named, nowSeconds, everyVariant)
  }

  /** Issuers of which no token could be made up that their own checks accept. */
  get withoutBase(): readonly string[] {
    return this.#side.issuers
      .filter((issuer) => !this.bases.some((base) => base.issuer === issuer))
      .map(({ profile }) => profile.name)
  }

  /** The terms of a rule; undefined if they are too many. */
  termsOf(rule: RouteRule, text: string): readonly Term[] | undefined {
    if (!this.#terms.has(text)) this.#terms.set(text, termsOf(rule))
    return this.#terms.get(text)
  }

  /** The claims of a caller with all atoms of a term; undefined if no caller like the base can have them. */
  claimsOf(term: Term, base: Base): Claims | undefined {
    const made = this.#claims.get(base) ?? new Map<string, Claims | undefined>()
    this.#claims.set(base, made)
    const text = textOf(term)
    if (!made.has(text)) made.set(text, claimsOf(term, base, this.#fresh))
    return made.get(text)
  }
}

/** What the rules of all sides name. */
export function namedByRules(sides: readonly Side[]): NamedByRules {
  const rules = sides.flatMap(({ routes }) => routes.map(({ configured }) => configured))
  const all = rules.flatMap((rule) => [rule, ...(rule.anyOf ?? [])]) as readonly RouteRule[]
  const paths = new Map<string, ClaimPath>()
  for (const { claims = [] } of all) {
    for (const { path } of readDemand(claims).values) paths.set(pathText(path), path)
  }
  const text = JSON.stringify(rules)
  let fresh = "other"
  for (let number = 2; text.includes(`"${fresh}`); number++) fresh = `other${number}`
  const tenants = [...text.matchAll(/"([0-9a-f]{8}-[0-9a-f-]{27})"/g)].map(([, guid = ""]) => guid)
  const patterns = sides.flatMap(({ issuers }) => issuers.flatMap(({ profile }) => profile.tenantIssuers))
  const ofTenants = patterns.flatMap(({ prefix, suffix }) => tenants.map((guid) => `${prefix}${guid}${suffix}`))
  return {
    paths: [...paths.values()],
    issuers: [...new Set([...all.flatMap(({ issuers = [] }) => issuers), ...ofTenants])],
    fresh,
  }
}

function claimsOf(term: Term, base: Base, fresh: string): Claims | undefined {
  const { profile } = base.issuer
  const atoms = [...term.values()]
  let { claims } = base
  for (const atom of atoms) {
    if (atom.type === "kind" && atom.kind !== base.kind) return undefined
    if (atom.type === "issuers" && !atom.any.includes(base.iss)) return undefined
    if (atom.type !== "equals") continue
    claims = withClaim(claims, atom.path, atom.value)
    if (isEmail(atom.path)) claims = withClaim(claims, "email_verified", true)
  }
  const set = new Set(atoms.flatMap((atom) => (atom.type === "equals" ? [pathText(atom.path)] : [])))
  const lists: { path: ClaimPath; members: unknown[]; words: boolean }[] = []
  for (const name of listNames) {
    const members = atoms.flatMap((atom) => (atom.type === "list" && atom.name === name ? [atom.value] : []))
    if (members.length === 0) continue
    const path = listPath(profile, name, base)
    if (path === undefined) return undefined
    lists.push({ path, members, words: name === "scopes" })
  }
  for (const atom of atoms)
    if (atom.type === "contains") lists.push({ path: atom.path, members: [atom.value], words: false })
  const granted =
    lists.some(({ words }) => words) || atoms.some((atom) => atom.type === "list" && atom.name === "roles")
  if (base.entitledToNothing && term.has('{"type":"entitled"}') && !granted) {
    const path = listPath(profile, "roles", base)
    if (path !== undefined) lists.push({ path, members: [fresh], words: false })
  }
  for (const { path, members, words } of lists) {
    // The value is fixed; whether it satisfies the rest as well, the engine says.
    if (!set.has(pathText(path))) claims = withMembers(withoutFresh(claims, path, fresh), path, members, words)
  }
  return claims
}

/** A placeholder goes as soon as the claim has another value. */
function withoutFresh(claims: Claims, path: ClaimPath, fresh: string): Claims {
  const value = typeof path === "string" ? claims[path] : undefined
  if (value === fresh) return withClaim(claims, path, "")
  return Array.isArray(value) && value.length === 1 && value[0] === fresh ? withClaim(claims, path, []) : claims
}

/** The claim that lists are read from: the one that the skeleton has, else the first. */
function listPath(profile: IssuerProfile, name: (typeof listNames)[number], { claims }: Base): ClaimPath | undefined {
  const paths = profile[name]
  return paths.find((path) => typeof path === "string" && claims[path] !== undefined) ?? paths[0]
}

const isEmail = (path: ClaimPath): boolean => pathText(path) === "email"

/** A caller in words: `app with scopes orders:read`. */
export function callerText(term: Term, who: string): string {
  const parts: string[] = []
  for (const name of listNames) {
    const values = [...term.values()].flatMap((atom) =>
      atom.type === "list" && atom.name === name ? [atom.value] : [],
    )
    if (values.length > 0) parts.push(`${values.length === 1 ? name.slice(0, -1) : name} ${values.join(", ")}`)
  }
  for (const atom of term.values()) {
    if (atom.type === "equals") parts.push(`claim ${pathText(atom.path)} = ${atom.value}`)
    if (atom.type === "contains") parts.push(`${atom.value} in claim ${pathText(atom.path)}`)
  }
  if (parts.length === 0) return who === "caller" ? "any authenticated caller" : `any ${who}`
  return `${who} with ${parts.join(", ")}`
}

export const isRefusal = (value: Principal | Refusal): value is Refusal => "refused" in value

/**
 * Names for groups of callers: without kind or issuer where every kind or issuer of the term is in the group. A variant
 * is named only if the first caller of its issuer and kind is not in the group.
 */
export function namedGroups<T extends { readonly base: Base }>(
  group: readonly T[],
  possible: readonly { readonly base: Base }[],
): readonly { readonly who: string; readonly member: T }[] {
  const first = ({ base }: { readonly base: Base }): boolean => base.variant === undefined
  const known = new Set(group.filter(first).map(({ base }) => `${base.kind} ${base.iss}`))
  const others = group.filter((each) => !first(each) && !known.has(`${each.base.kind} ${each.base.iss}`))
  const variants = [...Map.groupBy(others, ({ base }) => base.variant)].flatMap(([variant, members]) =>
    groupsOf(
      members,
      possible.filter(({ base }) => base.variant === variant),
    ).map(({ who, member }) => ({
      who: `${who} (${variant})`,
      member,
    })),
  )
  return [...groupsOf(group.filter(first), possible.filter(first)), ...variants]
}

function groupsOf<T extends { readonly base: Base }>(
  group: readonly T[],
  possible: readonly { readonly base: Base }[],
): readonly { readonly who: string; readonly member: T }[] {
  const [member] = group
  if (member === undefined) return []
  if (group.length === possible.length) return [{ who: "caller", member }]
  for (const keyOf of [({ base }: T) => base.kind, ({ base }: T) => base.iss]) {
    const parts = Map.groupBy(group, keyOf)
    const isWhole = ([key, members]: [string, T[]]): boolean =>
      members.length === possible.filter((each) => keyOf(each as T) === key).length
    if ([...parts].every(isWhole))
      return [...parts].map(([key, [one]]) => ({
        who: key === one?.base.kind ? kindText(key) : `caller of ${key}`,
        member: one as T,
      }))
  }
  return group.map((each) => ({ who: `${kindText(each.base.kind)} of ${each.base.iss}`, member: each }))
}

const kindText = (kind: string): string => (kind === "unknown" ? "caller of unknown kind" : kind)
