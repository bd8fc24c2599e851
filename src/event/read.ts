import { isObject } from "../shared/is-object.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { readHttp1, readHttp2 } from "./http.ts"
import { readRestRequest, readRestToken } from "./rest.ts"
import type { Members } from "./untrusted.ts"
import { isConnect, readConnect } from "./websocket.ts"

const unknown = refusal("event_unknown")

/**
 * Recognises an authorizer event and reads it. The marks are tested in an order in which none can be mistaken for
 * another; `version` alone decides nothing, because `sam local` takes it from the route instead of the authorizer.
 * Unknown members are ignored, since AWS adds some at any time; an event that is no known kind, or two at once, is
 * refused and never guessed (SR-151).
 */
export function readRequest(event: unknown): AccessRequest | Refusal {
  if (!isObject(event)) return unknown
  return reader(event)?.(event) ?? unknown
}

function reader(event: Members): ((event: Members) => AccessRequest | undefined) | undefined {
  const { type, methodArn, routeArn, version, identitySource, authorizationToken } = event
  if (type === "TOKEN") return readRestToken
  if (type !== "REQUEST") return undefined
  if (typeof routeArn === "string") return methodArn === undefined || methodArn === null ? readHttp2 : undefined
  if (typeof methodArn !== "string") return undefined
  if (version === "1.0" || typeof identitySource === "string" || typeof authorizationToken === "string") {
    return isConnect(event) ? undefined : readHttp1
  }
  if (isConnect(event)) return readConnect
  return version === undefined || version === null ? readRestRequest : undefined
}
