import type { HttpDialect } from "../../src/http/dialect.ts"

/** The request that a neighbour sends to the service. */
export interface Question {
  readonly path: string
  readonly method: string
  readonly headers: { readonly [name: string]: string }
}

/** How each neighbour asks about a request. */
export function question(dialect: HttpDialect, method: string, target: string): Question {
  if (dialect === "envoy") return { path: target, method, headers: {} }
  const prefix = dialect === "nginx" || dialect === "gloo" ? "X-Original" : "X-Forwarded"
  const uri = prefix === "X-Original" ? "X-Original-URI" : "X-Forwarded-Uri"
  return { path: "/", method: "GET", headers: { [`${prefix}-Method`]: method, [uri]: target } }
}
