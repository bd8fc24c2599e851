import type { Report } from "../problems/option-checks.ts"
import { readDemand } from "../shared/demand.ts"
import type { ClaimDemand, RouteRule } from "../types/configuration.ts"
import { claimBranches, contradiction, onlyName, valuesOf } from "./claim-demands.ts"
import { checkRuleForm, claimDemand, ruleOptions } from "./declared/rule.ts"

/**
 * Names of people, which can change hands (SR-077); `email` is looked at only if the token says that it is verified.
 */
export const mutableNames: readonly string[] = [
  "upn",
  "preferred_username",
  "unique_name",
  "username",
  "nickname",
  "name",
]

type Check<T> = (subject: T, path: string, report: Report) => unknown

/** Each demand on a claim. */
const claimRules: readonly Check<ClaimDemand>[] = [
  ({ path: claim }, path, report) =>
    mutableNames.includes(onlyName(claim) as string) &&
    report(`${path}.path`, "is a name that can change hands. Use an identifier such as sub or oid"),

  ({ equals, contains }, path, report) =>
    equals === undefined &&
    contains === undefined &&
    report(path, 'must have equals or contains, for example { "path": "department", "equals": "ops" }'),

  /** A rule reads an email address only in a form that means one mailbox (SR-077). */
  ({ path: claim, contains }, path, report) =>
    onlyName(claim) === "email" &&
    contains !== undefined &&
    report(`${path}.contains`, 'is never met: an email address is one text. Use "equals"'),

  ({ path: claim, equals }, path, report) =>
    onlyName(claim) === "email" &&
    equals !== undefined &&
    !valuesOf(equals).some((one) => typeof one === "string" && /^[!-?A-~]+@[!-?A-~]+$/.test(one)) &&
    report(
      `${path}.equals`,
      "is never met: it has to be an email address of ASCII characters, such as ann@example.com",
    ),
]

/** Demands of a rule that no caller can meet together. */
const ruleRules: readonly Check<RouteRule>[] = [
  ({ claims }, path, report) => checkBranches(claims, `${path}.claims`, report),

  ({ anyOf = [] }, path, report) => {
    for (const [index, { claims }] of anyOf.entries()) checkBranches(claims, `${path}.anyOf[${index}].claims`, report)
  },

  ({ kind, anyOf = [] }, path, report) => {
    for (const [index, alternative] of anyOf.entries())
      if (kind !== undefined && alternative.kind !== undefined && alternative.kind !== kind)
        report(
          `${path}.anyOf[${index}].kind`,
          `is never met: the rule around it demands "${kind}". Leave one of the two out`,
        )
  },

  ({ claims, anyOf = [] }, path, report) => {
    for (const [index, alternative] of anyOf.entries()) {
      const fits = claimBranches(claims).some((outer) =>
        claimBranches(alternative.claims).some((inner) => contradiction([...outer, ...inner]) === undefined),
      )
      if (fits) continue
      report(
        `${path}.anyOf[${index}].claims`,
        "is never met: it contradicts the claims of the rule around it. Correct one of the two",
      )
    }
  },
]

/** Checks the form of a rule, and that its demands do not contradict each other. */
export function checkRule(value: unknown, path: string, report: Report): void {
  let sound = true
  const reportUnsound: Report = (...problem) => {
    sound = false
    report(...problem)
  }
  checkRuleForm(ruleOptions, value, path, reportUnsound)
  const { claims, anyOf } = Object(value) as RouteRule
  checkDemands(claims, `${path}.claims`, reportUnsound)
  for (const [index, alternative] of (Array.isArray(anyOf) ? anyOf : []).entries())
    checkDemands(Object(alternative).claims, `${path}.anyOf[${index}].claims`, reportUnsound)
  if (sound) for (const rule of ruleRules) rule(value as RouteRule, path, report)
}

/** @param claims as configured; what is no demand is reported by its form */
function checkDemands(claims: unknown, path: string, report: Report): void {
  const { all, any } = Object(claims) as { readonly all?: unknown; readonly any?: unknown }
  const [listed, place] =
    any !== undefined ? [any, `${path}.any`] : all !== undefined ? [all, `${path}.all`] : [claims, path]
  if (!Array.isArray(listed)) return
  for (const [index, demand] of listed.entries()) {
    let fits = true
    claimDemand.check(demand, "", () => {
      fits = false
    })
    if (fits) for (const rule of claimRules) rule(demand, `${place}[${index}]`, report)
  }
}

function checkBranches(claims: RouteRule["claims"], path: string, report: Report): void {
  const branches = claimBranches(claims)
  const { isAny, place } = readDemand(claims ?? [])
  const list = path + place
  for (const [index, branch] of branches.entries()) {
    const found = contradiction(branch)
    if (found === undefined) continue
    const [first, second] = isAny ? [index, index] : found
    const other = first === second ? "itself: a claim with one value is no list" : `${list}[${first}]`
    report(`${list}[${second}]`, `is never met: it contradicts ${other}. Correct one, or use { any: […] }`)
  }
}
