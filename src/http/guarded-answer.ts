import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { accessRequest, type Peer } from "./access-request.ts"
import type { GuardedIdentity, GuardedRequest } from "./guarded-request.ts"
import { isRefusal, maxHeaders, onlyValue, readHeaders } from "./received-headers.ts"
import type { Service } from "./service.ts"
import { faultAnswer, type ServiceAnswer } from "./service-answers.ts"

/** The answer to a request of node:http. Never rejects. */
export function answerOf(service: Service, request: GuardedRequest): Promise<ServiceAnswer> {
  return decided(service, () => readGuarded(request))
}

/** A fault is no allow, also one of reading the request. Never rejects. */
export async function decided(service: Service, read: () => AccessRequest | Refusal): Promise<ServiceAnswer> {
  try {
    return await service.decide(read())
  } catch {
    return faultAnswer
  }
}

export function identityOf(answer: ServiceAnswer): GuardedIdentity | undefined {
  const { principal, route } = answer
  return principal && { principal, route, headers: namedHeaders(answer) }
}

/** The headers of an answer by their names, of which none is there twice. */
export function namedHeaders({ headers }: ServiceAnswer): { [name: string]: string } {
  const named: { [name: string]: string } = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at] as string] = headers[at + 1] as string
  return named
}

const pathAmbiguous = refusal("path_ambiguous")

/**
 * Reads a request of node:http.
 *
 * @param behindService whether identity headers of the service are headers like any other: a service has set them
 *   before
 */
export function readGuarded(request: GuardedRequest, behindService = false): AccessRequest | Refusal {
  const { method = "", url = "", originalUrl = url } = request
  const raw = rawHeadersOf(request)
  // Node.js drops headers beyond its limit, and what is dropped is not seen.
  if (raw.length > 2 * maxHeaders) return pathAmbiguous
  return requestFrom(raw, method, originalUrl, peerOf(request), behindService)
}

/** @param raw name, value, name, value, … */
export function requestFrom(
  raw: readonly string[],
  method: string,
  target: string,
  peer: Peer,
  behindService = false,
): AccessRequest | Refusal {
  const headers = readHeaders(raw, behindService)
  if (isRefusal(headers)) return headers
  const host = onlyValue(headers, "host")
  return typeof host === "object" ? host : accessRequest({ method, host, target }, headers, peer)
}

/** A request of a connection has raw headers, at least its Host. */
function rawHeadersOf({ rawHeaders = [], headers = {} }: GuardedRequest): readonly string[] {
  if (rawHeaders.length > 0) return rawHeaders
  return Object.entries(headers).flatMap(([name, value]) =>
    // Some adapters add a length as a number.
    value === undefined ? [] : [value].flat().flatMap((each) => [name, String(each)]),
  )
}

/** The connection's own address and certificate, never a header's. */
function peerOf({ socket }: GuardedRequest): Peer {
  const secure = (socket ?? {}) as Partial<{
    authorized: boolean
    getPeerX509Certificate(): { toString(): string } | undefined
  }>
  const certificate = secure.authorized === true ? secure.getPeerX509Certificate?.() : undefined
  return { sourceIp: socket?.remoteAddress, certificatePem: certificate?.toString() }
}
