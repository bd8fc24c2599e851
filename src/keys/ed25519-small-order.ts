const p = 2n ** 255n - 19n
/**
 * The y coordinates of the points whose order divides 8, up to the sign: orders 4, 1 and 2, 8 (RFC 8032 section 5.1).
 */
const smallOrder: readonly bigint[] = [0n, 1n, 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n]

/**
 * Whether a key has a small order: such a key verifies signatures that no private key made (RFC 8032 section 5.1.7 with
 * RFC 8725 section 3.4). A coordinate may be spelled as y + p below 2^255.
 *
 * @param x the `x` member of an Ed25519 JWK: 32 octets in base64url (RFC 8037 section 2).
 */
export function hasSmallOrder(x: string): boolean {
  const octets = Buffer.from(x, "base64url")
  if (octets.length !== 32) return true
  const y = BigInt.asUintN(255, BigInt(`0x${octets.reverse().toString("hex")}`)) % p
  return smallOrder.includes(y) || smallOrder.includes(p - y)
}
