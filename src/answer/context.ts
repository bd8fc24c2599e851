import { claimAt } from "../shared/claim.ts"
import { isExact } from "../shared/exact-number.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"
import type { RequestKind } from "../types/request.ts"

/** What reaches the backend beside the answer. HTTP API payload 2.0 keeps lists; everything else takes scalars only. */
export type AuthorizerContext = { readonly [key: string]: string | number | boolean | readonly string[] }

/** Keys that collide with what API Gateway itself puts beside the authorizer's context. */
export const reservedContextKeys: readonly string[] = [
  "principalId",
  "integrationLatency",
  "claims",
  "error",
  "status",
  "latency",
  "requestId",
  "integrationStatus",
]

/** Most bytes of one key with its value. */
export const maxKeyBytes = 2048
/** The key that names what was left out, and room for it. */
const omittedKey = "contextOmitted"
const omittedBytes = 200

type Scalar = string | number | boolean

/**
 * Makes the context of a principal, for one kind of API.
 *
 * @param none what a key without a value says; undefined leaves it out
 */
export function createContext(
  configured: Readonly<Record<string, ClaimPath>>,
  none?: string,
): (principal: Principal, kind: RequestKind, maxBytes: number) => AuthorizerContext {
  const own = Object.entries(configured)
  return (principal, kind, maxBytes) => {
    const context = new ContextBuilder(kind, maxBytes, none)
    // A configured key takes the place of the default one of that name, also when its claim is missing.
    const add = (key: string, value: unknown): void => {
      if (!Object.hasOwn(configured, key)) context.add(key, value)
    }
    // In the order of importance: what does not fit is left out from the end, and named.
    add("sub", claimAt(principal.claims, "sub"))
    add("issuer", principal.issuer)
    add("tokenKind", principal.kind)
    add("clientId", principal.clientId)
    add("tenant", principal.tenant)
    add("exp", principal.expiresAt)
    for (const [key, path] of own) context.add(key, claimAt(principal.claims, path))
    add("groupsIncomplete", principal.groupsIncomplete)
    add("scopes", principal.scopes.length > 0 ? principal.scopes.join(" ") : undefined)
    add("roles", nonEmpty(principal.roles))
    add("groups", nonEmpty(principal.groups))
    add("permissions", nonEmpty(principal.permissions))
    return context.finish()
  }
}

function nonEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length > 0 ? list : undefined
}

class ContextBuilder {
  readonly #context: Record<string, Scalar | readonly string[]> = {}
  readonly #omitted: string[] = []
  readonly #kind: RequestKind
  readonly #none: string | undefined
  /** What is left. */
  #bytes: number

  constructor(kind: RequestKind, maxBytes: number, none: string | undefined) {
    this.#kind = kind
    this.#none = none
    this.#bytes = maxBytes - omittedBytes
  }

  add(key: string, value: unknown): void {
    const given = value ?? this.#none
    if (given === undefined) return
    const encoded = this.#encode(given)
    if (encoded !== undefined && this.#put(key, encoded)) return
    this.#omitted.push(key)
    // The header that API Gateway makes of the key must not be the client's own.
    if (this.#none !== undefined) this.#put(key, this.#none)
  }

  /** Whether there is room for it. */
  #put(key: string, encoded: Scalar | readonly string[]): boolean {
    const bytes = key.length + bytesOf(encoded) + 4
    if (bytes > maxKeyBytes || bytes > this.#bytes) return false
    this.#bytes -= bytes
    this.#context[key] = encoded
    return true
  }

  finish(): AuthorizerContext {
    if (this.#omitted.length > 0) this.#context[omittedKey] = this.#omittedNames()
    return Object.freeze(this.#context)
  }

  /** The names of what was left out, as many as there is room for; the last word says how many more. */
  #omittedNames(): string {
    let names = ""
    for (const [at, name] of this.#omitted.entries()) {
      if (names.length + name.length > omittedBytes - 60) return `${names}and ${this.#omitted.length - at} more`
      names += `${name} `
    }
    return names.trimEnd()
  }

  /** @returns undefined for what holds a number that may be another one in the token */
  #encode(value: unknown): Scalar | readonly string[] | undefined {
    if (typeof value === "string") return printable(value)
    if (typeof value === "number" && !isExact(value)) return undefined
    if (typeof value === "boolean" || typeof value === "number") {
      const plain = value === 0 ? 0 : value // JSON has no -0
      // REST and WebSocket APIs hand every value on as a string; written as one, it is what a local test sees as well.
      return this.#kind === "http-2.0" || this.#kind === "http-1.0" ? plain : String(plain)
    }
    if (this.#kind === "http-2.0" && Array.isArray(value) && value.every((item) => typeof item === "string"))
      return Object.freeze(value.map(printable))
    return typeof value === "object" && Object.isFrozen(value) ? encodedOnce(value as object) : encodedJson(value)
  }
}

/**
 * A user of the edge has the same lists with each request, while the end of the evidence makes each context another
 * one. For 20 groups this saves 3 µs.
 */
const encodings = new WeakMap<object, string>()

function encodedOnce(value: object): string | undefined {
  const before = encodings.get(value)
  if (before !== undefined) return before
  const encoded = encodedJson(value)
  if (encoded !== undefined) encodings.set(value, encoded)
  return encoded
}

/** A JSON text in the context was seen to fail on cached calls of HTTP APIs; base64url passes everywhere. */
function encodedJson(value: unknown): string | undefined {
  if (holdsInexact(value)) return undefined
  return Buffer.from(JSON.stringify(value) ?? "null", "utf8").toString("base64url")
}

/** Claims nest 64 deep at most. */
function holdsInexact(value: unknown): boolean {
  if (typeof value === "number") return !isExact(value)
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInexact)
}

/** Bytes of a value in JSON. Texts are printable ASCII here, in which only quotes and backslashes grow. */
function bytesOf(encoded: Scalar | readonly string[]): number {
  return typeof encoded === "string" && !encoded.includes('"') && !encoded.includes("\\")
    ? encoded.length + 2
    : Buffer.byteLength(JSON.stringify(encoded))
}

const plainAscii = /^[ -~]*$/

/**
 * Context values are often mapped to headers, where control characters and non-ASCII are unsafe. Such a value is
 * written as an extended value of RFC 8187 section 3.2 (`UTF-8''` and percent-encoding), which no plain value can be
 * mistaken for.
 */
function printable(value: string): string {
  if (plainAscii.test(value) && !value.startsWith("UTF-8''")) return value
  return `UTF-8''${encodeURIComponent(value.toWellFormed())}`
}
