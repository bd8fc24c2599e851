import { entra } from "./entra.ts"
import { entraB2c } from "./entra-b2c.ts"
import { entraExternalId } from "./entra-external-id.ts"
import type { Presets } from "./presets.ts"

/** The presets of Microsoft's issuers. */
export const entraPresets: Presets = { entra, "entra-external-id": entraExternalId, "entra-b2c": entraB2c }
