import { importJwk } from "../keys/jwk.ts"
import { type KeySet, readKeySet } from "../keys/key-set.ts"
import { collect, type Explain, object, type RawProblem, type Report } from "../problems/option-checks.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import type { Clock } from "../types/clock.ts"
import { ConfigurationError } from "../types/errors.ts"

/** The sets of a snapshot, ready to begin with. */
export interface CheckedSnapshot {
  /** Milliseconds since the epoch; never in the future, which would make the sets live too long. */
  readonly takenAtMs: number
  readonly setOf: (profile: IssuerProfile) => KeySet | undefined
}

/**
 * Checks a snapshot. One with private or symmetric keys is refused whole: it has been handled by the wrong hands.
 *
 * @throws ConfigurationError with every problem at once
 */
export function checkSnapshot(snapshot: unknown, clock: Clock, explain: Explain): CheckedSnapshot | undefined {
  if (snapshot === undefined) return undefined
  const problems: RawProblem[] = []
  const report = collect(problems)
  const raw = object(snapshot, "keySnapshot", report) ?? {}
  const takenAtMs = typeof raw.takenAt === "string" ? Date.parse(raw.takenAt) : Number.NaN
  if (!Number.isFinite(takenAtMs)) report("keySnapshot.takenAt", "snapshot_date")
  const sets = object(raw.sets, "keySnapshot.sets", report) ?? {}
  for (const [issuer, set] of Object.entries(sets)) checkSet(set, `keySnapshot.sets["${issuer}"]`, report)
  if (problems.length > 0) throw new ConfigurationError(explain(problems))
  return {
    takenAtMs: Math.min(takenAtMs, clock()),
    setOf({ name, algorithms }) {
      const set = Object.hasOwn(sets, name) ? readKeySet(sets[name], algorithms) : undefined
      return set !== undefined && set.keys.length > 0 ? set : undefined
    },
  }
}

function checkSet(value: unknown, path: string, report: Report): void {
  const set = object(value, path, report)
  if (set === undefined) return
  if (!Array.isArray(set.keys)) {
    report(`${path}.keys`, "snapshot_keys")
    return
  }
  for (const [index, jwk] of set.keys.entries()) {
    const result = importJwk(jwk, [])
    if (result === "private" || result === "symmetric") report(`${path}.keys[${index}]`, "snapshot_secret")
  }
}
