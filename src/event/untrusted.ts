import { isObject } from "../shared/is-object.ts"

/** An object that came with the event: untrusted, possibly with members missing, null or of another type. */
export type Members = { readonly [name: string]: unknown }

/** A map of the event; API Gateway writes an empty one as `{}`, as null or not at all. */
export function mapOf(value: unknown): Members | undefined {
  return isObject(value) ? value : undefined
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}

/** Whether a member is there and not null: the mark of another kind of event. */
export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Whether a request context has a mark of a WebSocket API. */
export function isOfConnection(context: Members): boolean {
  return isThere(context.connectionId ?? context.eventType)
}
