import type { KeyOptions } from "../shared/key-options.ts"

/** The `keys` block with every default filled in; see `KeyOptions` for the meaning of each. */
export type KeyPolicy = { readonly [K in Exclude<keyof KeyOptions, "ca">]-?: NonNullable<KeyOptions[K]> } & {
  /** PEM text of the only certificate authorities to trust; undefined for the platform's own. */
  readonly ca: string | undefined
}

export const defaultKeyPolicy: KeyPolicy = {
  timeoutMs: 3000,
  maxBytes: 524_288,
  cooldownSeconds: 30,
  refreshAfterSeconds: 3600,
  waitAfterSeconds: 7200,
  expireAfterSeconds: 86_400,
  graceSeconds: 0,
  allowHttpLoopback: false,
  ca: undefined,
}

type Headers = { readonly [name: string]: string | undefined }

/** What an issuer's own Cache-Control can ask for: from "never cache" to 44 days is seen in the field. Seconds. */
const freshBounds = { min: 300, max: 86_400 }

/**
 * For how long a fetched set is fresh: `max-age` less `Age` (RFC 9111 section 4.2), within bounds; without a usable
 * header, the configured age. It ends some minutes before requests begin to wait, so that a set that is in use is
 * renewed behind a request and nobody ever waits for it.
 *
 * @returns milliseconds
 */
export function freshForMs(headers: Headers, policy: KeyPolicy): number {
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(headers["cache-control"] ?? "")?.[1]
  const age = /^\d{1,10}$/.test(headers.age ?? "") ? Number(headers.age) : 0
  const seconds =
    maxAge === undefined
      ? policy.refreshAfterSeconds
      : Math.min(Math.max(Number(maxAge) - age, freshBounds.min), freshBounds.max)
  const behindSeconds = Math.min(600, policy.waitAfterSeconds / 4)
  return Math.min(seconds, policy.waitAfterSeconds - behindSeconds) * 1000
}

/** Longest time for which `Retry-After` keeps us away: an issuer's mistake must not become an outage. */
const maxRetryAfterMs = 60_000

/**
 * What `Retry-After` asks for, in seconds or as a date (RFC 9110 section 10.2.3), up to a minute.
 *
 * @returns milliseconds; 0 when the header is absent or unreadable
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0
  const ms = /^\d{1,10}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), maxRetryAfterMs) : 0
}
