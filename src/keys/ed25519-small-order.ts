/**
 * The y coordinates, little-endian hex without the sign bit, of the points whose order divides 8, and their
 * non-canonical spellings (y + p below 2^255). A key of small order verifies signatures that nobody made
 * (RFC 8032 section 5.1.7 with RFC 8725 section 3.4).
 */
const smallOrder: ReadonlySet<string> = new Set([
  "00".padEnd(64, "0"), // y = 0, order 4
  "01".padEnd(64, "0"), // y = 1, order 1
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
  `${"ec".padEnd(62, "f")}7f`, // y = p - 1, order 2
  `${"ed".padEnd(62, "f")}7f`, // y = p, another spelling of 0
  `${"ee".padEnd(62, "f")}7f`, // y = p + 1, another spelling of 1
])

/** @param x the `x` member of an Ed25519 JWK: 32 octets in base64url (RFC 8037 section 2). */
export function hasSmallOrder(x: string): boolean {
  const octets = Buffer.from(x, "base64url")
  const sign = octets[31]
  if (octets.length !== 32 || sign === undefined) return true
  octets[31] = sign & 0x7f
  return smallOrder.has(octets.toString("hex"))
}
