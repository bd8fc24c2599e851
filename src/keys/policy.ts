import type { KeyOptions } from "../shared/configuration.ts"

/** The `keys` block with every default filled in; see `KeyOptions` for the meaning of each. */
export type KeyPolicy = { readonly [K in keyof KeyOptions]-?: NonNullable<KeyOptions[K]> }

export const defaultKeyPolicy: KeyPolicy = {
  timeoutMs: 3000,
  maxBytes: 524_288,
  cooldownSeconds: 30,
  refreshAfterSeconds: 3600,
  waitAfterSeconds: 7200,
  expireAfterSeconds: 86_400,
  allowHttpLoopback: false,
}

/** What an issuer's own Cache-Control can ask for: from "never cache" to 44 days is seen in the field. Seconds. */
const freshBounds = { min: 300, max: 86_400 }

/**
 * For how long a fetched set is fresh: `max-age` less `Age` (RFC 9111 section 4.2), within bounds; without a usable
 * header, the configured age.
 *
 * @returns milliseconds
 */
export function freshForMs(headers: { readonly [name: string]: string | undefined }, policy: KeyPolicy): number {
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(headers["cache-control"] ?? "")?.[1]
  if (maxAge === undefined) return policy.refreshAfterSeconds * 1000
  const age = /^\d{1,10}$/.test(headers.age ?? "") ? Number(headers.age) : 0
  return Math.min(Math.max(Number(maxAge) - age, freshBounds.min), freshBounds.max) * 1000
}
