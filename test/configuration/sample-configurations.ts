import { rootCertificates } from "node:tls"
import { testKey } from "../support/keys.ts"
import { wholeConfiguration } from "./whole-configuration.ts"

type Sample = { [block: string]: unknown }

const [tenant, client] = ["11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"]
const jwks = { keys: [testKey("rsa").jwk] }
const secret = { header: "x-s", values: { ssm: "b" } }

/** Sound configurations that have every option of every block and provider between them. */
export function sampleConfigurations(): readonly Sample[] {
  return [
    wholeConfiguration(),
    { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] },
    {
      $schema: "./hallpass.schema.json",
      issuers: [
        {
          ...{
            provider: "entra-external-id",
            tenant,
            audience: [client],
            tenantName: "acme",
            domain: "id.acme.example",
          },
          ...{
            version: [1, 2],
            allowAppsWithoutRoles: true,
            listFormat: "plain",
            jwksUri: "https://id.acme.example/k",
          },
        },
        {
          ...{ provider: "entra-b2c", tenant, tenantName: "acme", policy: ["B2C_1_a", "B2C_1_b"], policyClaim: "acr" },
          ...{ issuerMode: "tfp", domain: "login.acme.example", audience: client, allowAppsWithoutRoles: false },
        },
        {
          provider: "adfs",
          domain: "fs.acme.example",
          issuer: "http://fs.acme.example/x",
          audience: "a",
          subject: "upn",
        },
        {
          ...{ provider: "wso2", baseUrl: "https://is.acme.example:9443", tenantDomain: "acme.example" },
          ...{ issuer: "https://is.acme.example/x", audience: "a", permissions: ["p", "q"], accessTokenClaim: "only" },
        },
        { provider: "auth0", domain: "acme.eu.auth0.com", audience: "x", organizations: "none", accessTokenClaim: "e" },
      ],
      principalId: ["realm", "id"],
      context: { email: "email", team: ["realm", "team"] },
      clockToleranceSeconds: 0,
      cache: { maxTokens: 0 },
      keys: { ca: rootCertificates[0] },
    },
    {
      issuers: [
        {
          ...{
            provider: "entra",
            tenant: "common",
            allowAnyTenant: true,
            audience: client,
            cloud: "usgov",
            version: 1,
          },
          ...{ acknowledge: "any Microsoft tenant can grant itself roles and scopes of this app" },
          ...{ allowAppsWithoutRoles: true, keys: { graceSeconds: 10 }, roles: [["a", "b"], ["c"]] },
        },
        {
          ...{
            provider: "cognito",
            userPoolId: "local_AbCdEf",
            clientIds: ["a", "b"],
            endpoint: "http://localhost:9229",
          },
          ...{ audience: "https://orders", keys: { allowHttpLoopback: true }, groups: "custom:groups" },
          listFormat: "bracketed",
        },
        {
          ...{ provider: "oidc", issuer: "https://d.example", audience: ["x", "y"], requireAtJwt: true },
          ...{
            discoveryUrl: "https://d.example/d",
            accessTokenClaim: ["realm", "access"],
            algorithms: ["ES256", "EdDSA"],
          },
          require: { email_verified: true, plan: ["a", 1, false], team: { present: true } },
        },
      ],
      routes: {
        "ANY /{proxy+}": { scopes: { all: ["a", "b"] }, claims: { all: [{ path: "level", equals: [1, 2] }] } },
      },
      unmatched: "authenticated",
      gateway: {
        ...{ resultTtlSeconds: 300, identitySources: ["token", "context.path", "context.httpMethod"], matchBy: "path" },
        ...{
          maxAnswerBytes: 9000,
          tooLarge: "unavailable",
          emptyContext: "dash",
          unauthorized: "deny",
          resourcePolicyAllows: true,
        },
      },
      credential: { cookie: "session" },
      observe: { path: "full", answerInContext: false },
    },
    {
      issuers: [],
      gateway: { resultTtlSeconds: 0 },
      edge: {
        role: "identity",
        headers: {
          user: { name: "x-edge-cert", format: "certificate", field: "subject" },
          scopes: { name: "x-edge-scopes", format: "csv", dn: "raw", optional: true },
          email: "x-edge-email",
        },
        evidence: [{ mtls: { san: "DNS:a.example" }, secret, cidrs: ["192.0.2.0/24", "2001:db8::/32"] }],
      },
      secrets: { refreshAfterSeconds: 60 },
    },
    {
      issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
      gateway: { resultTtlSeconds: 0 },
      credential: { query: "access_token", subprotocol: "bearer" },
      shadow: {
        ...{ acknowledge: "hallpass decides nothing in this mode", timeoutMs: 100, header: "x-existing" },
        evidence: [
          { secret, cidrs: ["192.0.2.0/24"] },
          { secret, vpceIds: "vpce-0123456789abcdef0" },
        ],
      },
      secrets: {},
    },
    {
      issuers: [{ provider: "okta", domain: "acme.okta.com", audience: ["api://orders"], jwks, roles: "roles" }],
      routes: { "GET /a": {}, "POST /a": { kind: "user", anyOf: [{ roles: ["r"] }, { groups: ["g"] }] } },
      gateway: { authorizerType: "token", api: "rest" },
      credential: { header: "x-token", scheme: null },
    },
  ]
}
