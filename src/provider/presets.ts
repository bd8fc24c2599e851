import type { ProviderName } from "../types/principal.ts"
import { auth0 } from "./auth0.ts"
import { cognito } from "./cognito.ts"
import { entra, type ReadTenants, tenantForm } from "./entra.ts"
import { oidc } from "./oidc.ts"
import { okta } from "./okta.ts"
import type { Preset } from "./options.ts"

/** Presets by the value of `provider`: all of them, or those that most configurations name. */
export type Presets = { readonly [P in ProviderName]?: Preset }

const oneTenant: ReadTenants = (_raw, tenant, path, report) => {
  if (tenant !== "") report(`${path}.tenant`, tenantForm)
  return { tenants: [tenant] }
}

/** A preset that reads less than all options. If an issuer needs more after all, nothing may go on without it. */
const common =
  (preset: Preset): Preset =>
  (raw, path, report) => {
    if (needsAllPresets(raw)) throw new TypeError("an issuer that needs all presets was not recognised")
    return preset(raw, path, report)
  }
const noneKnown = (): boolean => false

/** The presets of most configurations. */
export const commonPresets: Presets = {
  okta: common(okta),
  auth0: common(auth0(noneKnown)),
  entra: common(entra(oneTenant)),
  cognito: common(cognito),
  oidc: common(oidc(noneKnown)),
}

/** A part of every address in the table of known issuers, every other preset, and the options that are read there. */
const furtherParts =
  /oidc[-.]|_services|actions|gitlab|google|kubernetes|azure|openshift|oracle|openid\/v1|discovery\/keys|kite\.|bitbucket|vstoken|pulumi|semaphore|activestate|\.sts|spiffe|octopus|env0|jenkins|spaceapis|cursor|\.(?:ai|cloud|dev|io|sh)\b|(?:b2c|ciam)login|microsoft|windows|chinacloud|cognito-|adfs|accessTokenClaim|listFormat|"require"|"ML-|"provider":"(?!(?:okta|auth0|entra|cognito|oidc)")|"tenant":"(?:org|com|con)|acknowledge|allow(?:ed|Any)Tenant/i

/** Whether an issuer, or one of the issuers of a configuration, may need more than `commonPresets`. Takes plain data, unchecked. */
export function needsAllPresets(written: unknown): boolean {
  try {
    return furtherParts.test(JSON.stringify(written))
  } catch {
    return true // what is no JSON is for the checks to refuse
  }
}
