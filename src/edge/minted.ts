import { claimAt } from "../shared/claim.ts"
import type { ClaimPath } from "../shared/configuration.ts"
import type { EdgeHeaders } from "../shared/edge-options.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { Asserted } from "./evidence/evidence.ts"
import { compileHeaders, type EdgeValue, type EdgeValues } from "./header-options.ts"
import type { ScannedHeaders } from "./headers.ts"

/** Reads the identity out of a minted token, and holds the headers beside it to it. */
export type ReadMinted = (asserted: Asserted, scanned: ScannedHeaders) => EdgeValues | Refusal

const mismatch = refusal("edge_header_mismatch")

/**
 * Every value comes out of the token: it does not cover the headers, so whoever has one could put any group beside it.
 * A header may be there all the same; then it has to say what the token says (SR-127).
 *
 * @param headers checked options
 */
export function compileMinted(headers: EdgeHeaders): ReadMinted {
  const { readClaims } = compileHeaders(headers)
  const beside = compileHeaders(
    Object.fromEntries(
      Object.entries(headers).map(([key, option]) => [
        key,
        { ...(typeof option === "string" ? { name: option } : option), optional: true },
      ]),
    ),
  )
  return ({ principal, claims }, scanned) => {
    const values = readClaims((key) => claimAt(principal.claims, pathOf(claims, key)))
    if ("refused" in values) return values
    const shown = beside.read(scanned)
    if ("refused" in shown) return shown
    for (const key in shown) if (!isSame(shown[key], values[key])) return mismatch
    return values
  }
}

function pathOf(claims: Asserted["claims"], key: string): ClaimPath {
  return Object.hasOwn(claims, key) ? (claims[key] as ClaimPath) : key === "user" ? "sub" : key
}

function isSame(shown: EdgeValue | undefined, value: EdgeValue | undefined): boolean {
  return JSON.stringify(shown) === JSON.stringify(value)
}
