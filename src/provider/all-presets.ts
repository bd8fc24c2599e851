import type { ProviderName } from "../types/principal.ts"
import { adfs } from "./adfs.ts"
import { auth0 } from "./auth0.ts"
import { cognito } from "./cognito.ts"
import { entra } from "./entra.ts"
import { entraB2c } from "./entra-b2c.ts"
import { entraExternalId } from "./entra-external-id.ts"
import { readTenants } from "./entra-tenants.ts"
import { withFurtherOptions } from "./further-options.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { oidc } from "./oidc.ts"
import { okta } from "./okta.ts"
import type { Preset } from "./options.ts"
import type { Presets } from "./presets.ts"
import { wso2 } from "./wso2.ts"

const presets: { readonly [P in ProviderName]: Preset } = {
  okta,
  auth0: auth0(checkKnownIssuer),
  entra: entra(readTenants),
  "entra-external-id": entraExternalId,
  "entra-b2c": entraB2c,
  cognito,
  adfs,
  wso2,
  oidc: oidc(checkKnownIssuer),
}

/** All presets, with everything that an issuer can need. */
export const allPresets: Presets = Object.fromEntries(
  Object.entries(presets).map(([name, preset]) => [name, withFurtherOptions(preset)]),
)
