import type { KeyOptions } from "../types/key-options.ts"

/** The `keys` block with every default filled in; see `KeyOptions` for the meaning of each. */
export type KeyPolicy = { readonly [K in Exclude<keyof KeyOptions, "ca">]-?: NonNullable<KeyOptions[K]> } & {
  /** PEM text of the only certificate authorities to trust; absent for the platform's own. */
  readonly ca?: string
}

/** Longest time for which `Retry-After` keeps us away: an issuer's mistake must not become an outage. */
const maxRetryAfterMs = 60_000

/**
 * What `Retry-After` asks for, in seconds or as a date (RFC 9110 section 10.2.3), up to a minute.
 *
 * @returns milliseconds; 0 if the header is absent or unreadable
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), maxRetryAfterMs) : 0
}
