import { readFileSync } from "node:fs"

/** An event as API Gateway sends it to an authorizer. */
export type GatewayEvent = { readonly [member: string]: unknown }

/** One of the shipped events, such as `rest-token`. */
export function sampleEvent(name: string): GatewayEvent {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), "utf8"))
}

/** The ARN of the request, wherever this kind of event has it. */
export function requestArn(event: GatewayEvent): string {
  return String(event.routeArn ?? event.methodArn)
}

/**
 * The event with another credential, everywhere where API Gateway repeats the value; without one for `undefined`.
 * An event that has no place for a credential gives `undefined`.
 */
export function withCredential(
  event: GatewayEvent,
  value: string | undefined,
  header = "Authorization",
): GatewayEvent | undefined {
  if (event.type === "TOKEN") return { ...event, authorizationToken: value ?? "" }
  if (event.type !== "REQUEST") return undefined
  const changed: Record<string, unknown> = { ...event, headers: withHeader(event.headers, header, value) }
  if ("multiValueHeaders" in event) {
    changed.multiValueHeaders = withHeader(event.multiValueHeaders, header, value === undefined ? value : [value])
  }
  // HTTP APIs resolve the identity source as well: a list in payload 2.0, one string (twice) in payload 1.0.
  if (Array.isArray(event.identitySource)) changed.identitySource = value === undefined ? [] : [value]
  else if ("identitySource" in event) changed.identitySource = value ?? ""
  if ("authorizationToken" in event) changed.authorizationToken = value ?? ""
  return changed
}

function withHeader(headers: unknown, header: string, value: unknown): Record<string, unknown> {
  const entries = Object.entries((headers ?? {}) as Record<string, unknown>)
  const isIt = (name: string) => name.toLowerCase() === header.toLowerCase()
  const spelling = entries.find(([name]) => isIt(name))?.[0] ?? header
  const others = entries.filter(([name]) => !isIt(name))
  return Object.fromEntries(value === undefined ? others : [...others, [spelling, value]])
}
