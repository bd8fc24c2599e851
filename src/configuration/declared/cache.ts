import { block, byDefault, number, type Option } from "../../problems/declaration.ts"
import type { CachePolicy } from "../../token/cache.ts"
import type { CacheOptions } from "../../types/configuration.ts"

export const cacheBlock: Option<CacheOptions, "optional", CachePolicy> = block<CacheOptions, CachePolicy>({
  maxTokens: byDefault(number(0, 1_000_000, "tokens, 0 for no cache"), 10_000),
  maxBytes: byDefault(number(65_536, 1_073_741_824, "bytes"), 33_554_432),
  maxAgeSeconds: byDefault(number(1, 3600, "seconds"), 300),
})
