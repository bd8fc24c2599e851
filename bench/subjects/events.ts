import { type EventOptions, eventBuilders } from "../../test/support/events.ts"

/** The kinds of events, and what readers call them. One kind has two forms of answers. */
export const kinds = {
  "rest-token": "REST TOKEN",
  "rest-request": "REST REQUEST",
  "http-1.0": "HTTP 1.0",
  "http-2.0": "HTTP 2.0",
  "http-2.0 simple": "HTTP 2.0 simple",
  websocket: "WebSocket",
} as const
export type Kind = keyof typeof kinds

/** An event as `JSON.parse` gives it. */
export type GatewayEvent = { readonly [name: string]: unknown }

/** A request for a route in the middle of every table. */
const request: EventOptions = { method: "GET", path: "/orders/7", template: "/orders/{id}" }

/** What a browser sends through CloudFront, without its token. */
const headers = {
  ...{ Accept: "application/json, text/plain, */*", "Accept-Encoding": "gzip, deflate, br, zstd" },
  ...{ "Accept-Language": "en-GB,en;q=0.9,de;q=0.8", "CloudFront-Forwarded-Proto": "https" },
  ...{ "CloudFront-Is-Desktop-Viewer": "true", "CloudFront-Is-Mobile-Viewer": "false" },
  ...{ "CloudFront-Viewer-Country": "IE", Host: "api.example.com", Origin: "https://orders.example" },
  ...{ Referer: "https://orders.example/", "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" },
  ...{ "sec-fetch-site": "same-site", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https" },
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
  Via: "2.0 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)",
  "X-Amz-Cf-Id": "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRsTuQ==",
  "X-Amzn-Trace-Id": "Root=1-5f8d0f55-0a0b0c0d0e0f101112131415",
  "X-Forwarded-For": "192.0.2.1, 198.51.100.7",
}

/** HTTP APIs write header names in lower case. */
const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** One event per token. Every event is parsed by itself, as the runtime does it: no two share an object or a string. */
export function eventsOf(kind: Kind, tokens: readonly string[]): readonly GatewayEvent[] {
  const eventKind = kind === "http-2.0 simple" ? "http-2.0" : kind
  const options = { ...request, headers: eventKind === "http-2.0" ? lowerCase : headers }
  return tokens.map((token) => JSON.parse(JSON.stringify(eventBuilders[eventKind](`Bearer ${token}`, options))))
}

/** A table of so many rules: a few for orders in the middle, which the events are about, and five per other service. */
export function rulesOf(count: number): { [routeKey: string]: { scopes: readonly string[] } } {
  const services = Array.from({ length: Math.ceil(count / 5) }, (_, index) => `service-${index}`)
  services[services.length >> 1] = "orders"
  const routes = {
    "GET /": "read",
    "POST /": "write",
    "GET /{id}": "read",
    "PUT /{id}": "write",
    "DELETE /{id}": "admin",
  }
  const rules = services.flatMap((service) =>
    Object.entries(routes).map(([key, scope]) => {
      const route = key.endsWith("}") ? key.replace("/", `/${service}/`) : `${key}${service}`
      return [route, { scopes: [`${service}:${scope}`] }] as const
    }),
  )
  // The last one gives way to the route of WebSocket APIs.
  return Object.fromEntries([...rules.slice(0, count - 1), ["$connect", { scopes: ["orders:read"] }] as const])
}
