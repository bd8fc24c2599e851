import { checkIssuersOf } from "../configuration/check-configuration.ts"
import type { CheckedIssuer } from "../configuration/check-issuers.ts"
import { FetchFailure } from "../keys/document.ts"
import { joinKeys } from "../keys/key-set.ts"
import { fetchKeys } from "../keys/network.ts"
import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import { within } from "../renewal/deadline.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { KeySnapshot } from "../types/key-snapshot.ts"
import { inParallel } from "./in-parallel.ts"
import { type Parts, partsInUse, type VerifierParts } from "./parts.ts"

/**
 * A snapshot that could not be taken. `failures` maps each issuer that failed to the kind of failure, as
 * `KeyFetchRecord.failure` names it.
 *
 * @example
 * ```ts
 * import { SnapshotFailed, takeKeySnapshot } from "hallpass"
 *
 * const issuer = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" } as const
 * const fetchKeySet = async () => ({ status: 503, headers: {}, body: "" })
 * try {
 *   await takeKeySnapshot({ issuers: [issuer] }, { fetchKeySet })
 * } catch (error) {
 *   if (error instanceof SnapshotFailed) console.log(Object.values(error.failures)) // [ 'status' ]
 * }
 * ```
 */
export class SnapshotFailed extends Error {
  override readonly name: string = "SnapshotFailed"
  /** Configured issuer to kind of failure, as in `KeyFetchRecord.failure`. */
  readonly failures: { readonly [issuer: string]: string }

  constructor(failures: { readonly [issuer: string]: string }) {
    const lines = Object.entries(failures).map(([issuer, kind]) => `  ${issuer}: ${kind}`)
    super(`Could not fetch the key sets of ${lines.length} issuer(s):\n${lines.join("\n")}`)
    this.failures = failures
  }
}

/** The members of a public JWK that verification or selection reads. */
const publicMembers = [
  ...["kty", "n", "e", "crv", "x", "y", "pub"],
  ...["kid", "alg", "use", "key_ops", "issuer", "x5t", "x5t#S256"],
]

/**
 * Fetches the key sets of all issuers that have one to fetch, to be built into a bundle. It takes only usable public
 * keys, and of them only what verification reads.
 *
 * @param config a configuration of an authorizer or a verifier, of which `issuers` and `keys` are read
 * @param parts what tests and advanced users replace
 * @throws ConfigurationError (rejects) for a wrong configuration
 * @throws SnapshotFailed (rejects) with every issuer that failed: there is no partial snapshot
 * @example
 * ```ts
 * import { takeKeySnapshot } from "hallpass"
 * import { createTestIssuer } from "hallpass/testing"
 * import { createVerifier } from "hallpass/verify"
 *
 * const { jwks, token } = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
 * const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] } as const
 * // Without this part, the keys come from the issuer.
 * const fetchKeySet = async () => ({ status: 200, headers: {}, body: JSON.stringify(jwks) })
 * const keySnapshot = await takeKeySnapshot(config, { fetchKeySet })
 *
 * const verifier = createVerifier(config, { keySnapshot })
 * console.log(verifier.verifySync(token()).issuer) // https://acme.okta.com/oauth2/default
 * ```
 */
export async function takeKeySnapshot(
  config: Pick<AuthorizerConfig, "issuers" | "keys">,
  parts: VerifierParts = {},
): Promise<KeySnapshot> {
  const inUse = partsInUse(parts)
  const issuers = checkIssuersOf(config, allPresets, explain)
  const sets: { [issuer: string]: { keys: readonly unknown[] } } = {}
  const failures: { [issuer: string]: string } = {}
  await inParallel(issuers, async (issuer) => {
    const { name } = issuer.profile
    try {
      const keys = await fetchPublicKeys(issuer, inUse)
      if (keys === undefined) return
      if (keys.length === 0) throw new FetchFailure("no_usable_key")
      sets[name] = { keys }
      inUse.observer.keyFetch?.({ issuer: name, ok: true })
    } catch (error) {
      failures[name] = error instanceof FetchFailure ? error.kind : "internal"
      inUse.observer.keyFetch?.({ issuer: name, ok: false, failure: failures[name] })
    }
  })
  if (Object.keys(failures).length > 0) throw new SnapshotFailed(failures)
  return { takenAt: new Date(inUse.clock()).toISOString(), sets }
}

async function fetchPublicKeys(
  { profile, keyPolicy }: CheckedIssuer,
  { fetch, observer }: Parts,
): Promise<readonly unknown[] | undefined> {
  if ("jwks" in profile.keyPlace) return undefined
  const errand = { location: profile.keyPlace, fetch, policy: keyPolicy, algorithms: profile.algorithms }
  const fetching = fetchKeys(errand, undefined, true)
  const { imported } = await within(keyPolicy.timeoutMs, fetching, () => new FetchFailure("timeout"))
  if (imported === undefined) throw new FetchFailure("not_a_key_set")
  const { members, results, count } = imported
  const { keys, skipped } = joinKeys(results, count)
  observer.keySet?.({ issuer: profile.name, usable: keys.length, skipped })
  const usable = members.filter((_member, index) => typeof results[index] !== "string") as object[]
  return usable.map((jwk) => Object.fromEntries(Object.entries(jwk).filter(isPublicText)))
}

function isPublicText([name, value]: readonly [string, unknown]): boolean {
  return publicMembers.includes(name) && (typeof value === "string" || name === "key_ops")
}
