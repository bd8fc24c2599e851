import type { Report } from "../problems/option-checks.ts"
import { readDemand } from "../shared/demand.ts"
import type { ClaimDemand, CredentialOptions, RouteRule } from "../types/configuration.ts"
import { type Caller, callersOf, type List } from "./callers.ts"
import type { CheckedIssuer } from "./check-issuers.ts"
import type { CheckedEdge } from "./checked-edge.ts"
import { onlyName, valuesOf } from "./claim-demands.ts"
import { lists } from "./declared/rule.ts"
import { isEntra, mayHaveScope } from "./entra-names.ts"

/** What callers have to meet. */
interface Demands {
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly unmatched: "deny" | "authenticated"
  readonly credential: CredentialOptions
}

/** Refuses rules that no caller can meet, whatever a token says: the route would answer 403 for ever. */
export function checkCallers(
  { routes = {}, unmatched, credential }: Demands,
  issuers: readonly CheckedIssuer[],
  edge: CheckedEdge | undefined,
  report: Report,
): void {
  const { header, cookie, query, subprotocol } = credential
  const onWebSocketOnly = subprotocol !== undefined && [header, cookie, query].every((place) => place === undefined)
  if (onWebSocketOnly && unmatched === "deny" && !Object.hasOwn(routes, "$connect") && edge?.role !== "identity") {
    report(
      "credential.subprotocol",
      "is on WebSocket APIs only, and routes has no $connect. Add it, or name another place",
    )
  }
  const callers = callersOf(issuers, edge)
  for (const [key, rule] of Object.entries(routes)) {
    const path = `routes[${JSON.stringify(key)}]`
    const left = new Narrowed(callers, path, report).by(rule, undefined)
    for (const [index, alternative] of (rule.anyOf ?? []).entries()) {
      // What the rule around it demands holds for each alternative, too.
      if (left.length > 0) new Narrowed(left, `${path}.anyOf[${index}]`, report).by(alternative, rule)
    }
  }
}

/**
 * The callers that can meet the demands so far. The demand that leaves none of them is reported, and nothing after it.
 */
class Narrowed {
  #left: readonly Caller[]
  readonly #path: string
  readonly #report: Report

  constructor(callers: readonly Caller[], path: string, report: Report) {
    this.#left = callers
    this.#path = path
    this.#report = report
  }

  by(rule: Omit<RouteRule, "anyOf">, around: RouteRule | undefined): readonly Caller[] {
    this.#byIssuers(rule.issuers)
    const kind = rule.kind ?? around?.kind
    if (rule.kind !== undefined) {
      this.#keep(
        ({ kinds }) => kinds.has(rule.kind ?? "unknown"),
        ".kind",
        (places) => `is never met: no caller by ${places} has this kind. Leave kind out`,
      )
    }
    for (const list of lists) {
      if (rule[list] === undefined) continue
      this.#keep(
        ({ lists }) => lists.has(list),
        `.${list}`,
        (places) => `is never met: ${places} gives no ${list}. ${sourceOf(list)}`,
      )
    }
    if (kind === "app" && (rule.scopes !== undefined || around?.scopes !== undefined)) {
      this.#keep(
        (caller) => !isEntra(caller),
        rule.scopes === undefined ? ".kind" : ".scopes",
        () => "is never met together with kind app: an app's token of Entra has roles and no scopes. Demand roles",
      )
    }
    if (rule.scopes !== undefined) this.#byScopes(rule.scopes)
    if (rule.claims !== undefined) this.#byClaims(rule.claims)
    return this.#left
  }

  #byScopes(demand: NonNullable<RouteRule["scopes"]>): void {
    const message = (): string =>
      "is never met: Entra's scp claim holds the name alone. Write Orders.Read in place of api://orders/Orders.Read"
    const { isAny, values, place } = readDemand(demand)
    if (isAny) {
      const before = this.#left
      for (const [index, scope] of values.entries()) {
        if (before.length > 0 && !before.some((caller) => mayHaveScope(caller, scope)))
          this.#report(`${this.#path}.scopes.any[${index}]`, message())
      }
      this.#left = before.filter((caller) => values.some((scope) => mayHaveScope(caller, scope)))
      return
    }
    for (const [index, scope] of values.entries())
      this.#keep((caller) => mayHaveScope(caller, scope), `.scopes${place}[${index}]`, message)
  }

  #byIssuers(issuers: RouteRule["issuers"]): void {
    if (issuers === undefined) return
    const all = this.#left
    for (const [index, iss] of issuers.entries()) {
      if (!all.some((caller) => caller.isIssuer(iss))) this.#unknownIssuer(index, all)
    }
    this.#left = all.filter((caller) => issuers.some((iss) => caller.isIssuer(iss)))
  }

  #unknownIssuer(index: number, callers: readonly Caller[]): void {
    const shown = [...new Set(callers.map(({ issuer }) => issuer))]
    const more = shown.length > 5 ? ` and ${shown.length - 5} more` : ""
    this.#report(
      `${this.#path}.issuers[${index}]`,
      `is never met: no caller has this issuer. Use the iss claim, character for character: ${shown.slice(0, 5).join(", ")}${more}`,
    )
  }

  #byClaims(claims: NonNullable<RouteRule["claims"]>): void {
    const { isAny, values, place } = readDemand(claims)
    const before = this.#left
    const message = (places: string): string =>
      `is never met: no caller by ${places} has such a claim, or the configuration demands another value there`
    if (isAny) {
      for (const [index, demand] of values.entries()) {
        if (before.some((caller) => canMeet(caller, demand))) continue
        this.#report(`${this.#path}.claims${place}[${index}]`, message(placesOf(before)))
      }
      this.#left = before.filter((caller) => values.some((demand) => canMeet(caller, demand)))
      return
    }
    for (const [index, demand] of values.entries()) {
      this.#keep((caller) => canMeet(caller, demand), `.claims${place}[${index}]`, message)
    }
  }

  #keep(isLeft: (caller: Caller) => boolean, place: string, message: (places: string) => string): void {
    const before = this.#left
    this.#left = before.filter(isLeft)
    if (before.length > 0 && this.#left.length === 0) this.#report(`${this.#path}${place}`, message(placesOf(before)))
  }
}

function placesOf(callers: readonly Caller[]): string {
  const places = [...new Set(callers.map(({ path }) => path))]
  return places.length > 3 ? `${places.slice(0, 3).join(", ")} and ${places.length - 3} more` : places.join(", ")
}

function sourceOf(list: List): string {
  if (list === "permissions") return "Name the claim with the option permissions of provider oidc, or demand scopes"
  if (list === "scopes") return "Demand groups, roles or claims"
  return `Name the claim that holds them with the option ${list} of the issuer, or the header in edge.headers`
}

/** Whether a token of the issuer, or a user of the edge, can meet a demand on a claim. */
function canMeet({ claims, onlyClaims, values }: Caller, { path, equals, contains }: ClaimDemand): boolean {
  const [name = ""] = [path].flat()
  if (claims.has(name) !== onlyClaims) return false
  const known = values.get(name)
  if (known === undefined) return true
  // Such a claim is one value; only `aud` may be a list, of which one member is known.
  if (onlyName(path) === undefined) return false
  if (contains !== undefined && name !== "aud") return false
  return equals === undefined || valuesOf(equals).some((value) => known.includes(value))
}
