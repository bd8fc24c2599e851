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

/** Whether any of these members is there and not null: the mark of another kind of event. */
export function hasAny(event: Members, names: readonly string[]): boolean {
  for (const name of names) if (event[name] !== undefined && event[name] !== null) return true
  return false
}
