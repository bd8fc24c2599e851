/**
 * Characters that a client writes plainly, from the fewest escapes to the most: all visible ASCII; all but those that a
 * browser escapes (URL Standard, path percent-encode set); those that RFC 3986 section 3.3 allows in a path; those that
 * `encodeURIComponent` leaves alone; those that RFC 3986 section 2.3 leaves unreserved. The slash separates segments.
 */
const writtenPlainly = [
  /[!-~]/,
  /[!$-;=@-\]_a-z|~]/,
  /[!$&-;=@-Z_a-z~]/,
  /[!'()*\-./0-9A-Z_a-z~]/,
  /[-./0-9A-Z_a-z~]/,
] as const

const unreserved = /^[-./0-9A-Z_a-z~]*$/
const requestTarget = /^[!-~]*$/
/** What only an escape can have brought into a path (RFC 3986 section 3.3), and the percent sign, which can be both. */
const broughtByEscape = /[^!$&-;=@-Z_a-z~]/

/**
 * The path as the client most probably sent it. What a request line cannot hold (RFC 9112 section 3.2) is escaped, so
 * that no path can bring a line of its own.
 */
export function likelyPath(path: string): string {
  return requestTarget.test(path) ? path : escaped(path, writtenPlainly[0], false)
}

/**
 * Other forms in which the client may have sent the path, ten at most. An escape is in capitals or in small letters.
 * HTTP APIs show the path decoded: each of these forms is then the path that the gateway shows, and no other.
 *
 * @param decoded whether the gateway shows the path decoded
 */
export function otherPaths(path: string, decoded: boolean): ReadonlySet<string> {
  const paths = new Set<string>()
  if (unreserved.test(path)) return paths
  for (const plainly of decoded ? writtenPlainly : [writtenPlainly[0]]) {
    paths.add(escaped(path, plainly, false)).add(escaped(path, plainly, true))
  }
  paths.delete(likelyPath(path))
  return paths
}

/** Whether a path that is shown decoded held an escape, so that the client may have sent it in another form. */
export function heldEscape(path: string): boolean {
  return broughtByEscape.test(path)
}

function escaped(path: string, plainly: RegExp, small: boolean): string {
  let sent = ""
  const octets = Buffer.from(path, "utf8")
  for (const [at, octet] of octets.entries()) {
    const character = String.fromCharCode(octet)
    if (character === "%" ? !isStray(octets, at, plainly) : plainly.test(character)) sent += character
    else {
      const digits = octet.toString(16).padStart(2, "0")
      sent += `%${small ? digits : digits.toUpperCase()}`
    }
  }
  return sent
}

/**
 * Whether a percent sign begins no escape, and an encoder would have escaped it. One that begins an escape
 * stays: to take it for `%25` would let a signature over one path count for another.
 */
function isStray(octets: Uint8Array, at: number, plainly: RegExp): boolean {
  return !plainly.test("%") && !/^[0-9A-Fa-f]{2}$/.test(String.fromCharCode(...octets.subarray(at + 1, at + 3)))
}
