import type { ProviderName } from "../types/principal.ts"
import { cognito } from "./cognito.ts"
import { okta } from "./okta.ts"
import type { Preset } from "./options.ts"

/** Presets by the value of `provider`: all of them, or those that are loaded. */
export type Presets = { readonly [P in ProviderName]?: Preset }

/** The presets that need no more than every start has. The others are loaded if a configuration names them. */
export const smallPresets: Presets = { okta, cognito }

type Members = { readonly [name: string]: unknown }
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The values of `provider` in a configuration, those of an edge's evidence included. Takes plain data, unchecked. */
export function providersIn({ issuers, edge }: Members): ReadonlySet<unknown> {
  const evidence = listed((Object(edge) as Members).evidence).map((entry) => Object(Object(entry).jws).issuer)
  return new Set([...listed(issuers), ...evidence].map((issuer) => Object(issuer).provider))
}
