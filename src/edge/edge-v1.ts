import { nodeCrypto } from "../shared/node-crypto.ts"
import { withoutBlanks } from "./values/characters.ts"

const { createHmac } = nodeCrypto

/** What an `edge-v1` signature covers, as the edge sends it to API Gateway: after every rewrite of host and path. */
export interface EdgeV1Request {
  readonly method: string
  /** The host name in any case, without a port. */
  readonly host: string
  /** The path with its leading slash and its percent-escapes as they are, without the query string. */
  readonly path: string
  /**
   * The protected headers: name in any case to value. All that the verifier is configured with belong here, and no
   * others; `""` for one that is not sent, so that no attacker can drop it or add it.
   */
  readonly headers: { readonly [name: string]: string }
}

/** A request to sign, with the key. */
export interface EdgeV1Signing extends EdgeV1Request {
  /** 1 to 64 letters, digits and `.`, `_`, `-`. */
  readonly keyId: string
  /** The bytes of the key, not its hex text; 32 of them for HMAC-SHA256. */
  readonly key: Uint8Array
  /** Seconds since the epoch. */
  readonly unixSeconds: number
}

/** Key ids that the signature header can hold without quoting. */
export const keyIdForm: RegExp = /^[A-Za-z0-9._-]{1,64}$/

/** The longest `ts` has twelve digits; a year of more than 30,000 is none. */
const maxUnixSeconds = 999_999_999_999

/**
 * The text that an `edge-v1` signature covers: lines joined by one LF, without one at the end.
 *
 * @param signing the request, the key id and the time in seconds since the epoch
 * @throws TypeError if a part could be read as another line, or is not what its line holds. Names no value.
 * @example
 * ```ts
 * import { edgeV1Text } from "hallpass/edge"
 *
 * const text = edgeV1Text({
 *   ...{ keyId: "k1", unixSeconds: 1767225600, method: "GET", host: "api.example.com", path: "/orders" },
 *   headers: { "X-Edge-User": "alice" },
 * })
 * console.log(text.replaceAll("\n", " ")) // edge-v1 k1 1767225600 GET api.example.com /orders x-edge-user:alice
 * ```
 */
export function edgeV1Text({ keyId, unixSeconds, method, host, path, headers }: Omit<EdgeV1Signing, "key">): string {
  const seen = new Set<string>()
  const fields: SignedField[] = []
  for (const [name, value] of Object.entries(headers)) {
    const lowerCaseName = name.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lowerCaseName)) throw new TypeError("a header name is no RFC 9110 token")
    if (seen.has(lowerCaseName)) throw new TypeError("a header is named twice, in two spellings")
    seen.add(lowerCaseName)
    if (typeof value !== "string" || !/^[ -~]*$/.test(value)) {
      throw new TypeError("a header value holds more than printable ASCII; encode it as base64url")
    }
    fields.push([lowerCaseName, value])
  }
  if (!keyIdForm.test(keyId)) throw new TypeError("keyId must be 1 to 64 letters, digits and . _ -")
  if (!Number.isSafeInteger(unixSeconds) || unixSeconds < 1 || unixSeconds > maxUnixSeconds) {
    throw new TypeError("unixSeconds must be whole seconds since the epoch")
  }
  if (!/^[A-Za-z]+$/.test(method)) throw new TypeError("method must be letters")
  if (!/^[!-~]+$/.test(host)) throw new TypeError("host must be a host name")
  if (!/^\/[!-~]*$/.test(path)) throw new TypeError("path must begin with / and hold no blanks; percent-encode them")
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return signedText(keyId, String(unixSeconds), { method, host, path }, fields)
}

/**
 * The signature: base64 of HMAC-SHA256 over the text in UTF-8 (RFC 2104, RFC 4648 section 4).
 *
 * @param key the bytes of the key, not its hex text
 * @param text as `edgeV1Text` returns it
 * @example
 * ```ts
 * import { edgeV1Signature } from "hallpass/edge"
 *
 * const key = Buffer.from("8f1c0a5be26d7934c0d1e2f3a4b5968778695a4b3c2d1e0ff0e1d2c3b4a59687", "hex")
 * console.log(edgeV1Signature(key, "edge-v1").length) // 44
 * ```
 */
export function edgeV1Signature(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text, "utf8").digest("base64")
}

/**
 * Signs a request as the edge does.
 *
 * @param signing the request, the key with its id, and the time in seconds since the epoch
 * @returns the value of the signature header, which begins with `v=1; kid=k1`
 * @throws TypeError as `edgeV1Text` does
 * @example
 * ```ts
 * import { signEdgeRequest } from "hallpass/edge"
 *
 * const signature = signEdgeRequest({
 *   keyId: "k1",
 *   key: Buffer.from("8f1c0a5be26d7934c0d1e2f3a4b5968778695a4b3c2d1e0ff0e1d2c3b4a59687", "hex"),
 *   ...{ unixSeconds: 1767225600, method: "GET", host: "api.example.com", path: "/orders" },
 *   headers: { "X-Edge-User": "alice" },
 * })
 * console.log(signature.slice(0, 26)) // v=1; kid=k1; ts=1767225600
 * ```
 */
export function signEdgeRequest(signing: EdgeV1Signing): string {
  const signature = edgeV1Signature(signing.key, edgeV1Text(signing))
  return `v=1; kid=${signing.keyId}; ts=${signing.unixSeconds}; sig=${signature}`
}

/** A protected header: its name in lower case, and its value or `""`. */
export type SignedField = readonly [lowerCaseName: string, value: string]

/** The text of parts that have been checked already. @param fields sorted by name */
export function signedText(
  keyId: string,
  seconds: string,
  { method, host, path }: Pick<EdgeV1Request, "method" | "host" | "path">,
  fields: readonly SignedField[],
): string {
  let text = `edge-v1\n${keyId}\n${seconds}\n${method.toUpperCase()}\n${host.toLowerCase()}\n${path}`
  for (const [name, value] of fields) text += `\n${name}:${withoutBlanks(value)}`
  return text
}
