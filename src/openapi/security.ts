import { object, type Report } from "../problems/option-checks.ts"
import type { Demand, RouteRule } from "../types/configuration.ts"
import { place } from "./document.ts"
import type { FindScheme, Scheme } from "./scheme.ts"

/** What the `security` of an operation comes to. */
export type Security =
  /** Tokens that fit the rule; `unasked` are token schemes for which API Gateway runs no Lambda authorizer. */
  | {
      readonly means: "rule"
      readonly rule: RouteRule
      readonly lambdas: readonly string[]
      readonly unasked: readonly string[]
    }
  /** No caller is asked for anything; `optional` if a caller may show a token all the same. */
  | { readonly means: "open"; readonly optional: boolean }
  /** Something else than a token, by the names of the schemes. */
  | { readonly means: "other"; readonly schemes: readonly string[] }

export interface SecurityReading {
  readonly find: FindScheme
  /** Whether the caller named the schemes of this authorizer; then no other one means it. */
  readonly named: boolean
  /** Whether a list of scopes means all of it or any of it. */
  readonly scopes: "all" | "any"
  readonly report: Report
  readonly note: Report
}

interface Alternative {
  readonly rule: RouteRule | undefined
  readonly lambdas: readonly string[]
  readonly unasked: readonly string[]
  readonly others: readonly string[]
  readonly keys: readonly string[]
}

/** RFC 6749 section 3.3: no token's scope can hold anything else. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/**
 * Reads a list of security requirements: one entry of the list must hold, and everything inside that entry (OpenAPI
 * 3.1, Security Requirement Object).
 *
 * @returns undefined, with a report, when it cannot be read: then nothing is known about the route
 */
export function readSecurity(value: unknown, path: string, reading: SecurityReading): Security | undefined {
  if (!Array.isArray(value)) {
    reading.report(path, "must be a list of security requirements, such as [{ oauth: [orders:read] }]")
    return undefined
  }
  const all = value.map((requirement, index) => readRequirement(requirement, `${path}[${index}]`, reading))
  const readable = all.filter((alternative) => alternative !== undefined)
  if (readable.length < all.length) return undefined
  const anonymous = value.length === 0 || value.some((requirement) => Object.keys(requirement).length === 0)
  if (anonymous) return { means: "open", optional: value.length > 1 }

  const rules = readable.flatMap(({ rule }) => (rule === undefined ? [] : [rule]))
  const others = readable.flatMap((alternative) => alternative.others)
  const keys = readable.flatMap((alternative) => alternative.keys)
  if (rules.length === 0) return { means: "other", schemes: unique([...others, ...keys]) }
  const passed = readable.filter(({ rule, others }) => rule === undefined && others.length > 0)
  if (passed.length > 0) {
    const names = quoted(passed.flatMap((alternative) => alternative.others))
    reading.note(
      path,
      `also lets callers in by ${names} alone; this authorizer refuses them, and API Gateway runs no other`,
    )
  }
  return {
    means: "rule",
    rule: oneOf(rules),
    lambdas: unique(readable.flatMap(({ lambdas }) => lambdas)),
    unasked: unique(readable.flatMap(({ lambdas, unasked }) => (lambdas.length === 0 ? unasked : []))),
  }
}

function readRequirement(value: unknown, path: string, reading: SecurityReading): Alternative | undefined {
  const requirement = object(value, path, reading.report)
  if (requirement === undefined) return undefined
  const found = { lambdas: [] as string[], unasked: [] as string[], others: [] as string[], keys: [] as string[] }
  const demands: { scopes?: Demand; roles?: Demand } = {}
  let [readable, ours, lambdas, authorizers] = [true, false, 0, 0]
  for (const [name, list] of Object.entries(requirement)) {
    const at = place(path, name)
    const scheme = reading.find(name, at)
    if (scheme === undefined) readable = false
    else if (scheme.means === "token") {
      readable = demandOf(list, scheme, demands, at, reading) && readable
      ours ||= scheme.named || !reading.named
      if (scheme.lambda) lambdas++
      ;(scheme.lambda || scheme.named ? found.lambdas : found.unasked).push(name)
    } else {
      found[scheme.means === "key" ? "keys" : "others"].push(name)
      if (scheme.means === "other" && scheme.authorizer) authorizers++
    }
  }
  if (!readable) return undefined
  if (!ours) return { ...found, others: [...found.others, ...found.unasked], lambdas: [], unasked: [], rule: undefined }
  if (authorizers > 0 || lambdas > 1) {
    reading.report(path, "demands two authorizers at once, but API Gateway runs one on a route; choose one of them")
    return undefined
  }
  if (found.others.length > 0) {
    reading.note(
      path,
      `also demands ${quoted(found.others)}, which this authorizer does not check; something else must`,
    )
  }
  return { ...found, rule: demands }
}

/** Adds what one scheme's list demands. */
function demandOf(
  list: unknown,
  { lists }: Extract<Scheme, { means: "token" }>,
  demands: { scopes?: Demand; roles?: Demand },
  path: string,
  { scopes, report }: SecurityReading,
): boolean {
  if (!Array.isArray(list) || !list.every((item): item is string => typeof item === "string")) {
    report(path, "must be a list of scopes, empty when none is demanded")
    return false
  }
  if (list.length === 0) return true
  if (lists === "nothing") {
    report(path, "must be empty: only oauth2 and openIdConnect schemes have scopes. Declare the scheme as one of these")
    return false
  }
  if (lists === "scopes" && !list.every((scope) => scopeToken.test(scope))) {
    report(path, "must have scopes without blanks, quotes and characters beyond ASCII: one scope per entry")
    return false
  }
  const before = demands[lists]
  if (before !== undefined && lists === "scopes" && scopes === "any") {
    report(path, "is the second scheme with scopes in one requirement, where any of a list is enough; merge the two")
    return false
  }
  demands[lists] = demand(lists === "scopes" ? scopes : "all", [...((before as readonly string[]) ?? []), ...list])
  return true
}

/** A list in its shortest spelling. */
export function demand(mode: "all" | "any", list: readonly string[]): Demand {
  const values = unique(list)
  return mode === "any" && values.length > 1 ? { any: values } : values
}

/** Alternatives as one rule; one that demands nothing makes the others needless. */
function oneOf(rules: readonly RouteRule[]): RouteRule {
  if (rules.some((rule) => Object.keys(rule).length === 0)) return {}
  const distinct = new Map(rules.map((rule) => [JSON.stringify([rule.scopes, rule.roles]), rule]))
  const [first = {}, ...more] = distinct.values()
  return more.length === 0 ? first : { anyOf: [first, ...more] }
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)]
}

function quoted(names: readonly string[]): string {
  return unique(names)
    .map((name) => JSON.stringify(name))
    .join(", ")
}
