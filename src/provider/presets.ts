import type { Report } from "../shared/check.ts"
import type { ProviderName } from "../types/principal.ts"
import { auth0 } from "./auth0.ts"
import { cognito } from "./cognito.ts"
import { entra } from "./entra.ts"
import { oidc } from "./oidc.ts"
import { okta } from "./okta.ts"
import type { RawIssuer } from "./options.ts"
import type { IssuerProfile } from "./profile.ts"

/** Turns what an adopter knows into complete rules. Reports problems and goes on; never throws. */
export type Preset = (raw: RawIssuer, path: string, report: Report) => IssuerProfile

/** Presets by the value of `provider`: all of them, or those that a configuration names. */
export type Presets = { readonly [P in ProviderName]?: Preset }

export const allPresets: Presets = { okta, auth0, entra, cognito, oidc }
