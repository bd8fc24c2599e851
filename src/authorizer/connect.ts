import type { CheckedVerification } from "../configuration/check-configuration.ts"
import type { CheckedIssuer } from "../configuration/check-issuers.ts"
import type { CheckedSnapshot } from "../configuration/check-snapshot.ts"
import type { KeySet } from "../keys/key-set.ts"
import type { KeySource } from "../keys/key-set-source.ts"
import { RemoteKeySet } from "../keys/remote.ts"
import { fixedSource, lateSource, type Source } from "../shared/value-source.ts"
import { type Authenticate, createAuthenticate } from "../token/authenticate.ts"
import { VerifiedTokens } from "../token/cache.ts"
import type { TokenExplanation } from "../token/explain.ts"
import { type ConfiguredIssuer, type SelectIssuer, selectIssuer } from "../token/issuers.ts"
import type { MakeTokenStore } from "../token/store.ts"
import { inParallel } from "./in-parallel.ts"
import type { Parts } from "./parts.ts"

/** What readiness is made of: the key set of one issuer, or the keys with which assertions are signed. */
export interface KeySetState {
  /** The configured issuer. */
  readonly issuer: string
  readonly keys: Pick<Source<unknown>, "isUsable" | "refreshed">
}

/** Connects issuers with their keys, and finds the issuer of a claims set. */
export type ConnectIssuers = (
  issuers: readonly CheckedIssuer[],
  connected: (issuer: CheckedIssuer) => ConfiguredIssuer,
  toleranceSeconds: number,
) => { readonly configured: readonly ConfiguredIssuer[]; readonly select: SelectIssuer }

const connectAll: ConnectIssuers = (issuers, connected, toleranceSeconds) => {
  const configured = issuers.map(connected)
  return { configured, select: selectIssuer(configured, toleranceSeconds) }
}

/** Connects checked issuers with their keys. */
export function connect(
  { issuers, cache, clockToleranceSeconds }: CheckedVerification,
  parts: Parts,
  snapshot: CheckedSnapshot | undefined,
  makeTokenStore: MakeTokenStore | undefined,
  connectIssuers: ConnectIssuers = connectAll,
): {
  authenticate: Authenticate
  warmUp: () => Promise<void>
  explanation: TokenExplanation
  keySets: () => readonly KeySetState[]
} {
  const connected = (issuer: CheckedIssuer): ConfiguredIssuer => ({
    profile: issuer.profile,
    keys: keySource(issuer, parts, snapshot),
  })
  const { configured, select } = connectIssuers(issuers, connected, clockToleranceSeconds)
  const verified = new VerifiedTokens(cache, clockToleranceSeconds, makeTokenStore, parts.afterAnswer)
  return {
    authenticate: createAuthenticate(select, verified),
    warmUp: () => warmUp(configured, parts),
    keySets: () => configured.map(({ profile, keys }) => ({ issuer: profile.name, keys })),
    explanation: {
      select,
      get profiles() {
        return configured.map(({ profile }) => profile)
      },
      toleranceSeconds: clockToleranceSeconds,
    },
  }
}

function keySource(
  { profile, keyPolicy, keySet }: CheckedIssuer,
  parts: Parts,
  snapshot: CheckedSnapshot | undefined,
): KeySource {
  const { keyPlace, algorithms, name } = profile
  const { fetch, clock, afterAnswer, observer } = parts
  if (!("jwks" in keyPlace)) {
    const set = snapshot?.setOf(profile)
    return new RemoteKeySet({
      ...{ name, location: keyPlace, algorithms, policy: keyPolicy, fetch, clock, afterAnswer, observer },
      snapshot: set && snapshot && { set, takenAtMs: snapshot.takenAtMs },
    })
  }
  if (keySet === undefined) throw new TypeError("no inline keys")
  const told = (set: KeySet): KeySet => {
    observer.keySet?.({ issuer: name, usable: set.keys.length, skipped: set.skipped })
    return set
  }
  return typeof keySet === "function" ? lateSource(() => told(keySet())) : fixedSource(told(keySet))
}

async function warmUp(configured: readonly { keys: KeySource }[], { clock }: Parts): Promise<void> {
  const waiting = configured.filter(({ keys }) => !keys.isFresh(clock()))
  await inParallel(waiting, ({ keys }) => keys.refreshed(clock()))
}
