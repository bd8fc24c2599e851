import type { AuthorizerConfig } from "../../src/index.ts"
import { personas } from "../issuers/all.ts"
import type { Persona, TokenWish } from "../server/control-api.ts"

/**
 * The configuration of the demonstration: what an adopter would write for these issuers, without the stack's own
 * addresses.
 */
export const demoConfiguration: AuthorizerConfig = {
  issuers: personas.map(({ issuer }) => issuer),
  routes: {
    "GET /orders": { scopes: ["orders:read"] },
    "GET /orders/{id}": { scopes: ["orders:read"] },
    "POST /orders": { scopes: ["orders:write"] },
    "DELETE /orders/{id}": { scopes: ["orders:admin"] },
    "GET /reports/{year}": { anyOf: [{ scopes: ["reports:read"] }, { groups: ["finance"], kind: "user" }] },
    $connect: { scopes: ["chat"] },
  },
  gateway: { resultTtlSeconds: 300 },
}

/** Callers to choose from, each at the issuer whose tokens show something. */
export const demoPersonas: readonly Persona[] = [
  { name: "mira", title: "Mira, reads orders", issuer: "okta", claims: { scp: ["openid", "orders:read"] } },
  { name: "omar", title: "Omar, writes orders", issuer: "auth0", claims: { scope: "openid orders:read orders:write" } },
  {
    name: "ida",
    title: "Ida, administrator",
    issuer: "entra",
    claims: { scp: "orders:read orders:write orders:admin" },
  },
  {
    ...{ name: "noor", title: "Noor, finance and chat", issuer: "okta" },
    claims: { scp: ["openid", "chat"], groups: ["finance"] },
  },
  {
    ...{ name: "job", title: "nightly job, an app", issuer: "cognito" },
    claims: {
      ...{ sub: "5n8localwebclient1q2w3e4r", scope: "orders:read reports:read" },
      ...{ username: null, "cognito:groups": null },
    },
  },
]

/** What a token of a local issuer may do if a request for one says nothing. */
export const usualScope = "orders:read"

/** Requests of one caller that show what a kept answer does. */
export function demoSequence(
  { routes = {} }: AuthorizerConfig,
  caller: Pick<Persona, "issuer" | "claims"> | undefined,
): readonly { readonly method: string; readonly path: string; readonly token?: TokenWish }[] {
  if (caller === undefined) return []
  const token = { issuer: caller.issuer, claims: caller.claims }
  const shown = ["GET /orders/{id}", "GET /orders", "DELETE /orders/{id}", "POST /orders"]
  const keys = shown.every((key) => key in routes) ? shown : Object.keys(routes).filter((key) => !key.startsWith("$"))
  return keys.slice(0, 8).map((key) => {
    const [method = "GET", template = "/"] = key.split(" ")
    return { method: method === "ANY" ? "GET" : method, path: template.replaceAll(/\{[^{}]+\}/g, "7"), token }
  })
}
