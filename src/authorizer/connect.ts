import { readKeySet } from "../keys/key-set.ts"
import { RemoteKeySet } from "../keys/remote.ts"
import { inlineKeySource, type KeySource } from "../keys/source.ts"
import { type Authenticate, createAuthenticate } from "../token/authenticate.ts"
import { VerifiedTokens } from "../token/cache.ts"
import { selectIssuer } from "../token/issuers.ts"
import type { CheckedVerification } from "./check-configuration.ts"
import type { CheckedIssuer } from "./check-issuers.ts"
import type { Parts } from "./parts.ts"

/** Connects checked issuers with their keys. */
export function connect(
  { issuers, cache, clockToleranceSeconds }: CheckedVerification,
  parts: Parts,
): { authenticate: Authenticate; warmUp: () => Promise<void> } {
  const configured = issuers.map((issuer) => ({ profile: issuer.profile, keys: keySource(issuer, parts) }))
  const select = selectIssuer(configured, clockToleranceSeconds)
  return {
    authenticate: createAuthenticate(select, new VerifiedTokens(cache, clockToleranceSeconds)),
    warmUp: () => warmUp(configured, parts),
  }
}

function keySource({ profile, keyPolicy }: CheckedIssuer, { fetch, clock, observer }: Parts): KeySource {
  const { keyPlace, algorithms, name } = profile
  if (!("jwks" in keyPlace)) {
    return new RemoteKeySet({ name, location: keyPlace, algorithms, policy: keyPolicy, fetch, clock, observer })
  }
  const set = readKeySet(keyPlace.jwks, algorithms)
  if (set === undefined) throw new TypeError("an inline key set passed the configuration check unread")
  observer.keySet?.({ issuer: name, usable: set.keys.length, skipped: set.skipped })
  return inlineKeySource(set)
}

/** Fetches at once from how many issuers: enough to hide latency, too few to look like an attack. */
const warmUpParallelism = 8

async function warmUp(configured: readonly { keys: KeySource }[], { clock }: Parts): Promise<void> {
  const waiting = configured.map(({ keys }) => keys).filter((keys) => keys.current(clock()) === undefined)
  const worker = async (): Promise<void> => {
    for (let keys = waiting.pop(); keys !== undefined; keys = waiting.pop()) await keys.refreshed(clock())
  }
  await Promise.all(Array.from({ length: warmUpParallelism }, worker))
}
