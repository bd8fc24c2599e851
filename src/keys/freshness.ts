import type { KeyPolicy } from "./settings.ts"

type Headers = { readonly [name: string]: string | undefined }

/** What an issuer's own Cache-Control can ask for: from "never cache" to 44 days is seen in the field. Seconds. */
const freshBounds = { min: 300, max: 86_400 }

/**
 * For how long a fetched set is fresh: `max-age` less `Age` (RFC 9111 section 4.2), within bounds; without a usable
 * header, the configured age. It ends some minutes before requests begin to wait, so a set in use is renewed after a
 * request, and no request ever waits for it.
 *
 * @returns milliseconds
 */
export function freshForMs(headers: Headers, policy: KeyPolicy): number {
  const maxAge = maxAgeOf(headers)
  const age = /^\d+$/.test(headers.age ?? "") ? Number(headers.age) : 0
  const seconds =
    maxAge === undefined
      ? policy.refreshAfterSeconds
      : Math.min(Math.max(maxAge - age, freshBounds.min), freshBounds.max)
  const behindSeconds = Math.min(600, policy.waitAfterSeconds / 4)
  return Math.min(seconds, policy.waitAfterSeconds - behindSeconds) * 1000
}

/** Seconds that the `max-age` of `Cache-Control` says; undefined if there is none. */
export function maxAgeOf(headers: Headers): number | undefined {
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(headers["cache-control"] ?? "")?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}
