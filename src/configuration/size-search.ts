import { type SizeFindings, searchSizes } from "../policy/size-search.ts"
import type { SizeSearch } from "./check-sizes.ts"

const remedies =
  'Let the cache key hold the route (gateway.identitySources ["token", "route"], and the same in API Gateway), or set the TTL and ' +
  "gateway.resultTtlSeconds to 0, or let routes share rules or what they begin with, or raise gateway.maxAnswerBytes; or accept " +
  'that such callers get a 500: gateway.tooLarge "unavailable"'

/** Most characters of the permissions that are named. */
const maxText = 1500

function tooLargeText({ tooLarge }: SizeFindings, maxBytes: number): string | undefined {
  if (tooLarge === undefined) return undefined
  const { permissions, count, bytes } = tooLarge
  const [needed, room] = [bytes, maxBytes].map((each) => each.toLocaleString("en"))
  const named = permissions.length > maxText ? `${permissions.slice(0, maxText)} …` : permissions
  return (
    `have a caller who cannot be answered: everything that it may call takes ${needed} bytes of a policy, and ${room} fit. It has ` +
    `${count === 1 ? "one permission" : `${count} permissions`}, the fewest that were found: ${named}; ${remedies}`
  )
}

export const sizeSearch: SizeSearch = { search: searchSizes, tooLargeText }
