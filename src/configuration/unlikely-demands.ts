import type { Report } from "../problems/option-checks.ts"
import { readDemand } from "../shared/demand.ts"
import type { ClaimDemand, RouteRule } from "../types/configuration.ts"
import { onlyName, valuesOf } from "./claim-demands.ts"
import { lists } from "./declared/rule.ts"

type Routes = { readonly [routeKey: string]: RouteRule } | undefined

export function pathOf(key: string): string {
  return `routes[${JSON.stringify(key)}]`
}

/** Every rule with its alternatives, which are rules of their own. */
export function* rulesOf(routes: Routes): Iterable<[string, Omit<RouteRule, "anyOf">]> {
  for (const [key, rule] of Object.entries(routes ?? {})) {
    yield [pathOf(key), rule]
    for (const [index, alternative] of (rule.anyOf ?? []).entries())
      yield [`${pathOf(key)}.anyOf[${index}]`, alternative]
  }
}

/** Warns of names that are probably not what a token has. */
export function warnOfNames({ routes }: { readonly routes: Routes }, report: Report): void {
  for (const [path, rule] of rulesOf(routes)) {
    for (const list of lists) {
      const { values, place } = readDemand(rule[list] ?? [])
      for (const [index, name] of values.entries()) {
        const message = likelyWrong(name, list)
        if (message !== undefined) report(`${path}.${list}${place}[${index}]`, message)
      }
    }
  }
}

function likelyWrong(name: string, list: (typeof lists)[number]): string | undefined {
  if (name.includes("*")) return "has a *, which is compared as it is. Name every one, or use { any: […] }"
  if (/[\p{C}\u00a0]/u.test(name)) return "has an invisible character, which is compared as it is. Type the name again"
  if (list !== "scopes") return undefined
  if (/[,;]/.test(name)) return "has a comma or a semicolon in it. Write one scope per entry"
  // RFC 6749 section 3.3
  return /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(name)
    ? undefined
    : "has a character that RFC 6749 does not allow in a scope"
}

/** Claims that differ in every token. */
const everChanging = ["exp", "iat", "nbf", "jti", "auth_time", "nonce", "sid", "origin_jti"]

/** Warns of demands on claims that few tokens meet. */
export function warnOfClaims({ routes }: { readonly routes: Routes }, report: Report): void {
  for (const [path, { claims }] of rulesOf(routes)) {
    const { values, place } = readDemand(claims ?? [])
    for (const [index, demand] of values.entries()) {
      const message = likelyUnmet(demand)
      if (message !== undefined) report(`${path}.claims${place}[${index}]`, message)
    }
  }
}

function likelyUnmet({ path, equals, contains }: ClaimDemand): string | undefined {
  if (everChanging.includes(onlyName(path) ?? "")) return "demands one value of a claim that is new in every token"
  const values = [...valuesOf(equals), ...valuesOf(contains)].filter((value) => typeof value === "string")
  if (values.some((value) => /\*|^\^|\$$/.test(value)))
    return "has a value with characters of a pattern, which is compared as it is. Name every value"
  if (values.some((value) => value === "true" || value === "false"))
    return "has true or false as a text; without quotes, it is compared with the JSON value"
  return undefined
}
