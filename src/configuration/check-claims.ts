import { claimPath, knownKeys, object, type Report } from "../problems/option-checks.ts"
import { inexact, isExactValue } from "../shared/exact-number.ts"
import type { ClaimDemand, ClaimPath, ClaimValue, RouteRule } from "../types/configuration.ts"

/**
 * Names of people, which can change hands (SR-077); `email` is looked at only when the token says that it is verified.
 */
const mutableNames = ["upn", "preferred_username", "unique_name", "username", "nickname", "name"]

/** Checks the form of one demand on a claim. */
export function checkClaim(item: unknown, path: string, report: Report): void {
  const demand = object(item, path, report)
  if (demand === undefined) return
  knownKeys(demand, ["path", "equals", "contains"], path, report)
  const claim = claimPath(demand.path, `${path}.path`, report)
  const name = onlyName(claim)
  if (mutableNames.includes(name as string)) {
    report(`${path}.path`, "is a name that can change hands. Use an identifier such as sub or oid")
  }
  if (demand.equals === undefined && demand.contains === undefined)
    report(path, 'must have equals or contains, for example { "path": "department", "equals": "ops" }')
  for (const option of ["equals", "contains"] as const) {
    const wanted: unknown = demand[option]
    if (wanted === undefined) continue
    const list = Array.isArray(wanted) ? wanted : [wanted]
    const fits = list.length > 0 && list.every((one) => ["string", "number", "boolean"].includes(typeof one))
    if (!fits)
      report(
        `${path}.${option}`,
        'must be a text, a number, true or false, or a list of them, for example ["ops", "dev"]',
      )
    else if (!list.every(isExactValue)) report(`${path}.${option}`, inexact)
    else if (name === "email") checkEmail(option, list, `${path}.${option}`, report)
  }
}

/** The rule reads an email address only in a form that means one mailbox (SR-077). */
function checkEmail(option: "equals" | "contains", list: readonly unknown[], path: string, report: Report): void {
  if (option === "contains") {
    report(path, 'is never met: an email address is one text. Use "equals"')
  } else if (!list.some((one) => typeof one === "string" && /^[!-?A-~]+@[!-?A-~]+$/.test(one))) {
    report(path, "is never met: it has to be an email address of ASCII characters, such as ann@example.com")
  }
}

/** The claim of a path that has one name only, in either spelling. */
export function onlyName(path: ClaimPath): string | undefined {
  return typeof path === "string" ? path : path.length === 1 ? path[0] : undefined
}

export function valuesOf(wanted: ClaimDemand["equals"]): readonly ClaimValue[] {
  return wanted === undefined ? [] : Array.isArray(wanted) ? wanted : [wanted as ClaimValue]
}

/** The demands on claims of a checked rule, as lists of which one must hold whole. */
export function claimBranches(claims: RouteRule["claims"]): readonly (readonly ClaimDemand[])[] {
  if (claims === undefined) return [[]]
  if ("any" in claims) return claims.any.map((demand) => [demand])
  return ["all" in claims ? claims.all : (claims as readonly ClaimDemand[])]
}

/** Two demands that no claims set meets together, by their places in the list; undefined if there are none. */
export function contradiction(demands: readonly ClaimDemand[]): readonly [number, number] | undefined {
  const seen = new Map<string, { equals?: number; contains?: number; values?: readonly ClaimValue[] }>()
  for (const [at, { path, equals, contains }] of demands.entries()) {
    const name = keyOf([path].flat())
    const before = seen.get(name) ?? {}
    seen.set(name, before)
    if (contains !== undefined) before.contains ??= at
    if (equals !== undefined) {
      const values = valuesOf(equals)
      before.values = before.values?.filter((value) => values.includes(value)) ?? values
      before.equals ??= at
      if (before.values.length === 0) return [before.equals, at]
    }
    // A value that is compared is no list.
    if (before.equals !== undefined && before.contains !== undefined) {
      return before.equals < before.contains ? [before.equals, at] : [before.contains, at]
    }
  }
  for (const [at, { path }] of demands.entries()) {
    // Neither a value nor a list has members, to which a longer path leads.
    for (let length = 1; length < [path].flat().length; length++) {
      const above = seen.get(keyOf([path].flat().slice(0, length)))
      if (above !== undefined) return [above.equals ?? above.contains ?? at, at]
    }
  }
  return undefined
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path)
}
