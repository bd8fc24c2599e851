import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"

type Values = { readonly [name: string]: unknown }

/** What of an event decides. */
export interface ServiceRequest {
  /** An HTTP method, or `$connect`. */
  readonly method: string
  /** The path whose rule applies; undefined for `$connect`. */
  readonly path?: string
  /** Holds the one credential. */
  readonly headers?: Values | undefined
  readonly multiValueQuery?: { readonly [name: string]: readonly string[] } | undefined
  readonly requestId: string | undefined
}

/**
 * The request as the walk takes it. Nothing of the connection is known: services of AWS do not show it, or show what
 * the client says.
 */
export function serviceRequest(request: ServiceRequest): AccessRequest {
  const { method, path, headers, multiValueQuery, requestId } = request
  return {
    kind: "service",
    arn: { partition: "aws", region: "", accountId: "", apiId: "", stage: "", method, ...(path && { path }) },
    method,
    routeMethod: method,
    template: path === undefined ? method : undefined,
    headers,
    multiValueHeaders: undefined,
    query: undefined,
    multiValueQuery,
    cookies: undefined,
    identitySources: undefined,
    connection: undefined,
    requestId,
  }
}

const eventUnknown = refusal("event_unknown")

/** Reads an event. A getter that throws is no event of a service. */
export function readEvent(event: unknown, read: (event: unknown) => AccessRequest | Refusal): AccessRequest | Refusal {
  try {
    return read(event)
  } catch {
    return eventUnknown
  }
}
