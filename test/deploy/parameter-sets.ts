import type { Values } from "./intrinsics.ts"

/** The least that each provider needs. */
export const providers: { readonly [provider: string]: Values } = {
  okta: { Provider: "okta", Domain: "acme.okta.com", Audience: "api://orders" },
  auth0: { Provider: "auth0", Domain: "acme.eu.auth0.com", Audience: "https://orders" },
  entra: {
    Provider: "entra",
    Tenant: "7c1f0a3e-0000-4000-8000-000000009c11",
    Audience: "3f0e6a52-0000-4000-8000-000000007f60",
  },
  cognito: { Provider: "cognito", UserPoolId: "eu-west-1_AbCdEf", ClientIds: "4k7tabc,5m8uxyz" },
  oidc: { Provider: "oidc", Issuer: "https://issuer.example.test/t", Audience: "api://orders" },
}
export const okta: Values = providers.okta ?? {}

export const Routes = '{"GET /orders":{"scopes":["orders:read"]},"POST /orders":{"scopes":["orders:write"]}}'
export const Config: string = JSON.stringify({
  issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
})

/** RFC 7517, appendix A.1: a public key of nobody. */
const jwk = {
  kty: "RSA",
  kid: "2011-04-29",
  alg: "RS256",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
}
const own = { ...okta, DeployDemoApis: "false", ResultTtlSeconds: 0 }
const edge = { DeployDemoApis: "false", ResultTtlSeconds: 0 }
const EdgeSecretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:edge/origin-AbCdEf"
export const hmac: Values = { ...edge, EdgeEvidence: "hmac" }
export const jws: Values = {
  ...edge,
  EdgeEvidence: "jws",
  EdgeEvidenceHeader: "x-edge-identity",
  EdgeIssuer: "https://bigip.example.test",
  EdgeAudience: "https://orders.example.test",
  EdgeJwksUri: "https://bigip.example.test/f5-oauth2/v1/jwks",
}
export const vpce: Values = {
  ...edge,
  EdgeEvidence: "vpce",
  EdgeEvidenceHeader: "x-origin-verify",
  VpceIds: "vpce-0a1b2c3d,vpce-0123456789abcdef0",
  EdgeSecretArn,
}
export const mtls: Values = {
  ...edge,
  EdgeEvidence: "mtls",
  EdgeEvidenceHeader: "x-origin-verify",
  EdgeCertificatePins: `${"0f".repeat(32)},${"A".repeat(43)}=`,
  EdgeSecretArn,
}
export const privateDemo: Values = {
  ...okta,
  DeployPrivateDemoApi: "true",
  ResourcePolicyAllows: "true",
  VpceIds: "vpce-0a1b2c3d",
}
export const mutualTls: Values = {
  ...okta,
  DomainName: "api.example.test",
  CertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001",
  TruststoreUri: "s3://truststore/clients.pem",
}

/** Parameters that deploy, by what they are for. Every parameter has another value than its default in one of them. */
export const parameterSets: { readonly [what: string]: Values } = {
  ...providers,
  "an Okta authorization server": { ...okta, AuthorizationServer: "aus1a2b3c" },
  "Entra version 1": {
    ...providers.entra,
    EntraVersion: "1",
    Audience: "api://orders,3f0e6a52-0000-4000-8000-000000007f60",
  },
  "a key set of its own": { ...providers.oidc, JwksUri: "https://issuer.example.test/keys" },
  "a pinned key set": { ...providers.oidc, Jwks: JSON.stringify({ keys: [jwk] }) },
  "two audiences": { ...okta, Audience: "api://orders,api://stock" },
  "denials instead of errors": { ...okta, Unauthorized: "deny" },
  "no cache": { ...okta, ResultTtlSeconds: 0 },
  "policies for HTTP APIs": { ...okta, HttpResponses: "policy" },
  "routes without a cache": { ...okta, Routes, ResultTtlSeconds: 0 },
  "routes with the route in the cache key": { ...okta, Routes, IdentitySources: "token,route" },
  "routes for some": { ...okta, Routes, Unmatched: "authenticated", IdentitySources: "token,route" },
  "routes under a cache by token": { ...okta, Routes, HttpResponses: "policy" },
  "further identity sources": {
    ...okta,
    IdentitySources: "token,context.identity.sourceIp",
    DeployDemoApis: "false",
  },
  "an invoke role for this account": { ...okta, InvokeRoleCondition: "source-account" },
  "a resource policy": { ...okta, Routes, HttpResponses: "policy", ResourcePolicyAllows: "true" },
  "an edge that signs": hmac,
  "an edge that signs, with a secret of one's own": { ...hmac, EdgeSecretArn },
  "an edge that signs, its keys rotated each week": { ...hmac, EdgeRotationDays: 7 },
  "an edge that adds groups": {
    ...hmac,
    ...okta,
    EdgeRole: "attributes",
    EdgeUserHeader: "x-user",
    EdgeGroupsHeader: "x-groups",
    EdgeGroupsFormat: "csv",
    DeployDemoApis: "true",
  },
  "an edge that mints tokens": { ...jws, EdgeGroupsHeader: "x-edge-groups" },
  "an edge behind an endpoint": vpce,
  "an edge with a certificate": mtls,
  "an edge beside tokens": { ...mtls, ...providers.entra },
  "the whole configuration": { Config, DeployDemoApis: "false" },
  "a private demo": privateDemo,
  "a domain with mutual TLS": mutualTls,
  "all access logs": { ...okta, DemoAccessLogs: "all", LogRetentionDays: 90 },
  "records of everything": {
    ...own,
    LogLevel: "DEBUG",
    SampleAllows: 0.25,
    LogPrincipal: "id",
    Audit: "ocsf",
    FlushAfterSeconds: 0,
    TraceContext: "true",
  },
  "no traces of its own": { ...okta, Tracing: "PassThrough" },
  "alarms without a dashboard": { ...okta, DeployDashboard: "false", AlarmEmail: "on-call@example.test" },
  "alarms to a topic of one's own": { ...okta, AlarmTopicArn: "arn:aws:sns:eu-west-1:123456789012:on-call" },
  tags: { ...okta, Owner: "Platform team", CostCenter: "4711" },
}
