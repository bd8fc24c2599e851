import type { ProviderName } from "../shared/principal.ts"
import type { Preset, Presets } from "./presets.ts"

const loaders: { readonly [P in ProviderName]: () => Promise<Preset> } = {
  okta: async () => (await import("./okta.ts")).okta,
  auth0: async () => (await import("./auth0.ts")).auth0,
  entra: async () => (await import("./entra.ts")).entra,
  cognito: async () => (await import("./cognito.ts")).cognito,
  oidc: async () => (await import("./oidc.ts")).oidc,
}

/** Loads the presets that a configuration names, and no others: most deployments need one of them. */
export async function loadPresets(config: unknown): Promise<Presets> {
  const { issuers, edge } = Object(config) as { readonly issuers?: unknown; readonly edge?: unknown }
  const minting = listOf(Object(edge).evidence).map((entry) => Object(Object(entry).jws).issuer as unknown)
  const loaded: { [P in ProviderName]?: Preset } = {}
  for (const issuer of [...listOf(issuers), ...minting]) {
    const name = (issuer as { readonly provider?: unknown } | null | undefined)?.provider as ProviderName
    if (Object.hasOwn(loaders, name)) loaded[name] ??= await loaders[name]()
  }
  return loaded
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
