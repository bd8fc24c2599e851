import { entraPresets } from "../../provider/entra-presets.ts"
import type { Presets } from "../../provider/presets.ts"

/** Microsoft's presets, as one file of a bundle. */
export const presets: Presets = entraPresets
