import type { Principal } from "../../types/principal.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import type { Connection } from "../../types/request.ts"
import type { ScannedHeaders } from "../headers.ts"

/** What evidence is judged by: the headers that only the edge may set, and what the gateway itself says. */
export interface Received {
  readonly scanned: ScannedHeaders
  readonly connection: Connection
  readonly nowMs: number
}

/** Evidence that holds. */
export interface Proof {
  /** When it stops to hold. Seconds since the epoch; Infinity for what has no time. */
  readonly expiresAt: number
  /** The principal of a minted JWS: what the edge asserts, in place of the headers. */
  readonly asserted?: Asserted
}

/** What a minted JWS says, and which of its claims says what. */
export interface Asserted {
  readonly principal: Principal
  readonly claims: JwsClaims
}

/** Context key to claim path, where it is not the key itself. */
export type JwsClaims = { readonly [contextKey: string]: string | readonly string[] }

type Judged = Proof | Refusal

/** Judges one piece of evidence: at once while nothing has to be fetched. Never throws, never rejects. */
export type VerifyEvidence = (received: Received) => Judged | Promise<Judged>

/** The request has nothing of this evidence. */
export const missing: Refusal = refusal("edge_evidence_missing")
/** Evidence that holds without a time of its own. */
export const timeless: Proof = Object.freeze({ expiresAt: Number.POSITIVE_INFINITY })

/** Any one entry is enough; in an entry, everything must hold. @param entries in the order of the configuration */
export function anyOf(entries: readonly (readonly VerifyEvidence[])[]): VerifyEvidence {
  const checks = entries.map(allOf)
  const from = (received: Received, start: number, before: Refusal): Judged | Promise<Judged> => {
    let worst = before
    for (let index = start; index < checks.length; index++) {
      const judged = (checks[index] as VerifyEvidence)(received)
      if (judged instanceof Promise) {
        return judged.then((settled) =>
          "refused" in settled ? from(received, index + 1, graver(worst, settled)) : settled,
        )
      }
      if (!("refused" in judged)) return judged
      worst = graver(worst, judged)
    }
    return worst
  }
  return (received) => from(received, 0, missing)
}

function allOf(checks: readonly VerifyEvidence[]): VerifyEvidence {
  const [only] = checks
  if (checks.length === 1 && only !== undefined) return only
  const from = (received: Received, start: number, before: Proof): Judged | Promise<Judged> => {
    let proof = before
    for (let index = start; index < checks.length; index++) {
      const judged = (checks[index] as VerifyEvidence)(received)
      if (judged instanceof Promise) {
        return judged.then((settled) =>
          "refused" in settled ? settled : from(received, index + 1, both(proof, settled)),
        )
      }
      if ("refused" in judged) return judged
      proof = both(proof, judged)
    }
    return proof
  }
  return (received) => from(received, 0, timeless)
}

function both(a: Proof, b: Proof): Proof {
  if (a === timeless) return b // the first of an entry, and most often the only one
  const asserted = a.asserted ?? b.asserted
  return { expiresAt: Math.min(a.expiresAt, b.expiresAt), ...(asserted && { asserted }) }
}

/** What is undecided goes before what is wrong (SR-147), and what is wrong before what is not there. */
function graver(a: Refusal, b: Refusal): Refusal {
  if (b === missing) return a
  return a === missing || b.outcome === "unavailable" ? b : a
}
