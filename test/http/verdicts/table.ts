import { createTestIssuer, type TestIssuer } from "../../../src/testing.ts"
import type { AuthorizerConfig } from "../../../src/types/configuration.ts"

// 18-3: tokens and requests of which every way to ask must get the same verdict.

export const nowMs = 1_790_000_000_000
export const clock = (): number => nowMs
const okta: TestIssuer = createTestIssuer({ provider: "okta", audience: "api://orders", clock })
const auth0: TestIssuer = createTestIssuer({ provider: "auth0", audience: "https://orders", clock })

export const config: AuthorizerConfig = {
  issuers: [okta.config, auth0.config],
  routes: {
    "GET /orders/{id}": { scopes: ["orders:read"] },
    "POST /orders": { scopes: { any: ["orders:write", "orders:admin"] } },
    "PUT /orders/{id}": { scopes: ["orders:read", "orders:write"] },
    "DELETE /orders/{id}": { permissions: ["orders:delete"] },
    "GET /orders/{id}/items": { scopes: ["orders:read"] },
    "ANY /admin/{proxy+}": { groups: ["ops"] },
    "GET /reports/{name}": { anyOf: [{ groups: ["ops"] }, { scopes: ["reports"] }] },
    "GET /robots": { kind: "app" },
    "GET /partner": { issuers: [auth0.issuer] },
    "GET /me": {},
  },
}

const bearer = (token: string): string => `Bearer ${token}`
const ofOkta = (scp: readonly string[], more: object = {}): string => bearer(okta.token({ scp: [...scp], ...more }))

/** What a request carries in `Authorization`; undefined: nothing. */
export const callers: { readonly [name: string]: string | undefined } = {
  nobody: undefined,
  reader: ofOkta(["orders:read"]),
  writer: ofOkta(["orders:write"]),
  admin: ofOkta(["orders:admin"]),
  "reader and writer": ofOkta(["orders:read", "orders:write"]),
  "reports only": ofOkta(["reports"]),
  operator: ofOkta(["none"], { groups: ["ops"] }),
  "operator by another spelling": ofOkta(["none"], { groups: ["Ops", "ops "] }),
  "many groups": ofOkta(["orders:read"], { groups: Array.from({ length: 40 }, (_, at) => `g${at}`) }),
  "scope as a text": bearer(okta.token({ scp: "orders:read orders:write" })),
  "a subject with slashes": ofOkta(["orders:read"], { uid: "a/b/c" }),
  "partner reader": bearer(auth0.token({ scope: "orders:read" })),
  "partner who deletes": bearer(auth0.token({ scope: "", permissions: ["orders:delete"] })),
  "partner app": bearer(auth0.token({ sub: "client@clients", gty: "client-credentials", scope: "orders:read" })),
  expired: bearer(okta.token({ scp: ["orders:read"] }, "expired")),
  "not yet valid": bearer(okta.token({ scp: ["orders:read"] }, "notYetValid")),
  "another audience": bearer(okta.token({ scp: ["orders:read"] }, "wrongAudience")),
  "another issuer": bearer(okta.token({ scp: ["orders:read"] }, "wrongIssuer")),
  tampered: bearer(okta.token({ scp: ["orders:read"] }, "tampered")),
  "an unknown key": bearer(okta.token({ scp: ["orders:read"] }, "unknownKey")),
  unsigned: bearer(okta.token({ scp: ["orders:read"] }, "algNone")),
  "an ID token": bearer(okta.token({}, "idToken")),
  "small letters": `bearer ${okta.token({ scp: ["orders:read"] })}`,
  "another scheme": "Basic YW5uOnNlY3JldA==",
  opaque: "Bearer 2YotnFZFEjr1zCsicMWpAA",
  "two words": `${ofOkta(["orders:read"])} x`,
}

/** Method and target, as a client writes them. */
export const requests: readonly string[] = [
  "GET /orders/7",
  "GET /orders/8?page=2&a=b",
  "GET /orders/a%20b",
  "GET /orders/%C3%B6",
  "GET /orders/7/items",
  "GET /orders/7/other",
  "GET /orders",
  "POST /orders",
  "PUT /orders/7",
  "DELETE /orders/7",
  "PATCH /orders/7",
  "HEAD /orders/7",
  "OPTIONS /orders/7",
  "GET /admin/users",
  "DELETE /admin/users/7/keys",
  "GET /admin",
  "GET /reports/2026",
  "GET /robots",
  "GET /partner",
  "GET /me",
  "GET /unknown",
  "GET /ORDERS/7",
  "GET /",
  "GET /orders/7/",
  "GET //orders/7",
  "GET /orders/../admin/users",
  "GET /orders/%2e%2e/admin",
  "GET /orders/7;v=1",
  "GET /%6frders/7",
  "GET /orders/7%2F8",
]

/** One way to ask. */
export interface Judge {
  readonly name: string
  /** @returns the status that the client would see; 200 for an allow */
  judge(authorization: string | undefined, method: string, target: string): Promise<number>
  close?(): Promise<void>
}
