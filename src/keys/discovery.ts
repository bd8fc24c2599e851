import { type FetchedDocument, FetchFailure, type FetchKeySet, type FetchLimits, mayFetch } from "./document.ts"

/** Where a key set is to be found. */
export type KeyLocation =
  | { readonly jwksUri: string }
  /** `issuer` is what the discovery document must say, character for character. */
  | { readonly discoveryUrl: string; readonly issuer: string }

/** Fetches a key set, by way of discovery where the location asks for it, all within one deadline. */
export async function fetchFrom(
  location: KeyLocation,
  fetchKeySet: FetchKeySet,
  limits: FetchLimits,
): Promise<{ keySet: unknown; headers: FetchedDocument["headers"] }> {
  if ("jwksUri" in location) return fetchJson(location.jwksUri, fetchKeySet, limits)
  const startedMs = performance.now()
  const { keySet: metadata } = await fetchJson(location.discoveryUrl, fetchKeySet, limits)
  // RFC 8414 section 3.3: metadata that names another issuer must not be used, and nothing of it is kept (SR-091).
  if (ownText(metadata, "issuer") !== location.issuer) throw new FetchFailure("issuer_mismatch")
  const jwksUri = ownText(metadata, "jwks_uri")
  if (jwksUri === undefined || !mayFetch(jwksUri, limits.allowHttpLoopback)) throw new FetchFailure("url_refused")
  const timeoutMs = Math.floor(limits.timeoutMs - (performance.now() - startedMs))
  if (timeoutMs <= 0) throw new FetchFailure("timeout")
  return fetchJson(jwksUri, fetchKeySet, { ...limits, timeoutMs })
}

async function fetchJson(
  url: string,
  fetchKeySet: FetchKeySet,
  limits: FetchLimits,
): Promise<{ keySet: unknown; headers: FetchedDocument["headers"] }> {
  const { status, headers, body } = await fetchKeySet(url, limits)
  if (status !== 200) throw new FetchFailure("status")
  try {
    return { keySet: JSON.parse(body), headers }
  } catch (cause) {
    throw new FetchFailure("not_a_key_set", { cause })
  }
}

function ownText(document: unknown, name: string): string | undefined {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, name)) return undefined
  const value = (document as { [name: string]: unknown })[name]
  return typeof value === "string" ? value : undefined
}
