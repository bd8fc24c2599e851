import type { CheckedGateway } from "../configuration/declared/gateway.ts"
import { parseExecuteApiArn } from "../event/arn.ts"
import { readRestToken } from "../event/rest.ts"
import type { AccessRequest, ExecuteApiArn } from "../types/request.ts"

/** The request that an ARN alone describes. */
export type ArnRequest = AccessRequest & { readonly arn: ExecuteApiArn }

/** Only HTTP APIs have the stage `$default`; every other stage is read as a REST API's. */
export function orderOf({ stage }: ExecuteApiArn): "rest" | "http" {
  return stage === "$default" ? "http" : "rest"
}

/**
 * Reads ARNs as requests. Many callers are asked for about one request after the other, so the last one is kept.
 *
 * @param api the one kind of API that is meant
 */
export function requestsOf(api: CheckedGateway["api"]): (methodArn: string) => ArnRequest {
  let last: { readonly methodArn: string; readonly request: ArnRequest } | undefined
  return (methodArn) => {
    if (last?.methodArn !== methodArn) last = { methodArn, request: requestOf(methodArn, api) }
    return last.request
  }
}

/** Read as a TOKEN event, which holds nothing else, then as of its kind of API. */
function requestOf(methodArn: string, api: CheckedGateway["api"]): ArnRequest {
  const arn = parseExecuteApiArn(methodArn)
  const request = readRestToken({ methodArn })
  if (request === undefined) throw new TypeError("an event of nothing but an ARN was not read as a TOKEN event")
  if (arn.method === "$connect") return { ...request, arn, kind: "websocket", template: "$connect" }
  return { ...request, arn, kind: (api ?? orderOf(arn)) === "http" ? "http-2.0" : "rest-token" }
}
