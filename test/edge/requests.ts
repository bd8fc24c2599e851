import { readRequest } from "../../src/event/read.ts"
import type { AccessRequest } from "../../src/types/request.ts"
import { type EventOptions, eventBuilders } from "../support/events.ts"

/** Kinds of events that carry headers. */
export const headerKinds = ["rest-request", "http-1.0", "http-2.0", "websocket"] as const
export type HeaderKind = (typeof headerKinds)[number]

/** Kinds whose events list the values of a header one by one. */
export const listingKinds = ["rest-request", "http-1.0", "websocket"] as const

/** The request of an event of this kind. */
export function requestOf(kind: HeaderKind, options: EventOptions): AccessRequest {
  const request = readRequest(eventBuilders[kind](undefined, options))
  if ("refused" in request) throw new Error(`the event is refused: ${request.code}`)
  return request
}

/** A request that a client or proxy sent with these header lines, in order, as an event of this kind shows them. */
export function requestWith(
  kind: HeaderKind,
  lines: readonly (readonly [name: string, value: string])[],
): AccessRequest {
  const all = new Map<string, string[]>()
  for (const [name, value] of lines) {
    // HTTP APIs write names in lower case and join values; REST APIs keep both as they came.
    const shown = kind === "http-2.0" ? name.toLowerCase() : name
    all.set(shown, [...(all.get(shown) ?? []), value])
  }
  if (kind === "http-2.0") {
    return requestOf(kind, { headers: Object.fromEntries([...all].map(([name, values]) => [name, values.join(",")])) })
  }
  const headers = Object.fromEntries([...all].map(([name, values]) => [name, values.at(-1)]))
  return requestOf(kind, { headers, multiValueHeaders: Object.fromEntries(all) })
}
