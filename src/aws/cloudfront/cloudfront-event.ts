import { maxHeaders } from "../../http/received-headers.ts"
import { isObject } from "../../shared/is-object.ts"
import { ownMember } from "../own-member.ts"

/** Headers of Lambda@Edge: the name in lower case, and each value with the name as it was received. */
export interface CloudFrontHeaders {
  [lowerCaseName: string]: { key?: string; value: string }[]
}

/** A request of Lambda@Edge, as it comes and as it is returned. */
export interface CloudFrontRequest {
  clientIp: string
  method: string
  uri: string
  querystring: string
  headers: CloudFrontHeaders
  /** `body`, `origin` and what CloudFront may add. */
  [name: string]: unknown
}

/** As much of an event of Lambda@Edge as is read. */
export interface ReadCloudFrontEvent {
  readonly request: CloudFrontRequest
  /** Name, value, name, value, … */
  readonly rawHeaders: readonly string[]
  readonly method: string
  /** Path and query string, as the viewer wrote them. */
  readonly target: string
  readonly clientIp: string
  /** More headers than are looked at, a name that no header has, or a path that has a query string itself. */
  readonly isAmbiguous: boolean
}

/** RFC 9110 section 5.1, in lower case. Programs may take another name for an identity header. */
const nameForm = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

const requestEvents: readonly unknown[] = ["viewer-request", "origin-request"]

/**
 * Reads the event of a viewer request or an origin request.
 *
 * @returns undefined for any other event
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
 */
export function readCloudFrontEvent(event: unknown): ReadCloudFrontEvent | undefined {
  try {
    return readRequestEvent(event)
  } catch {
    return undefined // a getter that throws is no event of CloudFront
  }
}

function readRequestEvent(event: unknown): ReadCloudFrontEvent | undefined {
  const records = ownMember(event, "Records")
  if (!Array.isArray(records) || records.length !== 1) return undefined
  const cf = ownMember(records[0], "cf")
  if (!requestEvents.includes(ownMember(ownMember(cf, "config"), "eventType"))) return undefined
  const request = ownMember(cf, "request")
  if (!isObject(request) || ownMember(cf, "response") !== undefined) return undefined
  const [method, uri, querystring, clientIp] = ["method", "uri", "querystring", "clientIp"].map((name) =>
    ownMember(request, name),
  )
  const rawHeaders = rawHeadersOf(ownMember(request, "headers"))
  if (rawHeaders === undefined || typeof method !== "string" || typeof uri !== "string") return undefined
  if (typeof querystring !== "string" || typeof clientIp !== "string") return undefined
  const target = querystring === "" ? uri : `${uri}?${querystring}`
  const isNamed = rawHeaders.every((name, at) => at % 2 === 1 || nameForm.test(name))
  const isAmbiguous = rawHeaders.length > 2 * maxHeaders || !isNamed || uri.includes("?")
  return { request: request as CloudFrontRequest, rawHeaders, method, target, clientIp, isAmbiguous }
}

/** Every value of every header. A name that differs from that of its value would be two headers, so it is no event. */
function rawHeadersOf(headers: unknown): readonly string[] | undefined {
  if (!isObject(headers)) return undefined
  const raw: string[] = []
  for (const [name, values] of Object.entries(headers)) {
    if (!Array.isArray(values)) return undefined
    for (const entry of values as readonly unknown[]) {
      const [key = name, value] = [ownMember(entry, "key"), ownMember(entry, "value")]
      if (typeof value !== "string" || typeof key !== "string" || key.toLowerCase() !== name) return undefined
      raw.push(name, value)
    }
  }
  return raw
}
