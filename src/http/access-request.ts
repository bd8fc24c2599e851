import { BareObject } from "../edge/values/bare-object.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { OriginalRequest } from "./dialect.ts"
import type { ReceivedHeaders } from "./received-headers.ts"

/** Who sent the original request, where the neighbour or the connection itself says so. */
export interface Peer {
  readonly sourceIp: string | undefined
  /** The client's certificate, whose chain was verified. */
  readonly certificatePem: string | undefined
}

export const unknownPeer: Peer = Object.freeze({ sourceIp: undefined, certificatePem: undefined })

const pathAmbiguous = refusal("path_ambiguous")
const methodUnknown = refusal("method_unknown")

/**
 * Origin form: a path, and a query string if there is one (RFC 9112 section 3.2.1). Never a fragment, blank or other
 * byte.
 */
const originForm = /^\/[!-"$->@-~]*(?:\?[!-"$-~]*)?$/
const methodForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/ // RFC 9110 section 5.6.2
/** Longest target that is looked at, characters. */
const maxTarget = 16_384

/**
 * The request of a service as the walk takes it. There is no ARN of an API: its place is taken by the method and the
 * path, which decide.
 *
 * @returns the refusal of a target that is not in origin form: absolute, `*`, with a fragment or unescaped bytes
 */
export function accessRequest(
  { method, host, target }: OriginalRequest,
  headers: ReceivedHeaders,
  peer: Peer,
): AccessRequest | Refusal {
  if (target.length > maxTarget || !originForm.test(target)) return pathAmbiguous
  if (!methodForm.test(method)) return methodUnknown
  const queryAt = target.indexOf("?")
  const path = queryAt < 0 ? target : target.slice(0, queryAt)
  return {
    kind: "service",
    arn: { partition: "aws", region: "", accountId: "", apiId: "", stage: "", method, path },
    method,
    routeMethod: method,
    template: undefined,
    headers: undefined,
    multiValueHeaders: headers,
    query: undefined,
    multiValueQuery: queryAt < 0 ? undefined : readQuery(target.slice(queryAt + 1)),
    cookies: undefined,
    identitySources: undefined,
    connection: {
      method,
      host: host?.toLowerCase(),
      path,
      sourceIp: peer.sourceIp,
      vpceId: undefined,
      clientCertPem: peer.certificatePem,
    },
    requestId: headers["x-request-id"]?.[0],
  }
}

/**
 * Decoded, every value of every name, as REST APIs show them.
 *
 * @param text with `?` before it, or without
 */
export function readQuery(text: string): { readonly [name: string]: readonly string[] } {
  const query = new BareObject() as { [name: string]: string[] }
  for (const [name, value] of new URLSearchParams(text)) {
    const values = query[name]
    if (values === undefined) query[name] = [value]
    else values.push(value)
  }
  return query
}
