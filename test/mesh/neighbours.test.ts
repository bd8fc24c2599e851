import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { identityHeaders } from "../../src/http/identity-headers.ts"
import { type AuthorizerConfig, ConfigurationError, createAuthorizer } from "../../src/index.ts"
import { exportGloo, exportNginx } from "../../src/mesh.ts"
import { restToken } from "../support/events.ts"
import { verifiedBy } from "./istio-model.ts"
import { strict } from "./schemas.ts"
import { auth0, bearer, clock, nowMs, okta, tokens } from "./table.ts"

const config: AuthorizerConfig = {
  issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
  routes: { "GET /orders/{id}": { kind: "user" } },
  context: { email: "email", costCenter: "cost_center" },
}
const names = identityHeaders(config).names
const withEdge = {
  ...config,
  edge: {
    role: "identity",
    headers: { user: "x-user" },
    evidence: [{ hmac: { header: "x-signature", keys: { secretsManager: "edge" } } }],
  },
} as AuthorizerConfig

describe("18-1: export nginx, which asks the service", () => {
  const [block = ""] = exportNginx(config).documents

  it("sets every identity header from the answer, so that a client's own never survives", () => {
    expect(names).toContain("x-hallpass-costcenter")
    for (const name of names) {
      const variable = name.replaceAll("-", "_")
      const own = variable.replace("x_", "")
      expect(block).toContain(`        auth_request_set $${own} $upstream_http_${variable};\n`)
      expect(block).toContain(`        proxy_set_header ${name} $${own};\n`)
    }
  })

  it("asks with the original method and URI, and verifies a service with TLS", () => {
    expect(block).toContain("proxy_set_header X-Original-URI $request_uri;")
    expect(block).not.toContain("proxy_ssl")
    const [secure] = exportNginx(config, { service: "https://hallpass.example.com:9191" }).documents
    expect(secure).toContain("proxy_ssl_verify on;")
    expect(secure).toContain("proxy_ssl_name hallpass.example.com;")
  })

  it("evidence that the service cannot know behind nginx is an error, and not silently refused", () => {
    const hmac = { header: "x-signature", keys: { secretsManager: "edge" } }
    const secret = { header: "x-origin", values: { secretsManager: "origin" } }
    const given = {
      ...withEdge,
      edge: {
        ...withEdge.edge,
        evidence: [{ hmac }, { hmac, cidrs: ["192.0.2.0/24"] }, { vpceIds: ["vpce-0a1b2c3d4e5f60718"], secret }],
      },
    }
    const { documents, findings } = exportNginx(given as AuthorizerConfig)
    const errors = findings.filter(({ severity }) => severity === "error").map(({ path }) => path)
    expect([documents, errors]).toEqual([[], ["edge.evidence[1].cidrs", "edge.evidence[2].vpceIds"]])
    expect(exportNginx(given as AuthorizerConfig, { onUnsupported: "comment" }).documents).toHaveLength(1)
    expect(exportNginx(withEdge).documents).toHaveLength(1)
  })

  it.each(["http://a/b", "http://a;}", "ftp://a", "a:1", "http://a\n", "http://$a", "http://a b", ""])(
    "refuses the address %j, which becomes part of a text",
    (address) => {
      for (const name of ["service", "backend"])
        expect(() => exportNginx(config, { [name]: address })).toThrow(TypeError)
      expect(() => exportGloo(config, { service: address })).toThrow(TypeError)
    },
  )
})

const file = resolve(import.meta.dirname, "../schemas/gloo/enterprise.gloo.solo.io_v1_AuthConfig.crd.yaml")
const [version] = parse(readFileSync(file, "utf8")).spec.versions as [
  { schema: { openAPIV3Schema: { properties: { spec: { readonly [keyword: string]: unknown } } } } },
]
const isValid = new Ajv({ strict: false }).compile(strict(version.schema.openAPIV3Schema.properties.spec))

describe("18-1: export gloo, which asks the service", () => {
  it("is an AuthConfig by the CRD, and names every header that is read or set", () => {
    const [document] = exportGloo(config, { namespace: "gloo-system" }).documents
    expect([isValid(document?.spec), isValid.errors]).toEqual([true, null])
    expect(document?.spec).toMatchObject({
      configs: [
        {
          passThroughAuth: {
            http: {
              request: {
                allowedHeaders: expect.arrayContaining(["authorization", "x-original-uri", "x-hallpass-principal"]),
              },
              response: { allowedUpstreamHeadersToOverwrite: names },
            },
          },
        },
      ],
    })
    expect(JSON.stringify(document)).not.toMatch(/failureModeAllow|"allowedUpstreamHeaders"/)
  })

  it("an edge, a selector and $connect are errors, or left to the service", () => {
    for (const [given, options] of [
      [withEdge, {}],
      [config, { selector: { app: "orders" } }],
      [{ ...config, routes: { $connect: {} } }, {}],
    ] as const) {
      const { documents, findings } = exportGloo(given, options)
      expect([documents, findings[0]?.severity]).toEqual([[], "error"])
      expect(exportGloo(given, { ...options, onUnsupported: "comment" }).documents).toHaveLength(1)
    }
  })
})

describe("18-1: export gloo, which verifies tokens before it asks", () => {
  const inlined: AuthorizerConfig = { issuers: [okta.config, auth0.config], routes: { "GET /orders/{id}": {} } }
  interface Step {
    readonly name: string
    readonly oauth2?: {
      readonly accessTokenValidation: {
        readonly jwt: { issuer: string; audiences?: string[]; localJwks: { inlineString: string } }
      }
    }
  }
  const specOf = (given: AuthorizerConfig, options: object = {}) =>
    exportGloo(given, { verifyTokens: true, ...options }).documents[0]?.spec as {
      booleanExpr?: string
      configs: Step[]
    }

  it("demands a good token of one issuer and the service's consent", () => {
    const spec = specOf(inlined)
    expect([isValid(spec), isValid.errors]).toEqual([true, null])
    expect(spec.booleanExpr).toBe("(issuer1 || issuer2) && rules")
    expect(spec.configs.map(({ name }) => name)).toEqual(["issuer1", "issuer2", "rules"])
    expect(specOf(config).configs[0]).toMatchObject({
      oauth2: {
        accessTokenValidation: {
          jwt: {
            issuer: "https://acme.okta.com/oauth2/default",
            audiences: ["api://orders"],
            remoteJwks: { url: "https://acme.okta.com/oauth2/default/v1/keys" },
          },
        },
      },
    })
  })

  it("passes every token that hallpass accepts, and none that is not signed for it", async () => {
    const { configs } = specOf(inlined)
    const passes = (authorization: string | undefined): boolean =>
      configs.some(({ oauth2 }) => {
        if (oauth2 === undefined || authorization === undefined) return false
        const { issuer, audiences, localJwks } = oauth2.accessTokenValidation.jwt
        const rule = { issuer, jwks: localJwks.inlineString, ...(audiences && { audiences }) }
        return verifiedBy(authorization.replace(/^Bearer /, ""), [rule], nowMs, 0) !== undefined
      })
    const { decide } = createAuthorizer({ issuers: inlined.issuers }, { clock })
    let accepted = 0
    for (const [caller, authorization] of Object.entries(tokens)) {
      const { outcome } = await decide(restToken(authorization ?? ""))
      if (outcome !== "unauthenticated") accepted++
      if (outcome !== "unauthenticated") expect([caller, passes(authorization)]).toEqual([caller, true])
    }
    expect(accepted).toBeGreaterThan(5)
    for (const bad of [
      bearer(okta.token({}, "tampered")),
      bearer(okta.token({}, "wrongAudience")),
      undefined,
      "Bearer x",
    ])
      expect(passes(bad)).toBe(false)
  })

  it("what it cannot say is an error, or left out while the service still decides", () => {
    const discovery = { provider: "oidc", issuer: "https://id.example", audience: "a" } as const
    for (const [given, path] of [
      [{ issuers: [discovery] }, "issuers[0]"],
      [{ ...inlined, credential: { header: "X-Token", scheme: null } }, "credential"],
      [{ ...inlined, credential: { cookie: "session" } }, "credential"],
    ] as [AuthorizerConfig, string][]) {
      const { documents, findings } = exportGloo(given, { verifyTokens: true })
      expect([documents, findings.find(({ severity }) => severity === "error")?.path]).toEqual([[], path])
      const spec = specOf(given, { onUnsupported: "comment" })
      expect(spec.configs.map((step) => "passThroughAuth" in step)).toEqual([true])
    }
    const some = specOf({ issuers: [okta.config, discovery] }, { onUnsupported: "comment" })
    expect(some.booleanExpr).toBe("(issuer1) && rules")
  })
})

it.each([exportNginx, exportGloo])("18-1: %o refuses what the service refuses", (exported) => {
  expect(() => exported({ issuers: [] })).toThrow(ConfigurationError)
  expect(() => exported({ ...config, shadow: {} } as never)).toThrow(ConfigurationError)
  expect(exported({ ...config, routes: { $connect: {} } }).documents).toEqual([])
})
