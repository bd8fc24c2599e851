/**
 * Turns an ECDSA signature of JOSE, R and S of full length side by side (RFC 7518 section 3.4), into the DER form that
 * `node:crypto` verifies with a bare key object. About 1 µs, against 17 µs for an option object on Node 24.
 *
 * @returns undefined if the length is not exactly twice `integerLength`
 */
export function derSignature(signature: Uint8Array, integerLength: number): Uint8Array | undefined {
  if (signature.length !== 2 * integerLength) return undefined
  const rSkip = leadingZeros(signature, 0, integerLength)
  const sSkip = leadingZeros(signature, integerLength, integerLength)
  const rPad = sign(signature, rSkip)
  const sPad = sign(signature, integerLength + sSkip)
  const rLength = integerLength - rSkip + rPad
  const sLength = integerLength - sSkip + sPad
  const length = rLength + sLength + 4
  const longForm = length > 127 ? 1 : 0 // only P-521 needs it
  const der = new Uint8Array(length + 2 + longForm) // zero-filled, so the pad octets are there already
  let at = 0
  der[at++] = 0x30
  if (longForm === 1) der[at++] = 0x81
  der[at++] = length
  der[at++] = 0x02
  der[at++] = rLength
  der.set(signature.subarray(rSkip, integerLength), at + rPad)
  at += rLength
  der[at++] = 0x02
  der[at++] = sLength
  der.set(signature.subarray(integerLength + sSkip), at + sPad)
  return der
}

/** Zero octets that DER leaves out; the last octet always stays, so that zero is written as one octet. */
function leadingZeros(bytes: Uint8Array, from: number, length: number): number {
  let count = 0
  while (count < length - 1 && bytes[from + count] === 0) count++
  return count
}

/** 1 when a zero octet must go before the integer, so that it does not read as negative. */
function sign(bytes: Uint8Array, at: number): 0 | 1 {
  return (bytes[at] as number) > 0x7f ? 1 : 0
}
