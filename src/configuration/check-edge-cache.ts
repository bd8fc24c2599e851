import type { Report } from "../problems/option-checks.ts"
import type { EdgeHeaders } from "../types/edge-options.ts"
import type { EvidenceOptions } from "./checked-edge.ts"

/** An edge whose answers may be cached. */
interface CachedEdge {
  readonly role: "identity" | "attributes"
  readonly headers: EdgeHeaders
  readonly evidence: readonly EvidenceOptions[]
}

/** What its answers are cached under. */
interface CacheKey {
  readonly resultTtlSeconds: number
  readonly identitySources: ReadonlySet<string>
  /** The issuers of bearer tokens. */
  readonly issuers: readonly unknown[]
}

/**
 * Refuses what API Gateway's cache would make of evidence (SR-143): every client that repeats the identity sources gets
 * an answer that was given to the edge. So they have to hold all evidence, and all that it proves.
 */
export function checkEdgeCache(
  { role, headers, evidence }: CachedEdge,
  { resultTtlSeconds, identitySources, issuers }: CacheKey,
  report: Report,
): void {
  if (resultTtlSeconds === 0) return
  const path = "gateway.resultTtlSeconds"
  if (role === "identity" && issuers.length > 0) {
    report(path, "must be 0 if requests come with a token or with an identity of the edge: no cache key fits both")
  }
  const identity = Object.values(headers).map((option) => (typeof option === "string" ? option : option.name))
  const demanded = new Map<string, string>()
  for (const entry of evidence) {
    if (entry.hmac !== undefined) {
      report(path, `must be 0 with ${entry.path}.hmac: a cached answer checks no signature, time, method or path`)
    }
    for (const source of sourcesOf(entry, identity)) demanded.set(source.toLowerCase(), source)
  }
  const missing = [...demanded].filter(([normalised]) => !identitySources.has(normalised)).map(([, source]) => source)
  if (missing.length === 0) return
  report(
    "gateway.identitySources",
    `must hold ${missing.map((source) => `"${dialects(source)}"`).join(", ")}, ` +
      "here and in API Gateway, else one caller gets another's answer. Or set both TTLs to 0",
  )
}

/** The identity sources that an entry's evidence needs, without the prefix that differs between kinds of API. */
function sourcesOf(
  { jws, hmac, secret, mtls, vpceIds, cidrs }: EvidenceOptions,
  identity: readonly string[],
): string[] {
  if (hmac !== undefined) return [] // needs TTL 0 in any case
  const header = (name: string): string => `request.header.${name}`
  const sources: string[] = []
  if (jws !== undefined) sources.push(header(jws.header))
  if (secret !== undefined) sources.push(header(secret.header))
  if (mtls !== undefined) sources.push("context.identity.clientCert.clientCertPem")
  if (vpceIds !== undefined) sources.push("context.identity.vpceId")
  if (cidrs !== undefined) sources.push("context.identity.sourceIp")
  // A minted token holds the identity itself; other evidence only vouches for the headers beside it.
  return jws === undefined ? [...sources, ...identity.map(header)] : sources
}

function dialects(source: string): string {
  return source.startsWith("request.") ? `method.${source}` : source
}
