const notDer = "not a DER signature of P-256"

/**
 * Turns an ECDSA signature in DER, as AWS KMS makes it (RFC 3279 section 2.2.3), into R and S side by side, as JOSE has
 * it (RFC 7518 section 3.4).
 *
 * @throws TypeError for what is not the one DER form of two positive numbers of 32 octets at most
 */
export function joseSignature(der: Uint8Array): Uint8Array {
  const jose = new Uint8Array(64)
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new TypeError(notDer)
  const end = readInteger(der, readInteger(der, 2, jose.subarray(0, 32)), jose.subarray(32))
  if (end !== der.length) throw new TypeError(notDer)
  return jose
}

/** Reads one INTEGER to the right end of a field. @returns where the next one begins */
function readInteger(der: Uint8Array, at: number, field: Uint8Array): number {
  const [tag, length = 0, first = 0x80, second = 0] = der.subarray(at)
  const end = at + 2 + length
  const pad = first === 0 ? 1 : 0
  const isNegative = first > 0x7f
  // A zero octet at the beginning is there only if the number would read as negative without it.
  const isPadded = pad === 1 && second <= 0x7f
  if (tag !== 0x02 || length === 0 || isNegative || isPadded || length - pad > field.length) throw new TypeError(notDer)
  field.set(der.subarray(at + 2 + pad, end), field.length - length + pad)
  return end
}
