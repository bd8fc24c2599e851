import type { ApiSettings, ClientRequest, CorsSettings } from "./api.ts"
import type { ClientResponse } from "./client-response.ts"
import { firstHeader } from "./request-maps.ts"

type Headers = readonly (readonly [name: string, value: string])[]

/**
 * The answer of an HTTP API with a CORS configuration to a preflight request, whether or not it has an OPTIONS route.
 * No authorizer is asked.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function preflightResponse({ kind, cors }: ApiSettings, request: ClientRequest): ClientResponse | undefined {
  const origin = firstHeader(request, "origin")
  const asks = firstHeader(request, "access-control-request-method") !== undefined
  if (kind !== "http" || cors === undefined || request.method !== "OPTIONS" || origin === undefined || !asks)
    return undefined
  const own = corsHeaders(cors, origin)
  const { allowMethods = [], allowHeaders = [], maxAge } = cors
  const more: Headers =
    own.length === 0
      ? []
      : [
          ...(allowMethods.length > 0 ? [["access-control-allow-methods", allowMethods.join(",")] as const] : []),
          ...(allowHeaders.length > 0 ? [["access-control-allow-headers", allowHeaders.join(",")] as const] : []),
          ...(maxAge !== undefined ? [["access-control-max-age", String(maxAge)] as const] : []),
        ]
  return { status: 204, headers: Object.fromEntries([...own, ...more]), body: "", responseType: "" }
}

/** What an HTTP API adds to the response of an integration. Empty for an origin that is not allowed. */
export function corsHeaders(cors: CorsSettings, origin: string | undefined): Headers {
  const { allowOrigins, allowCredentials, exposeHeaders = [] } = cors
  if (origin === undefined || !allowOrigins.some((allowed) => isAllowed(allowed, origin))) return []
  return [
    ["access-control-allow-origin", allowOrigins.includes("*") ? "*" : origin],
    ...(allowCredentials === true ? [["access-control-allow-credentials", "true"] as const] : []),
    ...(exposeHeaders.length > 0 ? [["access-control-expose-headers", exposeHeaders.join(",")] as const] : []),
  ]
}

/** `*`, `https://*`, `http://*`, or the origin itself. */
function isAllowed(allowed: string, origin: string): boolean {
  if (allowed === "*" || allowed === origin) return true
  return (allowed === "https://*" || allowed === "http://*") && origin.startsWith(allowed.slice(0, -1))
}
