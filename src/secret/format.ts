import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import type { FetchedSecret } from "../types/secret-options.ts"
import { SecretFailure, type SecretFailureKind } from "./failure.ts"

/** How the text of a secret is read. */
export interface SecretFormat<V> {
  /** What the text must be, for messages: "must be …". */
  readonly expected: string
  /**
   * The values of both versions, valid at once. A version before that cannot be read is left out: what a secret held
   * until its first rotation must not prevent the use of what it holds now.
   *
   * @param leftOut called with the reason if the version before is left out
   * @throws SecretFailure `malformed` or `weak`, by the current version
   */
  parse(fetched: FetchedSecret, leftOut?: (kind: SecretFailureKind) => void): V
}

/** Most characters of a secret's text: what Secrets Manager stores at most (65,536 bytes). */
const maxLength = 65_536

/** A format out of its two halves: reading one version, and joining the current version with the one before. */
export function formatOf<T, V>(
  expected: string,
  read: (text: string) => T,
  join: (current: T, previous: T | undefined) => V,
): SecretFormat<V> {
  const bounded = (text: unknown): T => {
    if (typeof text !== "string" || text.length > maxLength) throw new SecretFailure("malformed")
    return read(withoutByteOrderMark(text))
  }
  return {
    expected,
    parse({ current, previous }, leftOut) {
      const now = bounded(current)
      if (previous === undefined) return join(now, undefined)
      try {
        return join(now, bounded(previous))
      } catch (failure) {
        if (!(failure instanceof SecretFailure)) throw failure
        leftOut?.(failure.kind)
        return join(now, undefined)
      }
    },
  }
}

/** The value of a JSON text. What the parser says of a text is not passed on, because it quotes it. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SecretFailure("malformed")
  }
}

/** Fewer different characters than this, and a value is a placeholder ("0000…", "changeme…") or a pattern. */
const leastVariety = 8

/** Whether a value has too few different characters to be random. */
export function isMonotonous(symbols: Iterable<unknown>): boolean {
  const seen = new Set()
  for (const symbol of symbols) if (seen.add(symbol).size === leastVariety) return false
  return true
}
