import { secretsBlock } from "../configuration/declared/secrets.ts"
import { withDefaults } from "../configuration/declared/with-defaults.ts"
import { SecretFailure } from "../secret/failure.ts"
import { fetchSecret } from "../secret/fetch.ts"
import type { SecretFormat } from "../secret/format.ts"
import { hmacKeysFormat } from "../secret/hmac-keys.ts"
import { sharedSecretsFormat } from "../secret/shared-secrets.ts"
import type { EdgeOptions } from "../types/edge-options.ts"
import type { FetchedSecret, FetchSecret, SecretOptions, SecretReference } from "../types/secret-options.ts"
import { examinePins } from "./edge-pins.ts"
import { type DiagnosisFinding, type DiagnosisGrade, daysUntil, Findings, gradeOf, shown } from "./finding.ts"
import { type DescribeSecret, describeSecret } from "./secret-age.ts"

/** The secrets and pins of an edge. */
export interface EdgeDiagnosis {
  readonly grade: DiagnosisGrade
  readonly findings: readonly DiagnosisFinding[]
}

/** What examining an edge needs. */
export interface EdgeTools {
  readonly clock: () => number
  readonly secrets?: FetchSecret | undefined
  readonly describe?: DescribeSecret | undefined
  /** PEM text of the certificate that the edge shows. */
  readonly certificate?: string | undefined
  readonly environment: { readonly [name: string]: string | undefined }
  readonly progress: (text: string) => void
}

/** A secret that is older may be known to people who have left. */
const oldDays = 90
const policyRemedy = "Rotate it: docs/secrets.md says how, without a gap."

/** Looks at every secret and pin of an edge's evidence. No value gets into a finding. */
export async function examineEdge(
  { evidence }: EdgeOptions,
  options: SecretOptions | undefined,
  tools: EdgeTools,
): Promise<EdgeDiagnosis> {
  const findings = new Findings()
  const { timeoutMs } = withDefaults(secretsBlock, options)
  for (const [at, { hmac, secret, mtls }] of evidence.entries()) {
    const path = `edge.evidence[${at}]`
    if (hmac !== undefined) await examineSecret(hmac.keys, hmacKeysFormat, `${path}.hmac`, timeoutMs, tools, findings)
    if (secret !== undefined)
      await examineSecret(secret.values, sharedSecretsFormat, `${path}.secret`, timeoutMs, tools, findings)
    if (mtls !== undefined) examinePins(mtls, `${path}.mtls`, tools.certificate, tools.clock(), findings)
  }
  return { grade: gradeOf(findings.list), findings: findings.list }
}

/** Looks at one secret: whether it can be used, and how old it is. */
export async function examineSecret(
  reference: SecretReference,
  format: SecretFormat<unknown>,
  path: string,
  timeoutMs: number,
  tools: EdgeTools,
  findings: Findings,
): Promise<void> {
  if ("env" in reference) return examineVariable(reference.env, format, path, tools, findings)
  const name = "ssm" in reference ? `ssm:${reference.ssm}` : `secretsManager:${reference.secretsManager}`
  tools.progress(`Asking for ${name}`)
  let fetched: FetchedSecret
  try {
    fetched = await (tools.secrets ?? fetchSecret)(reference, { timeoutMs, latest: true })
    let left: string | undefined
    format.parse(fetched, (kind) => {
      left = kind
    })
    if (left !== undefined)
      findings.warning(
        "secret",
        `${path}: the version before of ${shown(name)} is ${left}, and is left out.`,
        policyRemedy,
      )
  } catch (error) {
    const kind = error instanceof SecretFailure ? error.kind : "service"
    findings.error(
      "secret",
      `${path}: ${shown(name)} cannot be used: ${failureTexts[kind] ?? kind}.`,
      remedyOf(kind, format),
    )
    return
  }
  await examineAge(reference, name, path, fetched, timeoutMs, tools, findings)
}

/** Why a secret cannot be used, in words. */
export const failureTexts: { readonly [kind: string]: string } = {
  timeout: "it was not answered in time",
  network: "the network failed",
  throttled: "the service throttles",
  denied: "access is denied for the credentials of this machine",
  not_found: "there is no such secret",
  service: "the service failed",
  client_missing: "the client of the AWS SDK is not installed",
  malformed: "it has another form",
  weak: "it is too easy to guess",
}

function remedyOf(kind: string, { expected }: SecretFormat<unknown>): string {
  if (kind === "malformed" || kind === "weak") return `It ${expected.replaceAll("`", "")}.`
  if (kind === "client_missing")
    return "Install @aws-sdk/client-secrets-manager or @aws-sdk/client-ssm beside hallpass."
  if (kind === "denied")
    return "Run it with credentials that may read the secret; the function needs its own permission."
  return "Check its name and region, and the network."
}

function examineVariable(
  name: string,
  format: SecretFormat<unknown>,
  path: string,
  { environment }: EdgeTools,
  findings: Findings,
): void {
  const current = environment[name]
  if (current === undefined || current === "") {
    findings.warning(
      "secret",
      `${path}: the variable ${shown(name)} is not set on this machine.`,
      "The function must have it: --function NAME looks there.",
    )
    return
  }
  try {
    format.parse({ current })
    findings.info(
      "secret",
      `${path}: the variable ${shown(name)} is good. Its age is not known: it changes with a deployment.`,
    )
  } catch (error) {
    const kind = error instanceof SecretFailure ? error.kind : "malformed"
    findings.error(
      "secret",
      `${path}: the variable ${shown(name)} cannot be used: ${failureTexts[kind] ?? kind}.`,
      remedyOf(kind, format),
    )
  }
}

async function examineAge(
  reference: Exclude<SecretReference, { readonly env: string }>,
  name: string,
  path: string,
  { previous }: FetchedSecret,
  timeoutMs: number,
  { clock, describe = describeSecret }: EdgeTools,
  findings: Findings,
): Promise<void> {
  const two = previous === undefined ? "one version" : "two versions"
  const described = await describe(reference, timeoutMs)
  if (described?.changedAtMs === undefined) {
    findings.info(
      "secret",
      `${path}: ${shown(name)} is good, with ${two}. Its age is not known: nothing may describe it.`,
    )
    return
  }
  const { changedAtMs, rotatesAtMs } = described
  const age = daysUntil(clock(), changedAtMs)
  const changed = new Date(changedAtMs).toISOString().slice(0, 10)
  const next = rotatesAtMs === undefined ? undefined : new Date(rotatesAtMs).toISOString()
  if (rotatesAtMs !== undefined && rotatesAtMs < clock())
    findings.warning(
      "secret",
      `${path}: ${shown(name)} was to be rotated on ${next}, and was not.`,
      "Look at the rotation function's log.",
      next,
    )
  else if (age >= oldDays && next === undefined)
    findings.warning("secret", `${path}: ${shown(name)} is ${age} days old, and nothing rotates it.`, policyRemedy)
  else
    findings.info(
      "secret",
      `${path}: ${shown(name)} is good, with ${two}, changed on ${changed}${next === undefined ? "" : `, next rotation ${next}`}.`,
      next,
    )
}
