import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { type FetchedDocument, FetchFailure, type FetchKeySet, type FetchLimits, mayFetch } from "./document.ts"
import { failureOrFault } from "./network-error.ts"

/** Where a key set is to be found. */
export type KeyLocation =
  | { readonly jwksUri: string }
  /** `issuer` is what the discovery document must say, character for character. */
  | { readonly discoveryUrl: string; readonly issuer: string }

/** What a server said of the set that we have, so that it can say "not modified" (RFC 9110 section 13.1). */
export interface Validators {
  /** The address that gave them: another one knows nothing of them. */
  readonly url: string
  readonly headers: { readonly [name: string]: string }
}

/** A fetched set, or the news that the one at hand is still right. */
export interface FetchedKeySet {
  /** The text of the document; undefined for "not modified". */
  readonly body: string | undefined
  readonly headers: FetchedDocument["headers"]
  readonly validators: Validators | undefined
}

/** Largest discovery document. Bytes; real ones have up to 10,000. */
const maxMetadataBytes = 65_536

/** The fetch of one set: what to call, within which limits, until when, and whether a second attempt is allowed. */
interface Errand {
  readonly fetchKeySet: FetchKeySet
  readonly limits: FetchLimits
  readonly mayRetry: boolean
  /** In the time of `performance.now`. */
  readonly deadlineMs: number
}

/** Fetches a key set, by way of discovery where the location asks for it, all within one deadline. */
export async function fetchFrom(
  location: KeyLocation,
  fetchKeySet: FetchKeySet,
  limits: FetchLimits,
  { known, mayRetry }: { readonly known: Validators | undefined; readonly mayRetry: boolean },
): Promise<FetchedKeySet> {
  const errand: Errand = { fetchKeySet, limits, mayRetry, deadlineMs: performance.now() + limits.timeoutMs }
  if ("jwksUri" in location) return fetchSet(location.jwksUri, errand, known)
  const { discoveryUrl, issuer } = location
  const maxBytes = Math.min(limits.maxBytes, maxMetadataBytes)
  const metadata = parsed(await attempt(discoveryUrl, { ...errand, limits: { ...limits, maxBytes } }))
  // RFC 8414 section 3.3: metadata that names another issuer must not be used, and nothing of it is kept (SR-091).
  if (ownText(metadata, "issuer") !== issuer) throw new FetchFailure("issuer_mismatch")
  const jwksUri = ownText(metadata, "jwks_uri")
  if (jwksUri === undefined || !mayFetch(jwksUri, limits.allowHttpLoopback)) throw new FetchFailure("url_refused")
  return fetchSet(jwksUri, { ...errand, limits: { ...limits, discovered: true } }, known)
}

async function fetchSet(url: string, errand: Errand, known: Validators | undefined): Promise<FetchedKeySet> {
  const condition = known?.url === url ? known.headers : undefined
  const answer = await attempt(url, errand, condition)
  const { status, headers } = answer
  // Only an answer to our own condition means that the set at hand is right.
  if (status === 304) return { body: undefined, headers, validators: known }
  return { body: answer.body, headers, validators: validatorsOf(url, headers) }
}

/**
 * One request, and one more on a fresh connection when the first one died: sockets do not survive a freeze (SR-107).
 */
async function attempt(
  url: string,
  { fetchKeySet, limits, mayRetry, deadlineMs }: Errand,
  condition?: Validators["headers"],
): Promise<FetchedDocument> {
  for (let again = mayRetry; ; again = false) {
    const timeoutMs = Math.floor(deadlineMs - performance.now())
    if (timeoutMs <= 0) throw new FetchFailure("timeout")
    try {
      const answer = await fetchKeySet(url, { ...limits, timeoutMs, ...(condition && { headers: condition }) })
      const { status, headers, body } = answer
      if (body?.length > limits.maxBytes) throw new FetchFailure("too_large")
      if (status === 200 || (status === 304 && condition !== undefined)) return answer
      const retryAfter = status === 429 || status === 503 ? headers["retry-after"] : undefined
      const mayRetry = status >= 500 && retryAfter === undefined
      throw new FetchFailure("status", { mayRetry, retryAfter, facts: { status } })
    } catch (error) {
      const failure = failureOrFault(error)
      if (failure instanceof FetchFailure) Object.assign(failure.facts, { host: new URL(url).host })
      const worthIt = failure instanceof FetchFailure ? failure.mayRetry : true
      if (!again || !worthIt) throw failure
    }
  }
}

function validatorsOf(
  url: string,
  { etag, "last-modified": lastModified }: FetchedDocument["headers"],
): Validators | undefined {
  // RFC 9110 section 13.1.3: a date is not looked at beside an entity tag, so only one of them is sent.
  if (etag !== undefined && etag.length <= 256) return { url, headers: { "if-none-match": etag } }
  if (lastModified !== undefined && lastModified.length <= 64)
    return { url, headers: { "if-modified-since": lastModified } }
  return undefined
}

function parsed({ body }: FetchedDocument): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(body))
  } catch (cause) {
    throw new FetchFailure("not_a_key_set", { cause })
  }
}

function ownText(document: unknown, name: string): string | undefined {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, name)) return undefined
  const value = (document as { [name: string]: unknown })[name]
  return typeof value === "string" ? value : undefined
}
