import { adfs } from "./adfs.ts"
import { auth0 } from "./auth0.ts"
import { oidc } from "./oidc.ts"
import type { Presets } from "./presets.ts"
import { wso2 } from "./wso2.ts"

/** The presets that look the issuer up in the table of known issuers. */
export const oidcPresets: Presets = { auth0, adfs, wso2, oidc }
