import { checkSecretOptions } from "../../src/configuration/declared/secrets.ts"
import { topLevel } from "../../src/configuration/declared/top-level.ts"
import type { KeyPolicy } from "../../src/keys/settings.ts"
import { checkBlock } from "../../src/problems/declaration.ts"
import type { SecretPolicy } from "../../src/secret/settings.ts"

const refuse = (path: string): never => {
  throw new Error(`${path} has no default`)
}

/** The `keys` block with every default. */
export const defaultKeyPolicy: KeyPolicy = checkBlock(topLevel.keys, undefined, "keys", refuse)

/** The `secrets` block with every default. */
export const defaultSecretPolicy: SecretPolicy = checkSecretOptions(undefined, "secrets", refuse)
