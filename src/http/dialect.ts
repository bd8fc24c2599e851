import { type Refusal, refusal } from "../types/reasons.ts"
import { onlyValue, type ReceivedHeaders } from "./received-headers.ts"

/** What a neighbour asks about: the request that its client sent. */
export interface OriginalRequest {
  readonly method: string
  readonly host: string | undefined
  /** Path and query string, as the client wrote them. */
  readonly target: string
}

/** Finds the original request in the question of a neighbour. */
export type ReadOriginal = (headers: ReceivedHeaders, own: OriginalRequest) => OriginalRequest | Refusal

/** The dialects of the HTTP port. */
export const httpDialects = ["envoy", "nginx", "caddy", "traefik", "gloo"] as const
export type HttpDialect = (typeof httpDialects)[number]
export type Dialect = HttpDialect | "envoy-grpc"

/** The neighbour does not send what its dialect is made of: it is not set up. Nothing is decided then. */
const notSetUp = refusal("gateway_mismatch")

/** Envoy's check has the client's own method, path and host. */
const ownRequest: ReadOriginal = (_headers, own) => own

/**
 * Reads the original request from headers that the neighbour sets. The question's own method and path are never looked
 * at: they are the neighbour's, and the same for every request.
 *
 * @param hostName the header with the original host, which may be absent: only signatures of an edge need it
 */
function fromHeaders(methodName: string, targetName: string, hostName: string): ReadOriginal {
  return (headers) => {
    const method = onlyValue(headers, methodName)
    const target = onlyValue(headers, targetName)
    const host = onlyValue(headers, hostName)
    if (typeof method === "object") return method
    if (typeof target === "object") return target
    if (typeof host === "object") return host
    if (method === undefined || target === undefined) return notSetUp
    return { method, target, host }
  }
}

const forwarded = fromHeaders("x-forwarded-method", "x-forwarded-uri", "x-forwarded-host")

/** How each neighbour names the original request. A header of another dialect is a header like any other. */
export const dialects: { readonly [dialect in HttpDialect]: ReadOriginal } = {
  envoy: ownRequest,
  nginx: fromHeaders("x-original-method", "x-original-uri", "host"),
  caddy: forwarded,
  traefik: forwarded,
  // Gloo's pass-through request has neither method nor path of the original: an early transformation writes these
  // headers.
  gloo: fromHeaders("x-original-method", "x-original-uri", "x-original-host"),
}
