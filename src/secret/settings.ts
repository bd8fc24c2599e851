import type { SecretOptions } from "../types/secret-options.ts"

/** The `secrets` block with every default filled in; see `SecretOptions` for the meaning of each. */
export type SecretPolicy = { readonly [K in keyof SecretOptions]-?: NonNullable<SecretOptions[K]> }

export const defaultSecretPolicy: SecretPolicy = {
  timeoutMs: 3000,
  refreshAfterSeconds: 300,
  waitAfterSeconds: 3600,
  expireAfterSeconds: 86_400,
}
