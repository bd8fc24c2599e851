import { oidcPresets } from "../../provider/oidc-presets.ts"
import type { Presets } from "../../provider/presets.ts"

/** The presets that need the table of known issuers, as one file of a bundle. */
export const presets: Presets = oidcPresets
