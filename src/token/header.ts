import { maxKidLength } from "../keys/thumbprints.ts"
import { type Algorithm, algorithms } from "../shared/algorithms.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { decodeSegment } from "./compact.ts"
import { type JsonObject, parseObject } from "./json.ts"

/** What verification reads of a JOSE header (RFC 7515 section 4). Everything else in it is ignored. */
export interface JoseHeader {
  readonly algorithm: Algorithm
  readonly kid: string | undefined
  /** `typ` in lower case without `application/`; `""` when absent (RFC 7515 section 4.1.9). */
  readonly type: string
  readonly members: JsonObject
}

const malformed = refusal("token_malformed")
const invalid = refusal("header_invalid")
const critical = refusal("header_critical")
const algorithmRefused = refusal("algorithm_not_allowed")
const typeRefused = refusal("type_not_allowed")

/**
 * Reads a header segment. `jwk`, `jku`, `x5u` and `x5c` are never looked at: a token does not choose the key that
 * verifies it (RFC 8725 section 3.10).
 */
export function readHeader(segment: string): JoseHeader | Refusal {
  const octets = decodeSegment(segment)
  if (octets === undefined) return malformed
  const members = parseObject(octets)
  if (members === undefined) return invalid
  // RFC 7515 section 4.1.11: an extension that is not implemented must be refused, and none is. An own member of any
  // type counts, an empty list included. RFC 7797 changes what is signed; a token may only say that it does not use it.
  if (members.crit !== undefined) return critical
  if (members.b64 !== undefined && members.b64 !== true) return critical
  const alg = members.alg
  if (typeof alg !== "string") return invalid
  const algorithm = algorithms.get(alg) // an exact look-up in an allow-list: `none`, `HS256` and `rs256` are not in it
  if (algorithm === undefined) return algorithmRefused
  const kid = members.kid
  if (kid !== undefined && (typeof kid !== "string" || kid === "" || kid.length > maxKidLength)) return invalid
  const typ = members.typ
  if (typ !== undefined && typeof typ !== "string") return invalid
  const cty = members.cty
  if (cty !== undefined && typeof cty !== "string") return invalid
  if (cty !== undefined && mediaType(cty) === "jwt") return typeRefused // a nested token (RFC 7519 section 5.2)
  return { algorithm, kid, type: typ === undefined ? "" : mediaType(typ), members }
}

function mediaType(value: string): string {
  const lower = value.toLowerCase()
  return lower.startsWith("application/") ? lower.slice("application/".length) : lower
}
