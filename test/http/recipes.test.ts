import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { strict } from "../mesh/schemas.ts"
import { unknownMembersBy } from "../support/envoy-definitions.ts"
import { recipe } from "./neighbours/recipes.ts"

// The recipes of docs/serve.md for neighbours that are not packaged here: what can be checked without them.

const unknownMembers = unknownMembersBy(["extensions/filters/http/ext_authz/v3/ext_authz"])
const extAuthz = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"

describe("18-2: the recipes for Envoy", () => {
  const filters = recipe("Envoy", "yaml").map(
    (text) => parse(text) as { name: string; typed_config: { [member: string]: unknown } },
  )

  it("have only members of Envoy's published definition", () => {
    expect(filters).toHaveLength(2)
    for (const { name, typed_config } of filters) {
      expect(name).toBe("envoy.filters.http.ext_authz")
      const { "@type": type, ...members } = typed_config
      expect(type).toBe(`type.googleapis.com/${extAuthz}`)
      expect(unknownMembers(members, extAuthz)).toEqual([])
    }
    expect(unknownMembers({ fail_open: true, grpc_service: { envoy_grpc: { clusters: "a" } } }, extAuthz)).toEqual([
      "fail_open",
      "grpc_service.envoy_grpc.clusters",
    ])
  })

  it("let nothing pass if the service fails, and hand the identity on", () => {
    for (const { typed_config } of filters) expect(typed_config).toMatchObject({ failure_mode_allow: false })
    expect(filters[1]?.typed_config).toMatchObject({
      allowed_headers: {
        patterns: [{ exact: "authorization" }, { safe_regex: { regex: "x[-_.]hallpass[-_.].*" } }],
      },
      http_service: { authorization_response: { allowed_upstream_headers: { patterns: [{ prefix: "x-hallpass-" }] } } },
    })
  })
})

describe("18-2: the recipe for Gloo", () => {
  const file = resolve(import.meta.dirname, "../schemas/gloo/enterprise.gloo.solo.io_v1_AuthConfig.crd.yaml")
  const [version] = parse(readFileSync(file, "utf8")).spec.versions as [
    { schema: { openAPIV3Schema: { properties: { spec: { readonly [keyword: string]: unknown } } } } },
  ]
  const isValid = new Ajv({ strict: false }).compile(strict(version.schema.openAPIV3Schema.properties.spec))
  const authConfig = parse(recipe("Gloo", "yaml")[1] ?? "") as {
    spec: { configs: { passThroughAuth: { http: object } }[] }
  }

  it("is an AuthConfig by the CRD, down to the last member", () => {
    expect([isValid(authConfig.spec), isValid.errors]).toEqual([true, null])
    const [first] = structuredClone(authConfig.spec.configs)
    Object.assign(first?.passThroughAuth.http ?? {}, { connectTimeout: "3s" })
    expect(isValid({ configs: [first] })).toBe(false)
  })
})

describe("18-2: the other recipes", () => {
  it("Gloo overwrites identity headers, appends none, and takes the original request from its own headers", () => {
    const [transformation, authConfig] = recipe("Gloo", "yaml").map((text) => JSON.stringify(parse(text)))
    for (const name of ["x-original-method", "x-original-uri"]) {
      expect(transformation).toContain(name)
      expect(authConfig).toContain(name)
    }
    expect(authConfig).toContain('"allowedUpstreamHeadersToOverwrite":["x-hallpass-principal"')
    expect(authConfig).not.toMatch(/"allowedUpstreamHeaders"|failureModeAllow/)
  })

  it("Istio asks for everything, and Traefik does not trust its client", () => {
    const [mesh, policy] = recipe("Istio", "yaml").map((text) => parse(text) as { [member: string]: never })
    expect(mesh?.extensionProviders?.[0]).toMatchObject({ name: "hallpass", envoyExtAuthzGrpc: { port: 9191 } })
    expect(policy?.spec).toMatchObject({ action: "CUSTOM", provider: { name: "hallpass" }, rules: [{}] })
    const [traefik] = recipe("Traefik", "yaml").map((text) => JSON.stringify(parse(text)))
    expect(traefik).toContain("X-Hallpass-Principal")
    expect(traefik).not.toContain("trustForwardHeader")
  })
})
