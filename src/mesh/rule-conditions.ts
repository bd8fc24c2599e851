import type { IssuerProfile } from "../provider/profile.ts"
import { readDemand } from "../shared/demand.ts"
import type { ClaimDemand, ClaimPath, Demand, RouteRule } from "../types/configuration.ts"
import { type Alternatives, allOf, always, anyOf, exactly, isThere } from "./conditions.ts"
import { Unsupported } from "./exported.ts"
import { namesOf, splitClaims } from "./issuer-conditions.ts"

/** The issuer whose tokens a rule is about. */
interface RuleIssuer {
  readonly profile: IssuerProfile
  readonly issuer: string
}

type Grant = "scopes" | "roles" | "groups" | "permissions"
const grants: readonly Grant[] = ["scopes", "roles", "groups", "permissions"]

/**
 * What a rule demands of the tokens of one issuer.
 *
 * @param unsupported is passed an alternative of `anyOf` that is left out
 * @throws Unsupported for a demand that no condition on claims can express
 */
export function ruleConditions(
  rule: RouteRule,
  of: RuleIssuer,
  unsupported: (error: Unsupported, path: string) => void,
): Alternatives {
  if (rule.issuers?.includes(of.issuer) === false) return []
  if (rule.kind !== undefined)
    throw new Unsupported("demands a kind of caller, which several claims decide", "Demand a claim, a role or a scope")
  const parts = grants.flatMap((name) => {
    const demand = rule[name]
    return demand === undefined ? [] : [grantConditions(name, demand, of.profile)]
  })
  if (rule.claims !== undefined) parts.push(claimsConditions(rule.claims, of.profile))
  if (rule.anyOf !== undefined) {
    const alternatives = rule.anyOf.flatMap((alternative, at) => {
      try {
        return [ruleConditions(alternative, of, unsupported)]
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error
        unsupported(error, `.anyOf[${at}]`)
        return []
      }
    })
    parts.push(anyOf(...alternatives))
  }
  const isGranted = rule.anyOf !== undefined || grants.some((name) => rule[name] !== undefined)
  return allOf(...parts, isGranted ? always : entitled(of.profile))
}

/** Any token that entitles to anything: an app's token of Entra without roles and scopes does not. */
export function entitled({ appsNeedRoles, roles, scopes }: IssuerProfile): Alternatives {
  return appsNeedRoles ? anyOf(...[...scopes, ...roles].map((path) => isThere(...namesOf(path)))) : always
}

function grantConditions(name: Grant, demand: Demand, profile: IssuerProfile): Alternatives {
  const paths = profile[name].map(namesOf)
  const { isAny, values } = readDemand(demand)
  for (const value of values) {
    if (name === "scopes" && value.includes(" ")) throw new Unsupported(`${name} demands a value with a blank`)
    if (name !== "scopes" && value.trim().startsWith("["))
      throw new Unsupported(`${name} demands a value that begins with a bracket`)
  }
  if (name !== "scopes") for (const path of paths) refuseSplit(path, profile)
  const oneOf = (wanted: readonly string[]): Alternatives => paths.map((path) => [exactly(path, wanted)])
  return isAny ? oneOf(values) : allOf(...values.map((value) => oneOf([value])))
}

function claimsConditions(claims: NonNullable<RouteRule["claims"]>, profile: IssuerProfile): Alternatives {
  const { isAny, values } = readDemand(claims)
  const parts = values.map((demand) => claimConditions(demand, profile))
  return isAny ? anyOf(...parts) : allOf(...parts)
}

function claimConditions({ path, equals, contains }: ClaimDemand, profile: IssuerProfile): Alternatives {
  const names = namesOf(path)
  refuseSplit(names, profile)
  if (names.length === 1 && names[0] === "email")
    throw new Unsupported("demands an address, which counts only if email_verified is true")
  const values = equals ?? contains
  if (values === undefined || (equals !== undefined && contains !== undefined))
    throw new Unsupported(`demands equals and contains of ${shownPath(path)} at once`)
  return [[exactly(names, [values].flat())]]
}

/** A text that is split at blanks would match by one of its words. */
function refuseSplit(names: readonly string[], profile: IssuerProfile): void {
  const [name = ""] = names
  if (names.length === 1 && splitClaims(profile).has(name))
    throw new Unsupported(`demands a value of ${name}, which is split at blanks`, "Demand it as a scope")
}

const shownPath = (path: ClaimPath): string => namesOf(path).join(" > ")
