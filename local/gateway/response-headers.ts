import type { ApiSettings, ClientRequest } from "./api.ts"
import { corsHeaders } from "./cors.ts"
import type { GatewayOutcome } from "./gateway.ts"
import { firstHeader } from "./request-maps.ts"

type Headers = readonly (readonly [name: string, value: string])[]

/**
 * Headers of a backend that a REST API renames to `x-amzn-Remapped-NAME`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
const remapped = new Set([
  ...["authorization", "connection", "content-md5", "date", "expect", "host", "max-forwards", "proxy-authenticate"],
  ...["server", "te", "trailer", "upgrade", "user-agent", "www-authenticate"],
])
/** What a server says about one connection only. */
const dropped = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade"])

/** Headers that the client gets: of API Gateway itself, or of the backend as the kind of API hands them on. */
export function clientHeaders(
  api: ApiSettings,
  request: ClientRequest,
  { response, arrival }: GatewayOutcome,
  headers: Headers,
): Headers {
  if (response !== undefined) return headers
  const ids: Headers =
    api.kind === "http"
      ? [["apigw-requestid", arrival.extendedRequestId]]
      : [
          ["x-amzn-requestid", arrival.requestId],
          ["x-amz-apigw-id", arrival.extendedRequestId],
        ]
  const kept = headers.flatMap(([name, value]): Headers => {
    const lower = name.toLowerCase()
    if (dropped.has(lower)) return []
    if (api.kind === "rest" && remapped.has(lower)) return [[`x-amzn-Remapped-${name}`, value]]
    // CORS is the API's own if it is configured: what the backend says about it is ignored.
    if (api.kind === "http" && api.cors !== undefined && lower.startsWith("access-control-")) return []
    return [[name, value]]
  })
  const origin = firstHeader(request, "origin")
  return [...kept, ...(api.cors === undefined || api.kind !== "http" ? [] : corsHeaders(api.cors, origin)), ...ids]
}
