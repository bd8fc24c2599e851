import type { GatewayOptions } from "../../src/index.ts"
import type { GatewayEvent } from "./event.ts"

/** A kind of authorizer that API Gateway knows, and how hallpass is configured behind it. */
export interface Kind {
  readonly title: string
  /** The event in `events/`. */
  readonly event: string
  readonly gateway: GatewayOptions
  /** What API Gateway makes of an error whose text is exactly `Unauthorized`. */
  readonly onUnauthorized: "401 Unauthorized" | "500"
}

// API Gateway's default TTL: policies hold everything that a caller may call, on all routes.
const rest = {
  gateway: { resultTtlSeconds: 300, responses: "policy", unauthorized: "throw" },
  onUnauthorized: "401 Unauthorized",
} as const

// HTTP APIs document no way to answer 401 from an authorizer, and 500 for any error: a refusal has to be a Deny there.
const http = {
  gateway: { resultTtlSeconds: 300, responses: "policy", unauthorized: "deny" },
  onUnauthorized: "500",
} as const

/** How hallpass is configured behind the API that sent an event; policies in any case. */
export function gatewayFor(event: GatewayEvent): GatewayOptions {
  const isHttpApi = "routeArn" in event || event.version === "1.0"
  return isHttpApi ? http.gateway : rest.gateway
}

export const kinds: readonly Kind[] = [
  { title: "REST TOKEN", event: "rest-token", ...rest },
  { title: "REST REQUEST", event: "rest-request", ...rest },
  { title: "HTTP 1.0", event: "http-1.0", ...http },
  { title: "HTTP 2.0 policy", event: "http-2.0", ...http },
  {
    title: "HTTP 2.0 simple",
    event: "http-2.0",
    gateway: { resultTtlSeconds: 0, responses: "simple" }, // one boolean, and the scopes differ by route
    onUnauthorized: "500",
  },
  { title: "WebSocket", event: "websocket-connect", ...rest },
]
