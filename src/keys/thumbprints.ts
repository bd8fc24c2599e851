/** Longest `kid`, and longest thumbprint, that is looked at, in tokens as in key sets (SR-030). */
export const maxKidLength = 256

/** The digest of a certificate in hexadecimal digits. It names a key, and proves nothing. */
export type Thumbprint = string

type Members = { readonly [name: string]: unknown }

/**
 * The certificate thumbprints that a JWK or a JOSE header gives (RFC 7517 sections 4.8 and 4.9, RFC 7515 sections 4.1.7
 * and 4.1.8); what has another type or length is ignored.
 */
export function thumbprintsIn(members: Members): readonly Thumbprint[] {
  return ["x5t", "x5t#S256"].flatMap((name) => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined
    return typeof value === "string" && value !== "" && value.length <= maxKidLength ? [digestIn(value, name)] : []
  })
}

/** The same of a key, whose `kid` may be a thumbprint as well; WSO2 adds the algorithm to it (`…_RS256`). */
export function thumbprintsOfKey(jwk: Members, kid = ""): readonly Thumbprint[] {
  return [...thumbprintsIn(jwk), digestIn(kid.replace(/_[RPE]S\d+$/, ""), "x5t")]
}

/**
 * The digest itself: WSO2 and older servers of Auth0 write base64url of its hexadecimal digits, and then WSO2 calls the
 * one of SHA-256 `x5t`, too. What is no digest of its name fits no other.
 */
function digestIn(value: string, name: string): Thumbprint {
  const octets = Buffer.from(value, "base64url")
  const text = octets.toString("latin1")
  if (/^[\da-f]{40}(?:[\da-f]{24})?$/i.test(text)) return text.toLowerCase()
  return octets.length === (name === "x5t" ? 20 : 32) ? octets.toString("hex") : value
}
