import { secretsBlock } from "../configuration/declared/secrets.ts"
import { withDefaults } from "../configuration/declared/with-defaults.ts"
import { kmsSource } from "../secret/kms-key.ts"
import { signingKeysFormat } from "../secret/signing-keys.ts"
import type { AssertionOptions } from "../types/assertion-options.ts"
import type { SecretObserver, SecretOptions } from "../types/secret-options.ts"
import { type EdgeDiagnosis, type EdgeTools, examineSecret, failureTexts } from "./edge.ts"
import { Findings, gradeOf, shown } from "./finding.ts"

/** Looks at every key of assertions, those that only wait included. No private key gets into a finding. */
export async function examineAssertion(
  { keys }: AssertionOptions,
  options: SecretOptions | undefined,
  tools: EdgeTools,
): Promise<EdgeDiagnosis> {
  const findings = new Findings()
  const policy = withDefaults(secretsBlock, options)
  for (const [at, reference] of keys.entries()) {
    const path = `assertion.keys[${at}]`
    if (!("kms" in reference)) {
      await examineSecret(reference, signingKeysFormat, path, policy.timeoutMs, tools, findings)
      continue
    }
    const name = `kms:${reference.kms}`
    tools.progress(`Asking for ${name}`)
    let kind = ""
    const observer: SecretObserver = {
      secretFetch({ failure = "" }) {
        kind = failure
      },
    }
    const usable = await kmsSource(reference.kms, { policy, clock: tools.clock, observer }).refreshed(tools.clock())
    if (usable === undefined)
      findings.error(
        "secret",
        `${path}: ${shown(name)} cannot be used: ${failureTexts[kind] ?? kind}.`,
        "It must be a key for ECC_NIST_P256 and SIGN_VERIFY, and kms:GetPublicKey must be allowed; the function also needs kms:Sign.",
      )
    else findings.info("secret", `${path}: ${shown(name)} is good. Whether the function may sign is not known here.`)
  }
  return { grade: gradeOf(findings.list), findings: findings.list }
}
