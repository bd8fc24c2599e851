import { maxKeyBytes } from "../answer/context.ts"
import type { CheckedCredential } from "../credential/extract.ts"
import type { AnswerTable } from "../policy/answer-name.ts"
import type { PrincipalPolicy } from "../policy/decide.ts"
import { checkBlock, checkOption } from "../problems/declaration.ts"
import { collect, type Explain, knownKeys, object, type RawProblem, type Report } from "../problems/option-checks.ts"
import type { Presets } from "../provider/presets.ts"
import type { CachePolicy } from "../token/cache.ts"
import type { ClaimPath, ObserveOptions, RouteRule } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import { type AnswerScope, answerScope, sourcesOf } from "./answer-scope.ts"
import type { CheckAssertion, CheckedAssertion } from "./check-assertion.ts"
import { type CheckedIssuer, checkIssuers } from "./check-issuers.ts"
import type { RouteChecks } from "./check-routes.ts"
import type { SizeSearch } from "./check-sizes.ts"
import type { CheckEdge, CheckedEdge } from "./checked-edge.ts"
import { withPlace } from "./declared/credential.ts"
import type { CheckedGateway } from "./declared/gateway.ts"
import { authorizerKeys, topLevel, verifierKeys } from "./declared/top-level.ts"
import { plainCopy } from "./plain-copy.ts"
import { checkAges, checkAnswerRules, checkWholeRules, identityIsEdge } from "./rules.ts"
import type { CheckObserve } from "./rules-of-observe.ts"

type Block = { readonly [name: string]: unknown }

/** What verification needs, checked and with defaults. */
export interface CheckedVerification {
  readonly issuers: readonly CheckedIssuer[]
  readonly cache: CachePolicy
  readonly clockToleranceSeconds: number
}

/** What decisions and answers need, checked and with defaults. */
export interface CheckedAnswers {
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly unmatched: "deny" | "authenticated"
  readonly gateway: CheckedGateway
  readonly credential: CheckedCredential
  readonly scope: AnswerScope
  /** The compiled table, where answers are for all routes of a principal. */
  readonly principalPolicy: PrincipalPolicy | undefined
}

/** The whole configuration, checked and with defaults. */
export interface CheckedConfiguration extends CheckedVerification, CheckedAnswers {
  readonly context: { readonly [key: string]: ClaimPath }
  /** Undefined where no header is believed. */
  readonly edge: CheckedEdge | undefined
  /** Undefined if no assertion is made. */
  readonly assertion: CheckedAssertion | undefined
  /** As configured: defaults are the observer's. */
  readonly observe: ObserveOptions | undefined
  /** Where the principalId of answers comes from; undefined for issuer and subject. */
  readonly principalId: ClaimPath | undefined
  /** What names the answers, as the configuration has it; undefined if answers have no name. */
  readonly table: AnswerTable | undefined
}

/**
 * The presets, and the checks of the optional blocks. What is absent has no problem. A block that is not loaded reports
 * itself if it is there.
 */
export interface LoadedChecks {
  readonly presets: Presets
  readonly routes: RouteChecks
  readonly edge: { readonly check: CheckEdge }
  readonly observe: { readonly check: CheckObserve }
  readonly assertion: { readonly check: CheckAssertion }
  readonly sizes: SizeSearch
  /** Whether keys of the configuration were looked at when it was bundled. Then they are read with the first token. */
  readonly isBundled?: boolean
  /** Whether the configuration is a constant of the build, which nothing else holds. */
  readonly isConstant?: boolean
  /** In place of the check, where the issuers were checked when the configuration was bundled. */
  readonly checkIssuers?: typeof checkIssuers | undefined
  readonly explain: Explain
}

/** Options of earlier versions. Their sentences name what took their place. */
const renamed = ["mode", "observing"]

function checkNames(raw: Block, report: Report): void {
  for (const name of renamed) if (Object.hasOwn(raw, name)) report(name, `renamed_${name}`)
  knownKeys(raw, [...authorizerKeys, ...renamed], "", report)
  checkOption(topLevel.$schema, raw.$schema, "$schema", report)
}

/** Checks what a verifier needs. @throws ConfigurationError with every problem at once */
export function checkVerification(config: unknown, presets: Presets, explain: Explain): CheckedVerification {
  return collected(config, explain, (raw, report) => {
    knownKeys(raw, verifierKeys, "", report)
    return verification(raw, presets, report)
  })
}

/** Checks the issuers of a configuration and nothing else. @throws ConfigurationError with every problem at once */
export function checkIssuersOf(config: unknown, presets: Presets, explain: Explain): readonly CheckedIssuer[] {
  return collected(config, explain, (raw, report) => {
    checkNames(raw, report)
    return verification(raw, presets, report).issuers
  })
}

/** Checks a whole configuration. @throws ConfigurationError with every problem at once */
export function checkConfiguration(config: unknown, loaded: LoadedChecks): CheckedConfiguration {
  const { presets, edge, isConstant } = loaded
  const check = (raw: Block, report: Report, isSound: () => boolean): CheckedConfiguration => {
    checkNames(raw, report)
    const answers = checkAnswers(raw, loaded.routes, report)
    reportConflicts(answers.principalPolicy, report)
    loaded.routes.checkSizes(answers, loaded.sizes, report)
    const verified = verification(raw, presets, report, loaded.isBundled, loaded.checkIssuers)
    const open = isSound() ? loaded.routes.openToTenants(answers) : undefined
    for (const { profile, path } of open === undefined ? [] : verified.issuers)
      if (profile.openTenants !== undefined) report(`${path}.allowAnyTenant`, `${profile.openTenants}. ${open}`)
    const context = checkOption(topLevel.context, raw.context, "context", report) ?? {}
    const { gateway } = answers
    const observe = loaded.observe.check(raw.observe, { ...gateway, context }, report)
    const around = { ...{ presets, keys: raw.keys, secrets: raw.secrets, context }, ...verified, ...answers }
    const checkedEdge = edge.check(raw.edge, { ...around, ...gateway, identitySources: sourcesOf(gateway) }, report)
    const assertion = loaded.assertion.check(raw.assertion, { ...around, ...gateway, edge: checkedEdge }, report)
    // Who can call is not known while an issuer or the edge has problems.
    if (answers.routes !== undefined && isSound())
      loaded.routes.checkCallers(answers, verified.issuers, checkedEdge, report)
    const { principalId: id = "issuer|subject" } = raw
    const principalId =
      id === "issuer|subject" ? undefined : checkOption(topLevel.principalId, id, "principalId", report)
    checkWholeRules({ raw, context, observe, ...verified }, report)
    const table = observe?.answerInContext === false ? undefined : (raw as AnswerTable)
    return { ...verified, ...answers, context, observe, edge: checkedEdge, assertion, table, principalId }
  }
  return collected(config, loaded.explain, check, isConstant)
}

/**
 * Checks the blocks that decide what is answered, and leaves the others alone. Conflicts are not refused here: the
 * compiled policy holds them.
 *
 * @throws ConfigurationError with every problem at once
 */
export function checkAnswersOf(config: unknown, routes: RouteChecks, explain: Explain): CheckedAnswers {
  return collected(config, explain, (raw, report) => {
    checkNames(raw, report)
    return checkAnswers(raw, routes, report)
  })
}

function checkAnswers(raw: Block, checks: RouteChecks, report: Report): CheckedAnswers {
  let sound = true
  const reportUnsound: Report = (...problem) => {
    sound = false
    report(...problem)
  }
  const routes = checks.checkRoutes(raw.routes, reportUnsound)
  const declared = checkBlock(topLevel.gateway, raw.gateway, "gateway", reportUnsound)
  const gateway = {
    // Only REST APIs have TOKEN authorizers.
    ...(declared.authorizerType === "token" && { api: "rest" as const }),
    ...declared,
    // An assertion has its room in each answer.
    maxAnswerBytes: declared.maxAnswerBytes - (raw.assertion ? maxKeyBytes : 0),
  }
  const credential = withPlace(checkBlock(topLevel.credential, raw.credential, "credential", report))
  const unmatched = checkOption(topLevel.unmatched, raw.unmatched, "unmatched", report)
  checkAnswerRules({ raw, routes, gateway, credential }, report)
  const scoped = { routes, unmatched }
  // A table with other mistakes is not compiled: what would come out says nothing about the one that was meant.
  const principalPolicy = sound ? checks.checkPrincipalPolicy(scoped, gateway, report) : undefined
  return { routes, unmatched, gateway, credential, scope: answerScope(scoped, gateway), principalPolicy }
}

function reportConflicts(policy: PrincipalPolicy | undefined, report: Report): void {
  for (const { routes, message, remedy } of policy?.conflicts ?? [])
    report(`routes["${routes[0]}"]`, `${message}; ${remedy}`)
}

function verification(
  raw: Block,
  presets: Presets,
  report: Report,
  keysAreChecked = false,
  readIssuers = checkIssuers,
): CheckedVerification {
  const tolerance = checkOption(
    topLevel.clockToleranceSeconds,
    raw.clockToleranceSeconds,
    "clockToleranceSeconds",
    report,
  )
  checkAges(checkBlock(topLevel.keys, raw.keys, "keys", report), "keys", report)
  const cache = checkBlock(topLevel.cache, raw.cache, "cache", report)
  return {
    issuers: readIssuers(raw.issuers, presets, raw.keys, report, identityIsEdge(raw), keysAreChecked),
    cache: { ...cache, maxTokens: Math.floor(cache.maxTokens), maxBytes: Math.floor(cache.maxBytes) },
    clockToleranceSeconds: tolerance,
  }
}

/** Checks a copy, unless the object is a constant of the build. */
function collected<T>(
  config: unknown,
  explain: Explain,
  check: (raw: Block, report: Report, isSound: () => boolean) => T,
  isConstant = false,
): T {
  const problems: RawProblem[] = []
  const report = collect(problems)
  const raw = object(isConstant ? config : plainCopy(config, report), "configuration", report)
  // Of what is no configuration at all, nothing else can be said.
  const checked = raw && check(raw, report, () => problems.length === 0)
  if (checked === undefined || problems.length > 0) throw new ConfigurationError(explain(problems))
  return checked
}
