import { entraPresets } from "./entra-presets.ts"
import { oidcPresets } from "./oidc-presets.ts"
import { type Presets, smallPresets } from "./presets.ts"

export const allPresets: Presets = { ...smallPresets, ...entraPresets, ...oidcPresets }
