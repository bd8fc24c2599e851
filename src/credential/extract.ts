import type { CredentialOptions } from "../types/configuration.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import {
  cookiePlace,
  type Found,
  headerPlace,
  malformed,
  type Presented,
  queryPlace,
  type ReadPlace,
  subprotocolPlace,
} from "./places.ts"

/** The `credential` block with its defaults. */
export type CheckedCredential = CredentialOptions & {
  readonly scheme: string | null
  readonly maxLength: number
}

/** The one credential of a request, or why there is none. Knows its place, and nothing of its contents. */
export type ExtractCredential = (request: AccessRequest) => Presented | Refusal

const missing = refusal("credential_missing")
const ambiguous = refusal("credential_ambiguous")
const wrongForm = refusal("credential_malformed")
const tooLong = refusal("token_too_long")

/**
 * Looks in the configured places only. A credential in two places, or twice in one, is refused whatever it says. Two
 * readers of one request must not be able to see two different callers (RFC 6750 section 2, SR-001, SR-003).
 */
export function createExtract({
  header,
  scheme,
  cookie,
  query,
  subprotocol,
  maxLength,
}: CheckedCredential): ExtractCredential {
  const places: ReadPlace[] = []
  if (header !== undefined) places.push(headerPlace(header, scheme))
  if (cookie !== undefined) places.push(cookiePlace(cookie))
  if (query !== undefined) places.push(queryPlace(query))
  if (subprotocol !== undefined) places.push(subprotocolPlace(subprotocol))
  return (request) => {
    let found: Found | undefined
    for (const place of places) {
      const candidates = place(request)
      if (candidates.length > 1 || (found !== undefined && candidates.length > 0)) return ambiguous
      found ??= candidates[0]
    }
    if (found === undefined) return missing
    if (found === malformed) return wrongForm
    return found.token.length > maxLength ? tooLong : found
  }
}
