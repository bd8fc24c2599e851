import type { CheckedCredential } from "../../credential/extract.ts"
import type { KeyPolicy } from "../../keys/settings.ts"
import { block, byDefault, claimPath, type Declaration, number, text, words } from "../../problems/declaration.ts"
import type { CachePolicy } from "../../token/cache.ts"
import type { AuthorizerConfig, ClaimPath } from "../../types/configuration.ts"
import { cacheBlock } from "./cache.ts"
import { contextMap } from "./context.ts"
import { credentialBlock } from "./credential.ts"
import { type CheckedGateway, gatewayBlock } from "./gateway.ts"
import { keyOptions } from "./keys.ts"

/** Blocks that are loaded if a configuration has them, and the issuers, which are as their presets say. */
const elsewhere = ["issuers", "routes", "edge", "secrets", "assertion", "observe", "shadow"] as const

interface CheckedTopLevel {
  readonly unmatched: "deny" | "authenticated"
  readonly gateway?: CheckedGateway
  readonly credential?: CheckedCredential
  readonly context?: { readonly [key: string]: ClaimPath }
  readonly keys?: KeyPolicy
  readonly cache?: CachePolicy
  readonly clockToleranceSeconds: number
  readonly principalId?: ClaimPath
}

/** What every configuration can have. */
export const topLevel: Declaration<Omit<AuthorizerConfig, (typeof elsewhere)[number]>, CheckedTopLevel> = {
  unmatched: byDefault(words("deny", "authenticated"), "deny"),
  gateway: gatewayBlock,
  credential: credentialBlock,
  context: contextMap,
  keys: block(keyOptions),
  cache: cacheBlock,
  clockToleranceSeconds: byDefault(number(0, 300, "seconds"), 5),
  principalId: claimPath,
  $schema: text(),
}

/** The names of the top level. */
export const authorizerKeys: readonly string[] = [...elsewhere, ...Object.keys(topLevel)]
export const verifierKeys: readonly string[] = ["issuers", "keys", "cache", "clockToleranceSeconds"]
