import { claimAt } from "../shared/claim.ts"
import type { ClaimPath } from "../shared/configuration.ts"
import type { Principal } from "../shared/principal.ts"
import type { EventKind } from "../shared/request.ts"

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

// The whole answer must fit into 8 KB (WebSocket's documented limit); the policy takes up to 1.2 KB, the principalId 1 KB.
const maxContextBytes = 5120
const maxKeyBytes = 2048

type Scalar = string | number | boolean

/** Makes the context of a principal, for one kind of API. */
export function createContext(
  configured: Readonly<Record<string, ClaimPath>>,
): (principal: Principal, kind: EventKind) => AuthorizerContext {
  const own = Object.entries(configured)
  return (principal, kind) => {
    const context = new ContextBuilder(kind === "http-2.0")
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
  readonly #listsAllowed: boolean
  #bytes = 0

  constructor(listsAllowed: boolean) {
    this.#listsAllowed = listsAllowed
  }

  add(key: string, value: unknown): void {
    if (value === undefined || value === null) return
    const encoded = this.#encode(value)
    const bytes = key.length + Buffer.byteLength(JSON.stringify(encoded)) + 4
    if (bytes > maxKeyBytes || this.#bytes + bytes > maxContextBytes) {
      this.#omitted.push(key)
      return
    }
    this.#bytes += bytes
    this.#context[key] = encoded
  }

  finish(): AuthorizerContext {
    if (this.#omitted.length > 0) this.#context.contextOmitted = this.#omitted.slice(0, 20).join(" ")
    return Object.freeze(this.#context)
  }

  #encode(value: unknown): Scalar | readonly string[] {
    if (typeof value === "string") return printable(value)
    if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value
    if (this.#listsAllowed && Array.isArray(value) && value.every((item) => typeof item === "string"))
      return value.map(printable)
    // A JSON text in the context was seen to fail on cached calls of HTTP APIs; base64url passes everywhere.
    return Buffer.from(JSON.stringify(value) ?? "null", "utf8").toString("base64url")
  }
}

const plainAscii = /^[ -~]*$/

/**
 * Context values are often mapped to headers, where control characters and non-ASCII are unsafe: such a value is written
 * as an extended value of RFC 8187 section 3.2 (`UTF-8''` and percent-encoding), which no plain value can be mistaken for.
 */
function printable(value: string): string {
  if (plainAscii.test(value) && !value.startsWith("UTF-8''")) return value
  return `UTF-8''${encodeURIComponent(value.toWellFormed())}`
}
