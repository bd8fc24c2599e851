import { createTestIssuer, type TestIssuer } from "../../src/testing.ts"
import type { AuthorizerConfig } from "../../src/types/configuration.ts"

// One configuration, and callers for it, with which services and neighbours are tried.

export const nowMs = 1_790_000_000_000
export const clock = (): number => nowMs
export const issuer: TestIssuer = createTestIssuer({ provider: "okta", audience: "api://orders", clock })

export const config: AuthorizerConfig = {
  issuers: [issuer.config],
  routes: {
    "GET /orders/{id}": { scopes: ["orders:read"] },
    "POST /orders": { scopes: ["orders:write"] },
    "ANY /admin/{proxy+}": { groups: ["ops"] },
  },
  context: { email: "email" },
  // Ignored by a service, wrong as it is for these routes.
  gateway: { resultTtlSeconds: 3600, identitySources: ["token", "route"], responses: "simple" },
}

export type Caller = "reader" | "plain" | "writer" | "operator"
export const tokens: { readonly [caller in Caller]: string } = {
  reader: issuer.token({ scp: ["orders:read"], sub: "ann", email: "ann@example.com", uid: "00u1" }),
  plain: issuer.token({ scp: ["orders:read"], sub: "bea", email: undefined, uid: "00u2" }),
  writer: issuer.token({ scp: ["orders:write"], sub: "cal", email: "cal@example.com", uid: "00u3" }),
  operator: issuer.token({ scp: ["other"], groups: ["ops"], sub: "dan", uid: "00u4" }),
}
export const bearer = (name: Caller): string => `Bearer ${tokens[name]}`
