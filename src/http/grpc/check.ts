import { type Refusal, refusal } from "../../types/reasons.ts"
import type { AccessRequest } from "../../types/request.ts"
import { accessRequest, type Peer } from "../access-request.ts"
import { isRefusal, readHeaders } from "../received-headers.ts"
import type { ServiceAnswer } from "../service-answers.ts"

/** A `CheckRequest` as it was decoded: every member may be absent. */
export interface CheckRequest {
  readonly attributes?: {
    readonly source?: {
      readonly address?: { readonly socketAddress?: { readonly address?: string } | null } | null
      readonly certificate?: string
    } | null
    readonly request?: { readonly http?: CheckedHttp | null } | null
  } | null
}

interface CheckedHttp {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  /** Lower-case names; Envoy joins the values of a name with commas. */
  readonly headers?: { readonly [name: string]: string }
  /** With `encode_raw_headers`: every header by itself. */
  readonly headerMap?: { readonly headers?: readonly RawHeader[] } | null
}

interface RawHeader {
  readonly key?: string
  readonly value?: string
  readonly rawValue?: Uint8Array
}

/** Most headers of one request. */
const maxHeaders = 256

const notSetUp = refusal("gateway_mismatch")
const malformed = refusal("path_ambiguous")

/**
 * The request that Envoy asks about, or why there is none. Method, path and host are Envoy's own words for the client's
 * request.
 */
export function requestOf({ attributes }: CheckRequest): AccessRequest | Refusal {
  const http = attributes?.request?.http
  if (!http?.method || !http.path) return notSetUp
  const raw = rawHeaders(http)
  if (raw.length > 2 * maxHeaders) return malformed
  const headers = readHeaders(raw)
  if (isRefusal(headers)) return headers
  return accessRequest(
    { method: http.method, host: http.host || undefined, target: http.path },
    headers,
    peerOf(attributes),
  )
}

/** Both forms of headers count, so that nothing is hidden in one of them. Pseudo-headers are said elsewhere. */
function rawHeaders({ headers = {}, headerMap }: CheckedHttp): string[] {
  const raw: string[] = []
  for (const [name, value] of Object.entries(headers)) if (!name.startsWith(":")) raw.push(name, value)
  for (const { key = "", value = "", rawValue } of headerMap?.headers ?? []) {
    if (key.startsWith(":")) continue
    raw.push(key, rawValue !== undefined && rawValue.length > 0 ? Buffer.from(rawValue).toString("latin1") : value)
  }
  return raw
}

function peerOf(attributes: CheckRequest["attributes"]): Peer {
  const source = attributes?.source
  return {
    sourceIp: source?.address?.socketAddress?.address || undefined,
    certificatePem: source?.certificate ? unescaped(source.certificate) : undefined,
  }
}

function unescaped(certificate: string): string | undefined {
  try {
    return decodeURIComponent(certificate)
  } catch {
    return undefined
  }
}

/** Codes of google.rpc.Status. 0 alone is an allow. */
const codes = { 200: 0, 401: 16, 403: 7, 503: 14 } as const
/** A header of this name from the client is replaced. */
const overwrite = 2

/**
 * The answer as a `CheckResponse`. `unavailable` is a denial with 503 and not a gRPC error, which a filter with
 * `failure_mode_allow` would take for an allow.
 */
export function responseOf({ status, headers }: ServiceAnswer): object {
  const options: object[] = []
  for (let at = 0; at < headers.length; at += 2) {
    options.push({
      header: { key: headers[at], value: headers[at + 1] },
      appendAction: overwrite,
      // Else Envoy would leave the client's own value where the principal has none.
      keepEmptyValue: true,
    })
  }
  if (status === 200) return { status: { code: codes[status] }, okResponse: { headers: options } }
  return { status: { code: codes[status] }, deniedResponse: { status: { code: status }, headers: options } }
}
