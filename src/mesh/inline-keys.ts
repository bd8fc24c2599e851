import { checkSnapshot } from "../configuration/check-snapshot.ts"
import { explain } from "../problems/explain-problems.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import { systemClock } from "../types/clock.ts"
import { type ExportOptions, Unsupported } from "./exported.ts"

/**
 * The key set of an issuer as a text, if it goes into the documents; undefined if the target fetches it.
 *
 * @throws Unsupported for an issuer that the snapshot does not have
 */
export type InlineKeys = (profile: Pick<IssuerProfile, "keyPlace" | "name">) => string | undefined

/** @throws ConfigurationError for a snapshot that holds anything but public keys */
export function inlineKeys({ keySnapshot }: ExportOptions): InlineKeys {
  checkSnapshot(keySnapshot, systemClock, explain)
  return ({ keyPlace, name }) => {
    if ("jwks" in keyPlace) return JSON.stringify(keyPlace.jwks)
    if (keySnapshot === undefined) return undefined
    if (Object.hasOwn(keySnapshot.sets, name)) return JSON.stringify(keySnapshot.sets[name])
    throw new Unsupported(
      "has no key set in the snapshot",
      "Take the snapshot with the same configuration, while the issuer can be reached",
    )
  }
}

/** @throws Unsupported for keys by discovery, which the target does not do */
export function keyAddress({ keyPlace }: Pick<IssuerProfile, "keyPlace">, target: string): string {
  if ("jwksUri" in keyPlace) return keyPlace.jwksUri
  throw new Unsupported(
    `has its keys by discovery, which ${target} does not do`,
    "Name the key set itself with jwksUri, or put it into jwks",
  )
}
