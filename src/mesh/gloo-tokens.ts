import type { CheckedConfiguration } from "../configuration/check-configuration.ts"
import { askTheService, type ExportFinding, note, Unsupported } from "./exported.ts"
import { type InlineKeys, keyAddress } from "./inline-keys.ts"
import { namedParties, refuseTenantPattern } from "./issuer-conditions.ts"

/** One step of an AuthConfig that verifies the tokens of an issuer. */
interface TokenStep {
  readonly name: string
  readonly oauth2: { readonly accessTokenValidation: { readonly jwt: object } }
}

const notes: readonly ExportFinding[] = [
  note(
    "Gloo refuses tokens without kid, and does not use keys without one",
    "Leave the check of tokens out if the issuer's keys have none",
  ),
  note("Gloo refuses a bad token by itself, without a challenge", "Leave the check of tokens out if clients need one"),
]

/**
 * Steps that verify tokens before the service is asked, which verifies them again: keys, issuer and audience. So
 * nothing here can allow what the service refuses.
 *
 * @returns no step if Gloo reads the token from another place, or can verify the tokens of no issuer
 */
export function tokenSteps(
  { issuers, credential }: Pick<CheckedConfiguration, "issuers" | "credential">,
  inline: InlineKeys,
): { readonly steps: readonly TokenStep[]; readonly findings: readonly ExportFinding[] } {
  const { header, scheme, cookie, query, subprotocol } = credential
  const others = [cookie, query, subprotocol].some((place) => place !== undefined)
  if (others || header?.toLowerCase() !== "authorization" || scheme?.toLowerCase() !== "bearer") {
    const message = "is no place where Gloo looks for a token. The check of tokens is left out"
    return { steps: [], findings: [{ severity: "error", path: "credential", message, remedy: askTheService }] }
  }
  const findings: ExportFinding[] = []
  const steps = issuers.flatMap(({ path, profile }) => {
    try {
      refuseTenantPattern(profile)
      const keys = keysFor(profile, inline)
      return profile.issuers.map(({ issuer }) => ({ ...namedParties(issuer, profile), ...keys }))
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
      const message = `${error.message}. Tokens of this issuer are refused`
      findings.push({ severity: "error", path, message, remedy: error.remedy })
      return []
    }
  })
  const named = steps.map((jwt, at) => ({ name: `issuer${at + 1}`, oauth2: { accessTokenValidation: { jwt } } }))
  return { steps: named, findings: [...findings, ...notes] }
}

/** @throws Unsupported for keys by discovery, which Gloo does not do */
function keysFor(profile: Parameters<InlineKeys>[0], inline: InlineKeys): object {
  const inlineString = inline(profile)
  if (inlineString !== undefined) return { localJwks: { inlineString } }
  return { remoteJwks: { url: keyAddress(profile, "Gloo"), refreshInterval: "300s" } }
}
