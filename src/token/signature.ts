import type { KeyObject } from "node:crypto"
import type { VerificationKey } from "../keys/jwk.ts"
import { type Candidate, maxCandidates } from "../keys/key-set.ts"
import type { Algorithm } from "../shared/algorithms.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { derSignature } from "./ecdsa.ts"

const { createVerify, verify } = nodeCrypto

/**
 * Verifies a signature over the exact received text (RFC 7515 section 5.2) with each of a few keys.
 *
 * @param signed `header.payload`, in ASCII
 * @param signature the decoded signature
 * @returns the key that made it, or undefined
 */
export function signingKey(
  algorithm: Algorithm,
  signed: string,
  signature: Uint8Array,
  candidates: readonly Candidate[],
): VerificationKey | undefined {
  let bytes: Uint8Array | undefined = signature
  if (algorithm.integerLength !== undefined) bytes = derSignature(signature, algorithm.integerLength)
  if (bytes === undefined || candidates.length > maxCandidates) return undefined
  for (const { key, object } of candidates) {
    try {
      if (isSignedBy(object, algorithm.digest, signed, bytes)) return key
    } catch {
      // Signatures of impossible length make some platforms throw instead of answering false.
    }
  }
  return undefined
}

/**
 * A bare key object: `{ key, dsaEncoding }` and `{ key, padding }` cost 8 to 17 µs more per call on Node 24. A digest
 * that is made first takes 1 to 3 % less time than one call for everything, and takes text without a copy of it.
 */
function isSignedBy(key: KeyObject, digest: string | null, signed: string, signature: Uint8Array): boolean {
  return digest === null
    ? verify(null, Buffer.from(signed, "latin1"), key, signature)
    : createVerify(digest).update(signed, "latin1").verify(key, signature)
}
