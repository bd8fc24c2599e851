import type { CheckedConfiguration } from "../configuration/check-configuration.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import { type Alternative, type Alternatives, allOf, isThere } from "./conditions.ts"
import { connectFindings } from "./connect-findings.ts"
import { type ExportFinding, Unsupported } from "./exported.ts"
import { issuerConditions, namesOf, refuseInexpressible } from "./issuer-conditions.ts"
import { type Operation, requestsOf } from "./operations.ts"
import { entitled, ruleConditions } from "./rule-conditions.ts"

/**
 * An issuer that the target can be made to accept.
 *
 * @typeParam K how the target gets at its keys
 */
export interface MeshIssuer<K> {
  readonly path: string
  readonly issuer: string
  readonly profile: IssuerProfile
  readonly keys: K
}

/** Requests and callers that are allowed. Rules are joined by "or". */
export interface MeshRule {
  /** As the configuration writes it; undefined: what no route matches, or everything. */
  readonly routeKey: string | undefined
  readonly issuer: string
  /** Empty: every request. */
  readonly operations: readonly Operation[]
  readonly conditions: Alternative
}

/** A configuration as rules that do not depend on the target. */
interface MeshRules<K> {
  readonly issuers: readonly MeshIssuer<K>[]
  readonly rules: readonly MeshRule[]
  readonly findings: readonly ExportFinding[]
}

/** One accepted issuer with all that its tokens must hold. */
interface Accepted<K> extends MeshIssuer<K> {
  readonly conditions: Alternatives
}

/**
 * Writes a checked configuration as rules. A demand that cannot be written becomes a finding, and its rule is left out,
 * so that no demand is dropped silently.
 *
 * @param keysOf throws Unsupported if the target cannot get at the keys of an issuer
 */
export function meshRules<K>(checked: CheckedConfiguration, keysOf: (profile: IssuerProfile) => K): MeshRules<K> {
  const findings: ExportFinding[] = []
  const report = (path: string, { message, remedy }: Unsupported, left: string): void =>
    void findings.push({ severity: "error", path, message: `${message}. ${left}`, remedy })
  if (checked.edge !== undefined) {
    report("edge", new Unsupported("believes identity headers, and their evidence is not compared"), nothingAllowed)
    return { issuers: [], rules: [], findings }
  }
  const { principalId } = checked
  const named = principalId === undefined ? [] : [isThere(...namesOf(principalId))]
  const accepted = checked.issuers.flatMap(({ path, profile }) => {
    try {
      refuseInexpressible(profile)
      const keys = keysOf(profile)
      if (profile.accessTokenEvidence) findings.push(evidenceFinding(path))
      return profile.issuers.map((one): Accepted<K> => {
        const conditions = allOf(issuerConditions(profile, one), ...named)
        return { path, issuer: one.issuer, profile, keys, conditions }
      })
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
      report(path, error, "Tokens of this issuer are refused")
      return []
    }
  })
  findings.push(...connectFindings(checked.routes, "The rule is left out"))
  const rules = [...rulesOf(checked, accepted, report)]
  return { issuers: accepted, rules, findings }
}

const nothingAllowed = "Every request is refused"

function evidenceFinding(path: string): ExportFinding {
  return {
    severity: "warning",
    path,
    message: "An access token is known by a scope, client_id or accessTokenClaim only, not by its type or azp",
    remedy: "Set accessTokenClaim if access tokens of this issuer have neither scope nor client_id",
  }
}

function* rulesOf(
  { routes, unmatched }: CheckedConfiguration,
  issuers: readonly Accepted<unknown>[],
  report: (path: string, error: Unsupported, left: string) => void,
): Generator<MeshRule> {
  if (routes === undefined) {
    for (const of of issuers) yield* each(undefined, of, [], allOf(of.conditions, entitled(of.profile)))
    return
  }
  for (const { route, operations } of requestsOf(routes, unmatched === "authenticated")) {
    const path = `routes["${route?.key}"]`
    const seen = new Set<string>()
    const once = (error: Unsupported, where: string): void => {
      const text = `${where} ${error.message}`
      if (!seen.has(text)) report(where, error, "The rule is left out, and these requests are refused")
      seen.add(text)
    }
    for (const of of operations.length === 0 ? [] : issuers) {
      try {
        const demands =
          route === undefined
            ? entitled(of.profile)
            : ruleConditions(route.configured, of, (error, at) => once(error, `${path}${at}`))
        yield* each(route?.key, of, operations, allOf(of.conditions, demands))
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error
        once(error, path)
      }
    }
  }
}

function* each(
  routeKey: string | undefined,
  { issuer }: Accepted<unknown>,
  operations: readonly Operation[],
  alternatives: Alternatives,
): Generator<MeshRule> {
  for (const conditions of alternatives) yield { routeKey, issuer, operations, conditions }
}
