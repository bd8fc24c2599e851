import { headerValues } from "../shared/header-lookup.ts"
import type { AccessRequest } from "../types/request.ts"

/** Ids that lead from one record to the others of the same request. */
export interface TraceIds {
  /** `1-`, 8 hex digits, `-`, 24 hex digits. */
  readonly xrayTraceId?: string
  readonly traceparent?: string
}

/**
 * X-Ray's trace header, among whose members is the root.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
const root = /(?:^|;) ?Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/
/**
 * Version, trace id, parent id and flags; neither id may be all zeros, and version ff does not exist (W3C Trace Context
 * 3.2.2).
 */
const parent = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
/** Longest trace header that is looked at, characters. */
const maxLength = 512

/**
 * The request's trace ids. Clients can send what they like in both headers, so these are for finding records, never for
 * deciding; what has not exactly the form of an id is left out.
 *
 * @param invocation the Lambda context: since Node.js 24 it holds the trace header of the invocation
 */
export function traceIdsOf(request: AccessRequest | undefined, invocation: unknown): TraceIds {
  const sent = request && only(headerValues(request, "x-amzn-trace-id"))
  const own = textOf(Object(invocation).xRayTraceId) ?? process.env._X_AMZN_TRACE_ID
  const xrayTraceId = rootIn(sent) ?? rootIn(own)
  const traceparent = request && only(headerValues(request, "traceparent"))
  return {
    ...(xrayTraceId === undefined ? {} : { xrayTraceId }),
    ...(traceparent !== undefined && parent.test(traceparent) ? { traceparent } : {}),
  }
}

function rootIn(header: string | undefined): string | undefined {
  return header === undefined || header.length > maxLength ? undefined : root.exec(header)?.[1]
}

/** A header that is there twice says nothing. */
function only(values: readonly unknown[]): string | undefined {
  return values.length === 1 ? textOf(values[0]) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined
}
