import { claimAt } from "../shared/claim.ts"
import { isObject } from "../shared/is-object.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Claims } from "../types/principal.ts"

/** The claims with another value at a path; undefined takes it out. Nothing that is given is changed. */
export function withClaim(claims: Claims, path: ClaimPath, value: unknown): Claims {
  const [name = "", ...inner] = typeof path === "string" ? [path] : path
  const copy: { [name: string]: unknown } = { ...claims }
  const own = Object.hasOwn(copy, name) ? copy[name] : undefined
  let written = value
  if (inner.length > 0) {
    if (value === undefined && !isObject(own)) return claims
    written = withClaim(isObject(own) ? own : {}, inner, value)
  }
  if (written === undefined) delete copy[name]
  // Defined, not assigned: `__proto__` is a name like any other.
  else Object.defineProperty(copy, name, { value: written, enumerable: true, configurable: true, writable: true })
  return copy
}

/** The claims with further members in the list at a path, which may be a text of words or one name. */
export function withMembers(claims: Claims, path: ClaimPath, members: readonly unknown[], words: boolean): Claims {
  const value = claimAt(claims, path)
  const before = Array.isArray(value) ? value : typeof value === "string" ? (words ? value.split(" ") : [value]) : []
  const all = [...new Set([...before.filter((member) => member !== ""), ...members])]
  const asText =
    words && !Array.isArray(value) && all.every((member) => typeof member === "string" && !/\s/.test(member))
  return withClaim(claims, path, asText ? all.join(" ") : all)
}

export const pathText = (path: ClaimPath): string => (typeof path === "string" ? path : path.join(" > "))
