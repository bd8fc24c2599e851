import { describe, expect, it } from "vitest"
import type { AuthorizerConfig } from "../../src/index.ts"
import { exportEnvoy } from "../../src/mesh.ts"
import { unknownMembersBy } from "../support/envoy-definitions.ts"
import { envoy } from "./envoy-model.ts"
import { auth0, bearer, compared, configs, nowMs, okta, requests, unexplained, type Verdicts } from "./table.ts"

const unknownMembers = unknownMembersBy([
  ...["extensions/filters/http/jwt_authn/v3/config", "extensions/filters/http/rbac/v3/rbac"],
  ...["extensions/path/match/uri_template/v3/uri_template_match", "config/cluster/v3/cluster"],
  "extensions/transport_sockets/tls/v3/tls",
])

const partsOf = (config: AuthorizerConfig, onUnsupported: "error" | "comment" = "error") => {
  const [parts] = exportEnvoy(config, { onUnsupported }).documents
  if (parts === undefined) throw new Error("the export is refused")
  return parts
}

/** Whether Envoy may differ from hallpass. Every other difference fails the test. */
function isExplained({ caller, target, meshAllows }: Verdicts): boolean {
  // The model normalises dot segments, as normalize_path does, and hallpass sees what the client wrote.
  if (meshAllows) return target.includes("/../")
  return /.\/$/.test(target) || caller === "oidc by its type only"
}

describe("18-3: Envoy's verdict on the exported filters is hallpass's", () => {
  it.each(Object.entries(configs))("%s", async (_, config) => {
    const verdicts = await compared(config, envoy(partsOf(config), nowMs))
    expect(unexplained(verdicts, isExplained)).toEqual([])
  })
})

describe("18-1: the filters for Envoy", () => {
  it.each(Object.entries(configs))("have only members of Envoy's published definition: %s", (_, config) => {
    const { http_filters, clusters } = partsOf(config)
    for (const { typed_config } of http_filters) expect(unknownMembers(typed_config, "")).toEqual([])
    expect(clusters).toEqual([])
    expect(http_filters.map(({ name }) => name)[0]).toBe("envoy.filters.http.jwt_authn")
  })

  it("the check of members notices a mistake", () => {
    const type = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
    expect(unknownMembers({ "@type": type, providers: { a: { issuers: "x" } }, rule: [] }, "")).toEqual([
      "providers.issuers",
      "rule",
    ])
  })

  it("closes the trap: without a token no request passes", () => {
    for (const config of Object.values(configs)) {
      const mesh = envoy(partsOf(config), nowMs)
      for (const { method, target } of requests) {
        expect(mesh({ method, target, headers: {} })).toBe(401)
      }
      expect(JSON.stringify(partsOf(config))).not.toMatch(/allow_missing|extract_only|bypass_cors/)
    }
  })

  it("fetches key sets over TLS with a checked certificate, through one cluster for each host", () => {
    const issuers = ["default", "other"].map(
      (authorizationServer) =>
        ({ provider: "okta", domain: "acme.okta.com", authorizationServer, audience: "api://orders" }) as const,
    )
    const { clusters, http_filters } = partsOf({ issuers })
    expect(clusters).toHaveLength(1)
    expect(unknownMembers(clusters[0], "envoy.config.cluster.v3.Cluster")).toEqual([])
    expect(JSON.stringify(clusters)).toContain('"trusted_ca"')
    expect(JSON.stringify(http_filters)).toContain("https://acme.okta.com/oauth2/other/v1/keys")
  })

  it("a path with two readings is refused before a rule is looked at", () => {
    const mesh = envoy(partsOf({ issuers: [okta.config], routes: { $default: {} } }), nowMs)
    const headers = { authorization: bearer(okta.token()) }
    const ask = (target: string): number => mesh({ method: "GET", target, headers })
    expect(ask("/orders/7")).toBe(200)
    for (const target of ["/a//b", "/a;b", "/a%2Fb", "/%61", "/a%252f"]) expect(ask(target)).toBe(403)
  })

  it("sees objects and numbers in claims that must be absent", () => {
    const mesh = envoy(partsOf({ issuers: [auth0.config] }), nowMs)
    const ask = (claims: object): number =>
      mesh({ method: "GET", target: "/", headers: { authorization: bearer(auth0.token({ ...claims })) } })
    expect([ask({}), ask({ events: {} }), ask({ at_hash: 1 })]).toEqual([200, 403, 403])
  })

  it("what cannot be expressed is refused or left out, and with no issuer left everything is refused", () => {
    const config: AuthorizerConfig = { issuers: [okta.config], routes: { "GET /a": { kind: "app" }, "GET /b": {} } }
    expect(exportEnvoy(config).documents).toEqual([])
    const mesh = envoy(partsOf(config, "comment"), nowMs)
    const headers = { authorization: bearer(okta.token()) }
    expect(["/a", "/b"].map((target) => mesh({ method: "GET", target, headers }))).toEqual([403, 200])
    const discovery = { provider: "oidc", issuer: "https://id.example", audience: "a" } as const
    expect(exportEnvoy({ issuers: [discovery] }).findings[0]?.message).toContain("discovery")
    const { http_filters } = partsOf({ issuers: [discovery] }, "comment")
    expect(http_filters).toEqual([
      expect.objectContaining({ typed_config: expect.objectContaining({ rules: { action: "ALLOW", policies: {} } }) }),
    ])
  })
})
