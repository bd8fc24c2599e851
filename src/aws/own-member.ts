import { isObject } from "../shared/is-object.ts"

/** A member of an untrusted event: its own, never one of the prototype. Undefined for what is no object. */
export function ownMember(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** An id that the service gives a request or a connection. Records show only what looks like an id. */
export function idMember(value: unknown, name: string): string | undefined {
  const id = ownMember(value, name)
  return typeof id === "string" ? id : undefined
}
