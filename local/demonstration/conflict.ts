import type { AuthorizerConfig } from "../../src/index.ts"
import { type Conflict, compilePolicy } from "../../src/policy.ts"

const routes = {
  "GET /orders/{id}": { scopes: ["orders:read"] },
  "GET /orders/{id}/notes": { scopes: ["support"] },
  "GET /orders/{id}/items/notes": { scopes: ["orders:read"] },
} as const

/** A table that no kept answer gets right, because `*` in a policy crosses `/`. */
export function findConflict({ issuers }: AuthorizerConfig): Conflict | undefined {
  return compilePolicy({ issuers, routes, gateway: { resultTtlSeconds: 300 } }).conflicts[0]
}
