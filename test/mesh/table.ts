import { type AuthorizerConfig, createAuthorizer, type IssuerConfig } from "../../src/index.ts"
import { createTestIssuer, type TestIssuer } from "../../src/testing.ts"
import type { MeshRequest } from "./istio-model.ts"

// 18-3: configurations, tokens and requests of which hallpass and what it exports must make the same.

export const nowMs = 1_790_000_000_000
export const clock = (): number => nowMs
export const okta: TestIssuer = createTestIssuer({ provider: "okta", audience: "api://orders", clock })
export const auth0: TestIssuer = createTestIssuer({ provider: "auth0", audience: "https://orders", clock })
const cognito = createTestIssuer({ provider: "cognito", clock })
const entra = createTestIssuer({ provider: "entra", clock })
export const oidc: TestIssuer = createTestIssuer({
  provider: "oidc",
  issuer: "https://a.example/b",
  audience: "api://orders",
  clock,
})

const routes: NonNullable<AuthorizerConfig["routes"]> = {
  "GET /orders/{id}": { scopes: ["orders:read"] },
  "PUT /orders/{id}": { scopes: ["orders:read", "orders:write"] },
  "GET /orders/mine": {},
  "ANY /admin/{proxy+}": { groups: ["ops"] },
  "GET /admin/health": { scopes: { any: ["orders:read", "health"] } },
  "GET /reports/{name}": { anyOf: [{ groups: ["ops"] }, { scopes: ["reports"] }] },
  "GET /partner": { issuers: [auth0.issuer, oidc.issuer] },
  "POST /tenant": {
    claims: [
      { path: "dept", equals: "a b" },
      { path: ["realm", "roles"], contains: "x" },
    ],
  },
  $default: { scopes: ["anything"] },
}
const ofOrganization = (organizations: "none" | readonly string[]): IssuerConfig =>
  ({ ...auth0.config, organizations }) as IssuerConfig
export const configs: { readonly [name: string]: AuthorizerConfig } = {
  "several issuers": { issuers: [okta, auth0, cognito, entra, oidc].map(({ config }) => config), routes },
  "without a table": { issuers: [okta.config, entra.config] },
  "unmatched authenticated": {
    issuers: [okta.config, oidc.config],
    routes: { "GET /orders/{id}": { scopes: ["orders:read"] }, "ANY /admin/{proxy+}": { groups: ["ops"] } },
    unmatched: "authenticated",
  },
  "one organization": { issuers: [okta.config, ofOrganization(["org_a"])] },
  "no organization": { issuers: [okta.config, ofOrganization("none")] },
}

export const bearer = (token: string): string => `Bearer ${token}`
export const tokens: { readonly [name: string]: string | undefined } = {
  none: undefined,
  "okta reader": bearer(okta.token({ scp: ["orders:read"] })),
  "okta writer": bearer(okta.token({ scp: ["orders:read", "orders:write"] })),
  "okta as a text": bearer(okta.token({ scp: "orders:read orders:write" })),
  "okta scope": bearer(okta.token({ scp: undefined, scope: "anything orders:read" })),
  "okta ops": bearer(okta.token({ scp: ["none"], groups: ["ops"] })),
  "okta one group": bearer(okta.token({ scp: ["none"], groups: "ops" })),
  "okta ID token": bearer(okta.token({}, "idToken")),
  "okta claims": bearer(okta.token({ scp: ["none"], dept: "a b", realm: { roles: ["x", "y"] } })),
  "okta claims by halves": bearer(okta.token({ scp: ["none"], dept: "a", realm: { roles: ["x"] } })),
  "okta expired": bearer(okta.token({ scp: ["orders:read"] }, "expired")),
  "okta tampered": bearer(okta.token({ scp: ["orders:read"] }, "tampered")),
  "okta another audience": bearer(okta.token({ scp: ["orders:read"] }, "wrongAudience")),
  "okta another issuer": bearer(okta.token({ scp: ["orders:read"] }, "wrongIssuer")),
  "okta ID token by its jti only": bearer(okta.token({ scp: ["orders:read"], jti: "ID.x" })),
  "okta without client and scopes": bearer(okta.token({ scp: undefined, cid: undefined, groups: ["ops"] })),
  "okta bound by jkt": bearer(okta.token({ scp: ["orders:read"], cnf: { jkt: "x" } })),
  "okta bound by x5t#S256": bearer(okta.token({ scp: ["orders:read"], cnf: { "x5t#S256": "x" } })),
  "okta bound by kid": bearer(okta.token({ scp: ["orders:read"], cnf: { kid: "x" } })),
  "okta bound by jku": bearer(okta.token({ scp: ["orders:read"], cnf: { jku: "https://x" } })),
  "okta sub with slash": bearer(okta.token({ scp: ["orders:read"], sub: "a/b" })),
  "auth0 reader": bearer(auth0.token({ scope: "orders:read" })),
  "auth0 of an organization": bearer(auth0.token({ scope: "orders:read", org_id: "org_a" })),
  "auth0 of another organization": bearer(auth0.token({ scope: "orders:read", org_id: "org_b" })),
  "auth0 nonce without a scope": bearer(auth0.token({ scope: undefined, nonce: "n", client_id: "x" })),
  "auth0 audience by another scheme": bearer(auth0.token({ scope: "orders:read", aud: "http://orders/" })),
  "auth0 client as audience": bearer(
    auth0.token({ scope: "orders:read", aud: "https://orders", azp: "https://orders" }),
  ),
  "cognito reader": bearer(cognito.token({ scope: "orders:read" })),
  "cognito ID token": bearer(cognito.token({}, "idToken")),
  "cognito logout token": bearer(cognito.token({ scope: "orders:read", events: {} })),
  "cognito another client": bearer(cognito.token({ scope: "orders:read" }, "wrongAudience")),
  "entra reader": bearer(entra.token({ scp: "orders:read anything" })),
  "entra with a nonce": bearer(entra.token({ scp: "orders:read anything", nonce: "n" })),
  "entra app without roles": bearer(entra.token({ scp: undefined, roles: undefined, idtyp: "app" })),
  "entra another tenant": bearer(entra.token({ scp: "orders:read", tid: "00000000-0000-0000-0000-000000000001" })),
  "oidc reader": bearer(oidc.token({ scope: "orders:read" })),
  "oidc nonce without a scope": bearer(oidc.token({ scope: undefined, scp: undefined, nonce: "n" })),
  "oidc by its type only": bearer(
    oidc.token({ scope: undefined, scp: undefined, client_id: undefined, azp: undefined }),
  ),
  "oidc refresh": bearer(oidc.token({ scope: "orders:read", typ: "Refresh" })),
}
const lines: readonly string[] = [
  ...["GET /orders/7", "PUT /orders/7", "GET /orders/mine", "PUT /orders/mine", "GET /orders", "DELETE /orders/7"],
  ...["GET /orders/7?x=1", "GET /orders/a%20b", "GET /orders/7/items", "GET /orders/7/", "GET /orders/../admin/x"],
  ...["GET /admin", "GET /admin/", "GET /admin/x", "POST /admin/x/y", "GET /admin/health", "PUT /admin/health"],
  ...["GET /admin/health/", "GET /reports/2026", "GET /reports/2026/", "GET /partner", "POST /tenant", "GET /tenant"],
  ...[
    "GET /",
    "GET //orders/7",
    "GET /orders/7;v=1",
    "GET /ORDERS/7",
    "PATCH /x",
    "TRACE /admin/x",
    "PURGE /x",
    "GET /admin/x/",
  ],
]

export const requests: readonly { readonly method: string; readonly target: string }[] = lines.map((line) => {
  const [method = "", target = ""] = line.split(" ")
  return { method, target }
})

const gateway = { api: "http", matchBy: "path", resultTtlSeconds: 0, responses: "simple" } as const
/** What hallpass says, by path. */
function authorizer(config: AuthorizerConfig) {
  const block = config.routes === undefined ? { resultTtlSeconds: 0, responses: "simple" as const } : gateway
  const { decide } = createAuthorizer({ ...config, gateway: block }, { clock })
  return async (method: string, target: string, authorization: string | undefined): Promise<boolean> => {
    const [path = "", query = ""] = target.split("?")
    const { outcome } = await decide({
      version: "2.0",
      type: "REQUEST",
      routeArn: `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/$default/${method}${path}`,
      routeKey: "$default",
      rawPath: path,
      rawQueryString: query,
      headers: authorization === undefined ? {} : { authorization },
      requestContext: { http: { method, path }, routeKey: "$default", stage: "$default" },
    })
    return outcome === "allow"
  }
}

/** What hallpass and a model of the target say about a caller and a request. */
export interface Verdicts {
  readonly caller: string
  readonly method: string
  readonly target: string
  readonly hallpassAllows: boolean
  readonly meshAllows: boolean
}

/** The verdicts about every pair of the table. @param status what the model answers with; 200 for an allow */
export async function compared(
  config: AuthorizerConfig,
  status: (request: MeshRequest) => number,
): Promise<readonly Verdicts[]> {
  const decide = authorizer(config)
  const verdicts: Verdicts[] = []
  for (const [caller, authorization] of Object.entries(tokens)) {
    for (const { method, target } of requests) {
      const hallpassAllows = await decide(method, target, authorization)
      const headers: MeshRequest["headers"] = authorization === undefined ? {} : { authorization }
      verdicts.push({ caller, method, target, hallpassAllows, meshAllows: status({ method, target, headers }) === 200 })
    }
  }
  return verdicts
}

/** The pairs whose verdicts differ for no reason that the test knows. */
export function unexplained(
  verdicts: readonly Verdicts[],
  isExplained: (pair: Verdicts) => boolean,
): readonly Verdicts[] {
  return verdicts.filter((pair) => pair.hallpassAllows !== pair.meshAllows && !isExplained(pair))
}
