import type { AuthorizerParts } from "../../authorizer/parts.ts"
import { unknownPeer } from "../../http/access-request.ts"
import { decided, namedHeaders, requestFrom } from "../../http/guarded-answer.ts"
import { createService, type Service } from "../../http/service.ts"
import { isObject } from "../../shared/is-object.ts"
import type { AuthorizerConfig } from "../../types/configuration.ts"
import { ConfigurationError, type ConfigurationProblem, Unavailable } from "../../types/errors.ts"
import { refusal } from "../../types/reasons.ts"
import { type CloudFrontHeaders, type CloudFrontRequest, readCloudFrontEvent } from "./cloudfront-event.ts"

/** A response that Lambda@Edge returns in place of a request. */
export interface CloudFrontResponse {
  status: "401" | "403" | "503"
  statusDescription: string
  headers: CloudFrontHeaders
}

/** A handler of Lambda@Edge. */
export interface CloudFrontAuthorizer {
  /**
   * Decides a viewer request or an origin request. `export const { handler } = createCloudFrontAuthorizer(config)`.
   *
   * @returns the request with the identity headers, or the response of a refusal
   * @throws Unavailable (rejects) for an event of any other kind. CloudFront answers 502 then.
   */
  handler(event: unknown): Promise<CloudFrontRequest | CloudFrontResponse>
  /** Fetches keys and secrets ahead. Never rejects. */
  warmUp(): Promise<void>
}

const pathAmbiguous = refusal("path_ambiguous")

/**
 * Creates an authorizer for CloudFront with Lambda@Edge, from the configuration of an authorizer. An allowed request
 * goes on with every identity header (`x-hallpass-…`); a refusal is a response with 401, 403 or 503. The `gateway`
 * block is ignored; method and path decide. The configuration is part of the code: Lambda@Edge has no environment
 * variables.
 *
 * @throws ConfigurationError with every problem at once
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
 * @example
 * ```ts
 * import { createCloudFrontAuthorizer } from "hallpass/aws"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const { handler } = createCloudFrontAuthorizer({ issuers: [issuer.config] })
 *
 * const authorization = [{ key: "Authorization", value: `Bearer ${issuer.token({ scp: ["orders:read"] })}` }]
 * const sent = { clientIp: "203.0.113.178", method: "GET", uri: "/orders", querystring: "" }
 * const event = (headers: object) => ({
 *   Records: [{ cf: { config: { eventType: "viewer-request" }, request: { ...sent, headers } } }],
 * })
 * const allowed = await handler(event({ authorization }))
 * console.log(allowed.headers["x-hallpass-scopes"]?.[0]?.value) // orders:read
 * const refused = await handler(event({}))
 * console.log(refused.status) // 401
 * ```
 */
export function createCloudFrontAuthorizer(
  config: AuthorizerConfig,
  parts: AuthorizerParts = {},
): CloudFrontAuthorizer {
  const service = serviceOf(config, parts)
  return {
    async handler(event) {
      const read = readCloudFrontEvent(event)
      if (read === undefined) throw new Unavailable("event_unknown")
      const peer = { ...unknownPeer, sourceIp: read.clientIp }
      const answer = await decided(service, () =>
        read.isAmbiguous ? pathAmbiguous : requestFrom(read.rawHeaders, read.method, read.target, peer),
      )
      const headers = entriesOf(namedHeaders(answer))
      if (answer.status === 200) return { ...read.request, headers: { ...read.request.headers, ...headers } }
      return {
        status: `${answer.status}`,
        statusDescription: descriptions[answer.status],
        headers: { ...headers, "cache-control": [{ key: "cache-control", value: "no-store" }] },
      }
    },
    warmUp: service.warmUp,
  }
}

const descriptions = { 401: "Unauthorized", 403: "Forbidden", 503: "Service Unavailable" } as const

function entriesOf(named: { readonly [name: string]: string }): CloudFrontHeaders {
  const headers: CloudFrontHeaders = {}
  for (const [key, value] of Object.entries(named)) headers[key] = [{ key, value }]
  return headers
}

/** The core, and every problem of the configuration, also those that only CloudFront has. */
function serviceOf(config: AuthorizerConfig, parts: AuthorizerParts): Service {
  const problems = impossibleEvidence(config)
  try {
    const service = createService(config, parts)
    if (problems.length === 0) return service
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    problems.push(...error.problems)
  }
  throw new ConfigurationError(problems)
}

/** Evidence of the connection that CloudFront shows to no function. */
const notAtTheEdge = {
  mtls: "has no certificate to compare: CloudFront shows none to a function. Use jws or hmac",
  vpceIds: "has no VPC endpoint to compare: CloudFront is asked over the internet. Use jws or hmac",
} as const

function impossibleEvidence(config: AuthorizerConfig): ConfigurationProblem[] {
  const edge: unknown = isObject(config) ? config.edge : undefined
  const evidence: unknown = isObject(edge) ? edge.evidence : undefined
  if (!Array.isArray(evidence)) return []
  return evidence.flatMap((entry: unknown, at) =>
    Object.entries(notAtTheEdge)
      .filter(([name]) => isObject(entry) && entry[name] !== undefined)
      .map(([name, message]) => ({ path: `edge.evidence[${at}].${name}`, message })),
  )
}
