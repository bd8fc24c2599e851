import { testKey } from "../support/keys.ts"

const [tenant, client] = ["11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"]

/** A sound configuration with nearly every option in it, for trying what one wrong option leads to. */
export function wholeConfiguration(): { [block: string]: unknown } {
  const jwks = { keys: [testKey("rsa").jwk] }
  return {
    issuers: [
      {
        ...{ provider: "okta", domain: "acme.okta.com", authorizationServer: "default", audience: "api://orders" },
        ...{
          roles: "roles",
          require: { a: 1 },
          algorithms: ["RS256"],
          maxLifetimeSeconds: 3600,
          keys: { timeoutMs: 1000 },
        },
      },
      {
        provider: "auth0",
        domain: "acme.eu.auth0.com",
        audience: ["https://orders"],
        organizations: ["org_a"],
        requireAtJwt: true,
      },
      {
        provider: "entra",
        tenant: "organizations",
        allowedTenants: [tenant],
        audience: client,
        version: [2],
        cloud: "public",
      },
      {
        provider: "cognito",
        userPoolId: "eu-west-1_AbCdEf",
        clientIds: ["a"],
        tokenUse: "access",
        issuerType: "original",
      },
      {
        ...{
          provider: "oidc",
          issuer: "https://i.example",
          audience: "x",
          jwks,
          scopes: ["scope"],
          permissions: "permissions",
        },
        ...{ groups: ["realm", "groups"], tenant: "t", tokenUse: "access", allowMissingKid: false },
      },
      { provider: "oidc", issuer: "https://j.example", audience: "x", jwksUri: "https://j.example/k" },
    ],
    routes: {
      "GET /a": {
        ...{ scopes: ["a"], roles: { any: ["b"] }, groups: { all: ["c"] }, permissions: ["d"], kind: "user" },
        ...{ claims: [{ path: "x", equals: 1 }], issuers: ["https://i.example"] },
      },
      "GET /b": { anyOf: [{ scopes: ["x"] }, { claims: { any: [{ path: ["y", "z"], contains: ["q"] }] } }] },
    },
    unmatched: "deny",
    gateway: {
      ...{
        resultTtlSeconds: 0,
        identitySources: ["token"],
        api: "rest",
        authorizerType: "request",
        responses: "policy",
      },
      ...{ unauthorized: "throw", resourcePolicyAllows: false, usageIdentifierKey: "k" },
    },
    credential: { header: "Authorization", scheme: "Bearer", maxLength: 1000 },
    context: { email: "email" },
    keys: {
      ...{ timeoutMs: 1000, maxBytes: 10_000, cooldownSeconds: 30, refreshAfterSeconds: 3600, waitAfterSeconds: 7200 },
      ...{ expireAfterSeconds: 86_400, graceSeconds: 0, allowHttpLoopback: false },
    },
    cache: { maxTokens: 10, maxBytes: 100_000, maxAgeSeconds: 10 },
    clockToleranceSeconds: 5,
    observe: {
      ...{ sampleAllows: 0.1, principal: "hash", audit: "none", flushAfterSeconds: 1, flushAfterCount: 1 },
      traceContext: true,
    },
    edge: {
      role: "attributes",
      headers: { user: "x-edge-user", groups: { name: "x-g", format: "apm-list", dn: "cn", optional: true } },
      evidence: [
        { hmac: { header: "x-sig", keys: { secretsManager: "a" }, windowSeconds: 60 } },
        {
          mtls: {
            spkiSha256: ["00".repeat(32)],
            san: ["DNS:a.example"],
            issuerSerial: [{ issuer: "CN=a", serial: "01" }],
          },
          secret: { header: "x-s", values: { ssm: "b" } },
        },
        {
          vpceIds: ["vpce-0123456789abcdef0"],
          secret: { header: "x-s", values: { ssm: "b" } },
          cidrs: ["192.0.2.0/24"],
        },
        {
          jws: {
            header: "x-jws",
            issuer: { provider: "oidc", issuer: "https://edge.example", audience: "e", jwks },
            ...{ claims: { user: "u" }, windowSeconds: 60 },
          },
        },
      ],
      subjectClaim: "sub",
    },
    assertion: {
      ...{
        issuer: "https://hallpass.example",
        audience: "mesh.example",
        claims: ["scope", "groups"],
        marginSeconds: 30,
      },
      keys: [
        { secretsManager: "mesh/signing" },
        { ssm: "/mesh/next" },
        { kms: "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" },
      ],
    },
    secrets: { timeoutMs: 1000, refreshAfterSeconds: 60, waitAfterSeconds: 120, expireAfterSeconds: 600 },
  }
}
