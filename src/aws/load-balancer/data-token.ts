import { duplicateMembers } from "../../configuration/duplicate-members.ts"
import { decodeSegment, maxTokenLength } from "../../token/compact.ts"
import { readHeader } from "../../token/header.ts"
import { deepFreeze, type JsonObject, parseObject } from "../../token/json.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"

/** What a load balancer puts into `x-amzn-oidc-data`, taken apart. Nothing of it is verified yet. */
export interface DataToken {
  /** The JOSE header, which holds what other tokens have as claims. */
  readonly header: JsonObject
  readonly kid: string
  /** The text that the signature covers, its padding included. */
  readonly signed: string
  readonly payload: Buffer
  readonly signature: Buffer
}

const malformed = refusal("token_malformed")
const tooLong = refusal("token_too_long")
const headerInvalid = refusal("header_invalid")
const algorithmRefused = refusal("algorithm_not_allowed")
const typeRefused = refusal("type_not_allowed")
const kidMissing = refusal("kid_missing")

const segmentForm = /^[\w-]+={0,2}$/
/** A UUID in small letters. It goes into an address, so it is nothing else. */
const kidForm = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/**
 * Reads a token of a load balancer: three base64url segments with their padding. RFC 7515 forbids the padding, and a
 * load balancer signs it.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
export function readDataToken(text: string): DataToken | Refusal {
  if (text.length > maxTokenLength) return tooLong
  const segments = text.split(".", 4)
  const [head = "", payload, signature] = segments.map(withoutPadding)
  const octets = [payload, signature].map((segment) => segment && decodeSegment(segment))
  if (segments.length !== 3 || !head || !octets[0] || !octets[1]) return malformed
  const read = readHeader(head)
  if ("refused" in read) return read
  // `readHeader` has shown that this is JSON.
  if (duplicateMembers(Buffer.from(head, "base64url").toString()).length > 0) return headerInvalid
  const { algorithm, kid, type, members } = read
  if (algorithm.name !== "ES256") return algorithmRefused
  if (type !== "" && type !== "jwt") return typeRefused
  if (kid === undefined) return kidMissing
  if (!kidForm.test(kid)) return headerInvalid
  const signed = text.slice(0, text.lastIndexOf("."))
  return { header: members, kid, signed, payload: octets[0], signature: octets[1] }
}

/**
 * A segment in the form that JOSE has. Padded segments are a multiple of four characters, so a text has one spelling
 * only.
 */
function withoutPadding(segment: string): string | undefined {
  if (segment.length % 4 !== 0 || !segmentForm.test(segment)) return undefined
  return segment.replace(/=+$/, "")
}

/** The claims of the user, frozen; undefined if the payload is not one JSON object with each member once. */
export function readClaims(payload: Buffer): JsonObject | undefined {
  const claims = parseObject(payload)
  if (claims === undefined || duplicateMembers(payload.toString()).length > 0) return undefined
  return deepFreeze(claims) ? claims : undefined
}
