import { allPresets } from "../../provider/all-presets.ts"
import type { Presets } from "../../provider/presets.ts"

/** All presets, as one file of a bundle: most configurations need the common ones only. */
export const presetSupport: Presets = allPresets
