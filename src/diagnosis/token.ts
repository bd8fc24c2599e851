import { connect } from "../authorizer/connect.ts"
import { partsInUse, type VerifierParts } from "../authorizer/parts.ts"
import { checkVerification } from "../configuration/check-configuration.ts"
import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import { explainToken } from "../token/explain.ts"
import type { VerifierConfig } from "../types/configuration.ts"
import { meaningOf } from "../types/reason-messages.ts"
import { reasonRemedies } from "../types/reason-remedies.ts"
import type { ReasonCode } from "../types/reasons.ts"
import { difference } from "./discovery.ts"
import { type DiagnosisFinding, type DiagnosisGrade, Findings, gradeOf, shown } from "./finding.ts"

/** A token against the configuration. */
export interface TokenDiagnosis {
  /** `ok`, or the reason of the refusal. */
  readonly reason: string
  readonly grade: DiagnosisGrade
  readonly findings: readonly DiagnosisFinding[]
}

/** Compares a token with the configuration, check by check. The token itself is in no finding; its claims are. */
export async function examineToken(
  config: VerifierConfig,
  token: string,
  given: VerifierParts,
): Promise<TokenDiagnosis> {
  const parts = partsInUse(given)
  const nowMs = parts.clock()
  const checked = checkVerification(config, allPresets, explain)
  const { authenticate, explanation } = connect(checked, parts, undefined, undefined)
  const result = await authenticate(token, nowMs)
  const refused = "refused" in result ? result : undefined
  const findings = new Findings()
  for (const { check, ok, expected, found, reason } of explainToken(token, nowMs, refused, explanation)) {
    if (ok) continue
    findings.error(check, sentence(check, expected, found, nowMs, reason), remedyOf(reason ?? refused?.code))
  }
  if (refused === undefined) findings.info("token", "The token is accepted by this configuration.")
  return { reason: refused?.code ?? "ok", grade: gradeOf(findings.list), findings: findings.list }
}

/** `audience: the token has "X", you configured "Y"`. */
function sentence(check: string, expected: unknown, found: unknown, nowMs: number, reason: string | undefined): string {
  const title = check.replace(/^(\w+)\.(\w+)$/, "$1 ($2)")
  if (check === "times") return `times: ${timesText(found, nowMs)}`
  if (expected === undefined && found === undefined) {
    const meaning = reason === undefined ? undefined : meaningOf(reason as ReasonCode)
    return `${title}: ${meaning ?? "it does not hold."}`
  }
  const wanted = listed(expected)
  const like = typeof found === "string" ? (wanted.find((each) => difference(found, each) !== "") ?? "") : ""
  const hint = like === "" ? "" : difference(found as string, like)
  const has = found === undefined ? "has none" : `has ${shown(JSON.stringify(found), 200)}`
  return `${title}: the token ${has}, you configured ${wanted.length === 0 ? "otherwise" : shown(wanted.map((each) => JSON.stringify(each)).join(" or "), 300)}${hint}.`
}

function listed(expected: unknown): readonly string[] {
  if (expected === undefined) return []
  return [expected].flat().map((each) => (typeof each === "string" ? each : JSON.stringify(each)))
}

function timesText(found: unknown, nowMs: number): string {
  const { exp, nbf, iat } = Object(found) as { readonly [claim: string]: unknown }
  const [end, start] = [exp, nbf ?? iat].map((value) => (typeof value === "number" ? value * 1000 : Number.NaN)) as [
    number,
    number,
  ]
  if (end <= nowMs) return `the token ended on ${isoOf(end)}, ${duration(nowMs - end)} ago.`
  if (start > nowMs) return `the token is valid from ${isoOf(start)}, in ${duration(start - nowMs)}.`
  return `the token has ${shown(JSON.stringify(found), 200)}, and lives longer than is allowed or has no end.`
}

const isoOf = (ms: number): string =>
  Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : "a time beyond every calendar"

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 2) return `${Math.round(ms / 1000)} s`
  return minutes < 180
    ? `${minutes} minutes`
    : minutes < 4320
      ? `${Math.round(minutes / 60)} hours`
      : `${Math.round(minutes / 1440)} days`
}

/** Markdown as plain text. */
function remedyOf(reason: string | undefined): string {
  const remedy =
    reason === undefined || !Object.hasOwn(reasonRemedies, reason) ? "" : reasonRemedies[reason as ReasonCode]
  return remedy
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, text: string, link: string) =>
      /^https?:/.test(link) ? text : `docs/${link}`,
    )
    .replaceAll("`", "")
}
