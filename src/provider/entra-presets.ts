import { entra } from "./entra.ts"
import { entraB2c } from "./entra-b2c.ts"
import { entraExternalId } from "./entra-external-id.ts"
import { readTenants } from "./entra-tenants.ts"
import { withFurtherOptions } from "./further-options.ts"
import type { Presets } from "./presets.ts"

/** The presets of Microsoft's issuers. */
export const entraPresets: Presets = {
  entra: withFurtherOptions(entra(readTenants)),
  "entra-external-id": withFurtherOptions(entraExternalId),
  "entra-b2c": withFurtherOptions(entraB2c),
}
