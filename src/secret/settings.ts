import type { SecretOptions } from "../types/secret-options.ts"

/** The `secrets` block with every default filled in; see `SecretOptions` for the meaning of each. */
export type SecretPolicy = { readonly [K in keyof SecretOptions]-?: NonNullable<SecretOptions[K]> }
