import { LRUCache } from "lru-cache"
import { keyHoldsValue } from "../shared/cache-key.ts"
import type { EdgeHeaders } from "../types/edge-options.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { EdgeIdentity } from "./asserted-principal.ts"
import { anyOf, type Proof, type Received, type VerifyEvidence } from "./evidence/evidence.ts"
import { type CompiledHeaders, compileHeaders, type EdgeValues, isRefused } from "./header-options.ts"
import { createHeaderScan, type ScannedHeaders, type TrustedHeader } from "./headers.ts"
import { compileMinted, remembered } from "./jws-identity.ts"

/** A header of the evidence. */
export interface EvidenceHeader extends TrustedHeader {
  /**
   * It names the caller or speaks for who does (a JWS, a signature), so that its presence alone makes the edge decide.
   */
  readonly speaks: boolean
}

/** What the room needs of the configuration, ready to be used. */
export interface EdgeParts {
  readonly headers: EdgeHeaders
  readonly evidenceHeaders: readonly EvidenceHeader[]
  /** Any one entry is enough; everything inside an entry must hold. */
  readonly evidence: readonly (readonly VerifyEvidence[])[]
  /** What evidence vouches for and a kept answer must be kept under; undefined if API Gateway keeps no answer. */
  readonly kept: KeptUnder | undefined
  /** Requests without anything of the edge are not refused here, because a token may authenticate them instead. */
  readonly mayBeAbsent: boolean
}

/**
 * What the cache key must hold, so that no caller is given the answer that another one's evidence has earned (SR-143).
 */
export interface KeptUnder {
  /** Headers of the evidence, and those with the identity unless a minted token holds it. In lower case. */
  readonly headers: readonly string[]
  readonly sourceIp: boolean
  readonly certificate: boolean
}

/**
 * What the edge asserts of a request's caller, or why it is not believed; undefined if there is nothing of the edge
 * and that is allowed. A value at once while nothing has to be fetched. Never throws, never rejects.
 */
export type VerifyEdge = (
  request: AccessRequest,
  nowMs: number,
) => EdgeIdentity | Refusal | undefined | Promise<EdgeIdentity | Refusal>

/** How long evidence without a time of its own counts, for the context. Seconds. */
const timelessSeconds = 60

const gatewayMismatch = refusal("gateway_mismatch")

/**
 * Believes identity headers only with evidence. A header is read by no other way than the scan, which refuses whatever
 * a client could slip in; a value leaves this function only with a proof (SR-120, SR-121, SR-131).
 */
export function createEdge({ headers, evidenceHeaders, evidence, kept, mayBeAbsent }: EdgeParts): VerifyEdge {
  const compiled = compileHeaders(headers)
  const readHeaders = remembering(compiled)
  const readMinted = compileMinted(headers)
  const scan = createHeaderScan([...compiled.needed, ...evidenceHeaders])
  const proven = anyOf(evidence)
  const speaking = [...compiled.needed, ...evidenceHeaders.filter(({ speaks }) => speaks)].map(({ name }) =>
    name.toLowerCase(),
  )

  function believed(
    proof: Proof | Refusal,
    { scanned, connection, nowMs }: Received,
    { identitySources }: AccessRequest,
  ): EdgeIdentity | Refusal {
    if ("refused" in proof) return proof
    // HTTP APIs say under which values they keep the answer; other APIs do not.
    if (kept !== undefined && identitySources !== undefined) {
      const { sourceIp, clientCertPem } = connection
      const holds = (value: string | undefined): boolean => keyHoldsValue(identitySources, value)
      const held = kept.headers.every((name) => holds(scanned.get(name)))
      if (!held || (kept.sourceIp && !holds(sourceIp)) || (kept.certificate && !holds(clientCertPem)))
        return gatewayMismatch
    }
    const { expiresAt, asserted } = proof
    const values = asserted === undefined ? readHeaders(scanned) : readMinted(asserted, scanned)
    if (isRefused(values)) return values
    const end = Number.isFinite(expiresAt) ? expiresAt : Math.floor(nowMs / 1000) + timelessSeconds
    return { values, expiresAt: end }
  }

  return (request, nowMs) => {
    const { connection } = request
    // A TOKEN event has no headers: that the edge spoke, or did not, cannot be known.
    if (connection === undefined) return gatewayMismatch
    const scanned = scan(request)
    if ("refused" in scanned) return scanned
    if (mayBeAbsent && !speaking.some((name) => scanned.has(name))) return undefined
    const received = { scanned, connection, nowMs }
    const proof = proven(received)
    return proof instanceof Promise
      ? proof.then((settled) => believed(settled, received, request))
      : believed(proof, received, request)
  }
}

/**
 * Reads headers that evidence vouches for. The same caller comes again and again with the same headers, while
 * signatures differ each time; no caller without evidence can put anything in here.
 */
function remembering({ needed, read }: CompiledHeaders): CompiledHeaders["read"] {
  const names = needed.map(({ name }) => name)
  const known = new LRUCache<string, EdgeValues>(remembered)
  return (scanned: ScannedHeaders) => {
    let text = ""
    // A line for each header, whether it is there or not; the scan lets no line break through.
    for (const name of names) text += `${scanned.get(name) ?? ""}\n`
    const before = known.get(text)
    if (before !== undefined) return before
    const values = read(scanned)
    if (!isRefused(values)) known.set(text, values, { size: text.length })
    return values
  }
}
