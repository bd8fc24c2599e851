import { type EventOptions, eventBuilders } from "../../test/support/events.ts"

/** The kinds of events, the one with two forms of answers twice. */
export const kinds = ["rest-token", "rest-request", "http-1.0", "http-2.0", "http-2.0 simple", "websocket"] as const
export type Kind = (typeof kinds)[number]

/** An event as `JSON.parse` gives it. */
export type GatewayEvent = { readonly [name: string]: unknown }

/** A request that stands in the middle of every route table of the benches. */
const request: EventOptions = { method: "GET", path: "/orders/7", template: "/orders/{id}" }

/** What a browser behind CloudFront sends besides its token. */
const headers = {
  Accept: "application/json, text/plain, */*",
  "Accept-Encoding": "gzip, deflate, br, zstd",
  "Accept-Language": "en-GB,en;q=0.9,de;q=0.8",
  "CloudFront-Forwarded-Proto": "https",
  "CloudFront-Is-Desktop-Viewer": "true",
  "CloudFront-Is-Mobile-Viewer": "false",
  "CloudFront-Viewer-Country": "IE",
  Host: "api.example.com",
  Origin: "https://orders.example",
  Referer: "https://orders.example/",
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "same-site",
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
  Via: "2.0 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)",
  "X-Amz-Cf-Id": "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRsTuQ==",
  "X-Amzn-Trace-Id": "Root=1-5f8d0f55-0a0b0c0d0e0f101112131415",
  "X-Forwarded-For": "192.0.2.1, 198.51.100.7",
  "X-Forwarded-Port": "443",
  "X-Forwarded-Proto": "https",
}

/** HTTP APIs write header names in lower case. */
const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** One event per token. Every event is parsed by itself, as the runtime does it: no two share an object or a string. */
export function eventsOf(kind: Kind, tokens: readonly string[]): readonly GatewayEvent[] {
  const eventKind = kind === "http-2.0 simple" ? "http-2.0" : kind
  const build = eventBuilders[eventKind]
  const options = { ...request, headers: eventKind === "http-2.0" ? lowerCase : headers }
  return tokens.map((token) => JSON.parse(JSON.stringify(build(`Bearer ${token}`, options))) as GatewayEvent)
}
