import { nodeCrypto } from "../../shared/node-crypto.ts"
import type { Source } from "../../shared/value-source.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import type { HmacKeys } from "../../types/secret-options.ts"
import { type SignedField, signedText } from "../edge-v1.ts"
import { missing, type Proof, type VerifyEvidence } from "./evidence.ts"
import { heldEscape, likelyPath, otherPaths } from "./sent-paths.ts"

const { timingSafeEqual } = nodeCrypto

/** Canonical base64 of 32 bytes: the last character before the padding has its two unused bits at zero. */
const form = /^v=1; kid=([A-Za-z0-9._-]{1,64}); ts=([1-9][0-9]{0,11}); sig=([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/
const hostForm = /^[!-~]+$/
const methodForm = /^[A-Za-z]+$/
/** How far the edge's clock may be ahead. Seconds. */
const futureSkewSeconds = 5

const malformed = refusal("edge_signature_malformed")
const stale = refusal("edge_signature_stale")
const invalid = refusal("edge_signature_invalid")
const pathDecoded = refusal("edge_path_decoded")
const unknownKey = refusal("edge_key_unknown")
const unavailable = refusal("secrets_unavailable")

/** An `edge-v1` signature, ready to be checked. */
export interface HmacOptions {
  /** The signature header, in lower case. */
  readonly header: string
  readonly keys: Source<HmacKeys>
  readonly windowSeconds: number
  /** The headers that are signed, in lower case: all identity headers, whether the request has them or not. */
  readonly signed: readonly string[]
}

/**
 * Checks an `edge-v1` signature (SR-130). What is cheap comes first: form and time are judged before any key is looked
 * for, because an unknown key id may cause a fetch.
 */
export function hmacEvidence({ header, keys, windowSeconds, signed }: HmacOptions): VerifyEvidence {
  const names = signed.toSorted()
  return ({ scanned, connection, nowMs }) => {
    const value = scanned.get(header)
    if (value === undefined || value === "") return missing
    const parts = form.exec(value)
    if (parts === null) return malformed
    const [, keyId, seconds, signature] = parts as unknown as readonly [string, string, string, string]
    const ageSeconds = nowMs / 1000 - Number(seconds)
    // Written so that a clock that reads no number refuses: every comparison with NaN is false (SR-140).
    if (!(ageSeconds <= windowSeconds && ageSeconds >= -futureSkewSeconds)) return stale
    const { host, path, method, pathIsDecoded = false } = connection
    if (host === undefined || path === undefined || !hostForm.test(host) || !methodForm.test(method)) return invalid
    const fields = names.map((name): SignedField => [name, scanned.get(name) ?? ""])
    const proof = { expiresAt: Number(seconds) + windowSeconds }
    const judge = (values: HmacKeys): Proof | Refusal | undefined => {
      if (!values.has(keyId)) return undefined
      const sent = Buffer.from(signature, "base64")
      const fits = (path: string): boolean =>
        isEqual(sent, values.mac(keyId, signedText(keyId, seconds, { method, host, path }, fields)))
      if (fits(likelyPath(path))) return proof
      for (const other of otherPaths(path, pathIsDecoded)) if (fits(other)) return proof
      return pathIsDecoded && heldEscape(path) ? pathDecoded : invalid
    }
    const withoutKey = (): Refusal => (keys.inDoubt ? unavailable : unknownKey)

    const values = keys.current(nowMs)
    if (values === undefined) {
      return keys.refreshed(nowMs).then((fresh) => (fresh === undefined ? unavailable : (judge(fresh) ?? withoutKey())))
    }
    // A key id that is not there may be one that was added since (rotation): one refresh, where the cool-down allows
    // it.
    return judge(values) ?? keys.forced(nowMs)?.then((newer) => (newer && judge(newer)) ?? withoutKey()) ?? withoutKey()
  }
}

function isEqual(sent: Uint8Array, expected: Uint8Array | undefined): boolean {
  return expected !== undefined && sent.length === expected.length && timingSafeEqual(sent, expected)
}
