import { createAuthorizer } from "../authorizer/create.ts"
import { partsInUse } from "../authorizer/parts.ts"
import { checkIssuersOf } from "../configuration/check-configuration.ts"
import type { CheckedIssuer } from "../configuration/check-issuers.ts"
import { topLevel } from "../configuration/declared/top-level.ts"
import { orDefault } from "../configuration/declared/with-defaults.ts"
import type { FetchKeySet } from "../keys/document.ts"
import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import type { FetchSecret } from "../types/secret-options.ts"
import { examineAssertion } from "./assertion.ts"
import { certificateTimes } from "./certificate.ts"
import { examineFunction, type FunctionDiagnosis, type FunctionSettings, secretVariables } from "./deployed-function.ts"
import { type EdgeDiagnosis, examineEdge } from "./edge.ts"
import type { DiagnosisGrade, IssuerDiagnosis } from "./finding.ts"
import { examineIssuer } from "./issuer.ts"
import type { ProbeTools } from "./probe.ts"
import type { DescribeSecret } from "./secret-age.ts"
import { examineToken, type TokenDiagnosis } from "./token.ts"

/** What is examined in addition to the issuers, and with what. */
export interface DiagnosisOptions {
  /** A token to compare with the configuration. */
  readonly token?: string
  /** The deployed function, as Lambda describes it. */
  readonly deployed?: FunctionSettings
  /** PEM text of the certificate that the edge shows. */
  readonly certificate?: string
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number
  readonly fetchKeySet?: FetchKeySet
  readonly secrets?: FetchSecret
  readonly describeSecret?: DescribeSecret
  /** Told what is done, for a terminal. */
  readonly progress?: (text: string) => void
}

/** Everything that surrounds a configuration, as it is now. */
export interface Diagnosis {
  /** The worst of all grades. */
  readonly grade: DiagnosisGrade
  readonly issuers: readonly IssuerDiagnosis[]
  readonly edge?: EdgeDiagnosis
  /** The keys of assertions. */
  readonly assertion?: EdgeDiagnosis
  readonly token?: TokenDiagnosis
  readonly function?: FunctionDiagnosis
}

/**
 * Looks at what a configuration depends on: its issuers and their keys, the secrets and pins of its edge, the keys of
 * its assertions. It also looks at a token and at the deployed function if they are given. It says what will fail, and
 * when.
 *
 * @param config a sound configuration
 * @param options a token, the deployed function, and what tests replace
 * @throws ConfigurationError (rejects)
 * @example
 * ```ts
 * import { diagnose } from "hallpass/policy"
 *
 * const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] } as const
 * const fetchKeySet = async () => ({ status: 503, headers: {}, body: "" }) // without it, the issuer is asked
 * const { grade, issuers } = await diagnose(config, { fetchKeySet })
 * console.log(grade, issuers[0]?.issuer) // bad https://acme.okta.com/oauth2/default
 * ```
 */
export async function diagnose(config: AuthorizerConfig, options: DiagnosisOptions = {}): Promise<Diagnosis> {
  const { clock = Date.now, progress = () => undefined, token, deployed, certificate, fetchKeySet } = options
  checkAllButSecrets(config)
  const { edge, assertion } = config
  const tools: ProbeTools = {
    ...{ clock, progress, toleranceSeconds: orDefault(topLevel.clockToleranceSeconds, config.clockToleranceSeconds) },
    fetchKeySet: partsInUse(fetchKeySet === undefined ? {} : { fetchKeySet }).fetch,
    certificateOf: fetchKeySet === undefined ? certificateTimes : async () => undefined,
  }
  const issuers: IssuerDiagnosis[] = []
  // One after the other: what is measured must not wait for something else.
  for (const issuer of [...checkedIssuers(config), ...edgeIssuers(config)])
    issuers.push(await examineIssuer(issuer, tools))
  const { secrets, describeSecret: describe } = options
  const secretTools = { clock, progress, secrets, describe, certificate, environment: process.env }
  const found = {
    issuers,
    ...(edge && { edge: await examineEdge(edge, config.secrets, secretTools) }),
    ...(assertion && { assertion: await examineAssertion(assertion, config.secrets, secretTools) }),
    ...(token !== undefined && {
      token: await examineToken(verifierPart(config), token, { clock, ...(fetchKeySet && { fetchKeySet }) }),
    }),
    ...(deployed && { function: examineFunction(deployed.FunctionName ?? "", deployed, config) }),
  }
  const grades = [...issuers, found.edge, found.assertion, found.token, found.function].flatMap((part) =>
    part === undefined ? [] : [part.grade],
  )
  return { grade: grades.includes("bad") ? "bad" : grades.includes("fair") ? "fair" : "good", ...found }
}

/**
 * Secrets in variables are the function's: on another machine they need not be there, which is a finding of its own.
 */
function checkAllButSecrets(config: AuthorizerConfig): void {
  try {
    const { shadow: _, ...own } = config
    createAuthorizer(own)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const others = error.problems.filter(
      ({ path }) => !/^(?:edge\.evidence\[\d+\]\.(?:hmac\.keys|secret\.values)|assertion\.keys\[)/.test(path),
    )
    if (others.length > 0 || secretVariables(config).length === 0) throw error
  }
}

function checkedIssuers({ issuers, keys }: AuthorizerConfig): readonly CheckedIssuer[] {
  return issuers.length === 0 ? [] : checkIssuersOf({ issuers, ...(keys && { keys }) }, allPresets, explain)
}

/** The edges that mint tokens. */
function edgeIssuers({ edge, keys }: AuthorizerConfig): readonly CheckedIssuer[] {
  return (edge?.evidence ?? []).flatMap(({ jws }, at) =>
    jws === undefined
      ? []
      : checkedIssuers({ issuers: [jws.issuer], ...(keys && { keys }) }).map((issuer) => ({
          ...issuer,
          path: `edge.evidence[${at}].jws.issuer`,
        })),
  )
}

function verifierPart({ issuers, keys, clockToleranceSeconds }: AuthorizerConfig) {
  return { issuers, ...(keys && { keys }), ...(clockToleranceSeconds !== undefined && { clockToleranceSeconds }) }
}
