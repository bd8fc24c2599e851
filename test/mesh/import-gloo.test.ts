import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { type AuthorizerConfig, ConfigurationError, createAuthorizer } from "../../src/index.ts"
import { importGloo } from "../../src/mesh.ts"
import { restToken } from "../support/events.ts"
import { verifiedBy } from "./istio-model.ts"
import { strict } from "./schemas.ts"
import { auth0, clock, nowMs, okta, tokens } from "./table.ts"

// 18, reference section 8, Gloo: golden files of the converter, and what it refuses.

const crd = resolve(import.meta.dirname, "../schemas/gloo/enterprise.gloo.solo.io_v1_AuthConfig.crd.yaml")
const [version] = parse(readFileSync(crd, "utf8")).spec.versions as [
  { schema: { openAPIV3Schema: { properties: { spec: { readonly [keyword: string]: unknown } } } } },
]
const isValid = new Ajv({ strict: false }).compile(strict(version.schema.openAPIV3Schema.properties.spec))

const jwt = {
  issuer: "https://id.example",
  audiences: ["api://orders"],
  remoteJwks: { url: "https://id.example/keys", refreshInterval: "60s" },
}
const stepOf = (validation: object, name?: string) => ({
  ...(name !== undefined && { name }),
  oauth2: { accessTokenValidation: validation },
})
const authConfig = (spec: object) => ({
  apiVersion: "enterprise.gloo.solo.io/v1",
  kind: "AuthConfig",
  metadata: { name: "orders", namespace: "gloo-system" },
  spec,
})
const issuer = {
  provider: "oidc",
  issuer: "https://id.example",
  audience: "api://orders",
  jwksUri: "https://id.example/keys",
}
const other = { ...jwt, issuer: "https://b.example", audiences: ["a", "b"], remoteJwks: { url: "https://b.example/k" } }
const otherIssuer = {
  provider: "oidc",
  issuer: "https://b.example",
  audience: ["a", "b"],
  jwksUri: "https://b.example/k",
}

const golden: readonly (readonly [string, object, object])[] = [
  ["one issuer", { configs: [stepOf({ jwt })] }, { issuers: [issuer] }],
  [
    "all required scopes",
    { configs: [stepOf({ jwt, requiredScopes: { scope: ["a", "b"] }, cacheTimeout: "60s" })] },
    { issuers: [issuer], routes: { $default: { scopes: ["a", "b"] } } },
  ],
  [
    "two issuers with the same scopes",
    {
      booleanExpr: "(one || two)",
      configs: [
        stepOf({ jwt, requiredScopes: { scope: ["a"] } }, "one"),
        stepOf({ jwt: other, requiredScopes: { scope: ["a"] } }, "two"),
      ],
    },
    { issuers: [issuer, otherIssuer], routes: { $default: { scopes: ["a"] } } },
  ],
  [
    "two issuers with scopes of their own",
    {
      booleanExpr: "two || one",
      configs: [stepOf({ jwt, requiredScopes: { scope: ["a"] } }, "one"), stepOf({ jwt: other }, "two")],
    },
    {
      issuers: [issuer, otherIssuer],
      routes: {
        $default: { anyOf: [{ issuers: ["https://id.example"], scopes: ["a"] }, { issuers: ["https://b.example"] }] },
      },
    },
  ],
  [
    "claims that become headers",
    { configs: [stepOf({ jwt, claimsToHeaders: [{ claim: "email", header: "X-User-Mail", append: false }] })] },
    { issuers: [issuer], context: { x_user_mail: "email" } },
  ],
]

describe("18: an AuthConfig becomes a configuration", () => {
  it.each(golden)("%s", (_what, spec, config) => {
    expect([isValid(spec), isValid.errors]).toEqual([true, null])
    expect(importGloo(authConfig(spec)).config).toEqual(config)
  })

  it("hallpass accepts no token that Gloo would refuse", async () => {
    const steps = [okta, auth0].map(({ issuer: name, jwks, config }, at) =>
      stepOf(
        {
          jwt: {
            issuer: name,
            audiences: [(config as { audience: string }).audience],
            localJwks: { inlineString: JSON.stringify(jwks) },
          },
        },
        `issuer${at}`,
      ),
    )
    const { config } = importGloo(authConfig({ booleanExpr: "issuer0 || issuer1", configs: steps }))
    const { decide } = createAuthorizer(config as AuthorizerConfig, { clock })
    let accepted = 0
    for (const [caller, authorization = ""] of Object.entries(tokens)) {
      if ((await decide(restToken(authorization))).outcome !== "allow") continue
      accepted++
      const passes = steps.some(({ oauth2 }) => {
        const { jwt: rule } = oauth2.accessTokenValidation as {
          jwt: { issuer: string; localJwks: { inlineString: string } }
        }
        return verifiedBy(
          authorization.replace(/^Bearer /, ""),
          [{ ...rule, jwks: rule.localJwks.inlineString }],
          nowMs,
          0,
        )
      })
      expect([caller, passes]).toEqual([caller, true])
    }
    expect(accepted).toBeGreaterThan(5)
  })

  const unsaid: readonly (readonly [string, object, string])[] = [
    ["issuer unchecked", { configs: [stepOf({ jwt: { ...jwt, issuer: "" } })] }, "jwt.issuer"],
    ["audience unchecked", { configs: [stepOf({ jwt: { ...jwt, audiences: [] } })] }, "jwt.audiences"],
    ["a step of another kind", { configs: [{ basicAuth: { realm: "a" } }] }, "spec.configs[0].basicAuth"],
    ["signing in", { configs: [{ oauth2: { oidcAuthorizationCode: {} } }] }, "oidcAuthorizationCode"],
    ["introspection", { configs: [stepOf({ jwt, introspection: {} })] }, "accessTokenValidation.introspection"],
    ["two steps at once", { configs: [stepOf({ jwt }, "a"), stepOf({ jwt: other }, "b")] }, "spec.configs"],
    ["a negation", { booleanExpr: "!a", configs: [stepOf({ jwt }, "a")] }, "spec.booleanExpr"],
    [
      "an and",
      { booleanExpr: "a && b", configs: [stepOf({ jwt }, "a"), stepOf({ jwt: other }, "b")] },
      "spec.booleanExpr",
    ],
    [
      "a step that is left out",
      { booleanExpr: "a", configs: [stepOf({ jwt }, "a"), stepOf({ jwt: other }, "b")] },
      "spec.booleanExpr",
    ],
    [
      "a name twice",
      { booleanExpr: "a || a", configs: [stepOf({ jwt }, "a"), stepOf({ jwt: other }, "a")] },
      "spec.booleanExpr",
    ],
    [
      "keys in plain text",
      { configs: [stepOf({ jwt: { ...jwt, remoteJwks: { url: "http://id.example/k" } } })] },
      "issuers[0].jwksUri",
    ],
    [
      "two issuers of one name",
      { booleanExpr: "a || b", configs: [stepOf({ jwt }, "a"), stepOf({ jwt }, "b")] },
      "issuers[1]",
    ],
  ]
  it.each(unsaid)("%s is an error, and there is no configuration", (_what, spec, path) => {
    const { config, findings } = importGloo(authConfig(spec))
    expect(config).toBeUndefined()
    expect(
      findings
        .filter(({ severity }) => severity === "error")
        .map((each) => each.path)
        .join(),
    ).toContain(path)
  })

  it.each<[string, unknown]>([
    ["an unknown field", authConfig({ configs: [stepOf({ jwt: { ...jwt, audience: "x" } })] })],
    ["an unknown step", authConfig({ configs: [{ oauth3: {} }] })],
    ["another kind", { ...authConfig({ configs: [stepOf({ jwt })] }), kind: "VirtualService" }],
    ["no step", authConfig({ configs: [] })],
    ["a name of the prototype", JSON.parse('{ "kind": "AuthConfig", "spec": { "configs": [{ "__proto__": {} }] } }')],
    ["a number for a text", authConfig({ configs: [stepOf({ jwt: { ...jwt, issuer: 7 } })] })],
    ["keys that are no JSON", authConfig({ configs: [stepOf({ jwt: { ...jwt, localJwks: { inlineString: "{" } } })] })],
    ["a list", []],
    ["null", null],
  ])("%s is refused", (_what, document) => {
    expect(() => importGloo(document)).toThrow(ConfigurationError)
  })
})
