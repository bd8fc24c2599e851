import type { Values } from "./intrinsics.ts"

const Tenant = "7c1f0a3e-0000-4000-8000-000000009c11"
const Audience = "3f0e6a52-0000-4000-8000-000000007f60"

/** The least that each provider needs. */
export const providers: { readonly [provider: string]: Values } = {
  okta: { Provider: "okta", Domain: "acme.okta.com", Audience: "api://orders" },
  auth0: { Provider: "auth0", Domain: "acme.eu.auth0.com", Audience: "https://orders" },
  entra: { Provider: "entra", Tenant, Audience },
  "entra-external-id": { Provider: "entra-external-id", Tenant, Audience },
  "entra-b2c": {
    Provider: "entra-b2c",
    Domain: "acme.b2clogin.com",
    Tenant,
    AuthorizationServer: "B2C_1_signin",
    Audience,
  },
  cognito: { Provider: "cognito", UserPoolId: "eu-west-1_AbCdEf", ClientIds: "4k7tabc,5m8uxyz" },
  adfs: { Provider: "adfs", Domain: "fs.acme.example", Audience: "microsoft:identityserver:orders" },
  wso2: { Provider: "wso2", Domain: "is.acme.example:9443", Audience: "NwOrdersApp00000000000000001" },
  oidc: { Provider: "oidc", Issuer: "https://issuer.example.test/t", Audience: "api://orders" },
}
export const okta: Values = providers.okta ?? {}

export const Routes = '{"GET /orders":{"scopes":["orders:read"]},"POST /orders":{"scopes":["orders:write"]}}'
const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
export const Config: string = JSON.stringify({ issuers })
const configuration = (changes: object): Values => ({ Config: JSON.stringify({ issuers, ...changes }) })

/** RFC 7517, appendix A.1: a public key without an owner. */
const jwk = {
  kty: "RSA",
  kid: "2011-04-29",
  alg: "RS256",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
}
export const EdgeSecretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:edge/origin-AbCdEf"
const gateway = { resultTtlSeconds: 0 }
const edgeBlock = (evidence: object, more: object = {}): object => {
  return { role: "identity", headers: { user: "x-edge-user" }, ...more, evidence: [evidence] }
}
const secret = { header: "x-origin-verify", values: { secretsManager: EdgeSecretArn } }
const hmacEvidence = { hmac: { header: "x-edge-signature", keys: { secretsManager: EdgeSecretArn } } }
export const hmac: Values = {
  ...configuration({ issuers: [], gateway, edge: edgeBlock(hmacEvidence) }),
  EdgeSecretArn,
}
const issuer = {
  ...{ provider: "oidc", issuer: "https://bigip.example.test", audience: "https://orders.example.test" },
  jwksUri: "https://bigip.example.test/f5-oauth2/v1/jwks",
}

/**
 * Parameters of template.yaml that deploy, by what they are for. Every parameter has another value than its default in
 * one.
 */
export const parameterSets: { readonly [what: string]: Values } = {
  ...providers,
  "an Okta authorization server": { ...okta, AuthorizationServer: "aus1a2b3c" },
  "Entra version 1": { ...providers.entra, EntraVersion: "1", Audience: `api://orders,${Audience}` },
  "a key set of its own": { ...providers.oidc, JwksUri: "https://issuer.example.test/keys" },
  "a pinned key set": configuration({
    issuers: [
      { provider: "oidc", issuer: "https://issuer.example.test/t", audience: "api://orders", jwks: { keys: [jwk] } },
    ],
  }),
  "two audiences": { ...okta, Audience: "api://orders,api://stock" },
  "denials instead of errors": configuration({ gateway: { unauthorized: "deny" } }),
  "no cache": { ...okta, ResultTtlSeconds: 0 },
  "simple responses for HTTP APIs": { ...okta, HttpResponses: "simple" },
  "routes, with everything else at its default": { ...okta, Routes },
  "routes without a cache": { ...okta, Routes, ResultTtlSeconds: 0, HttpResponses: "simple" },
  "routes with the route in the cache key": {
    ...okta,
    Routes,
    IdentitySources: "token,route",
    HttpResponses: "simple",
  },
  "further identity sources": { ...okta, IdentitySources: "token,context.identity.sourceIp" },
  "a resource policy": { ...okta, Routes, ResourcePolicyAllows: "true" },
  "an edge that signs": hmac,
  "an edge that adds groups": {
    ...configuration({
      gateway,
      edge: edgeBlock(hmacEvidence, {
        role: "attributes",
        headers: { user: "x-user", groups: { name: "x-groups", format: "csv", optional: true } },
      }),
    }),
    EdgeSecretArn,
  },
  "an edge that mints tokens": configuration({
    issuers: [],
    gateway,
    edge: edgeBlock({ jws: { header: "x-edge-identity", issuer } }),
  }),
  "an edge behind an endpoint": {
    ...configuration({ issuers: [], gateway, edge: edgeBlock({ vpceIds: ["vpce-0123456789abcdef0"], secret }) }),
    EdgeSecretArn,
  },
  "an edge with a certificate": {
    ...configuration({ gateway, edge: edgeBlock({ mtls: { spkiSha256: ["0f".repeat(32)] }, secret }) }),
    EdgeSecretArn,
  },
  "the whole configuration": { Config },
  "all traffic at once": { ...okta, TrafficShift: "AllAtOnce" },
  "reserved concurrency": { ...okta, ReservedConcurrency: "100" },
  "logs for an audit": { ...okta, LogRetentionDays: 365 },
  "records of everything": configuration({
    gateway,
    observe: { sampleAllows: 0.25, principal: "id", audit: "ocsf", flushAfterSeconds: 0, traceContext: true },
  }),
}

/** What the other templates take from the outputs of template.yaml. */
export const outputs: Values = {
  AuthorizerFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:AuthorizerFunction:live",
  InvokeRoleArn: "arn:aws:iam::123456789012:role/hallpass-InvokeRole",
  CheckFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:CheckFunction",
}
const named: Values = {
  FunctionName: "hallpass-AuthorizerFunction",
  LogGroupName: "hallpass-AuthorizerLogGroup",
  MetricsService: "hallpass",
}
const CertificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
export const mutualTls: Values = {
  ...outputs,
  DomainName: "api.example.test",
  CertificateArn,
  TruststoreUri: "s3://truststore/clients.pem",
}
export const demoSets: { readonly [what: string]: Values } = {
  "the defaults": outputs,
  "no cache": { ...outputs, ResultTtlSeconds: 0, Configuration: Config },
  "the route in the cache key": { ...outputs, IdentitySources: "token,route" },
  "simple responses": { ...outputs, HttpResponses: "simple", IdentitySources: "token,route" },
  "other throttles": { ...outputs, ThrottleRate: 10, ThrottleBurst: 20 },
  "a usage plan": { ...outputs, UsageKey: "k".repeat(40), UsageQuota: 500 },
  "a web ACL": { ...outputs, WebAclArn: "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/orders/0a1b" },
  "all access logs": { ...outputs, AccessLogs: "all", LogRetentionDays: 90 },
  "a domain": { ...outputs, DomainName: "api.example.test", CertificateArn },
  "a domain with mutual TLS": mutualTls,
  "a domain with TLS 1.3 only": { ...outputs, DomainName: "api.example.test", CertificateArn, TlsPolicy: "TLS_1_3" },
}
export const operationsSets: { readonly [what: string]: Values } = {
  "the defaults": named,
  "alarms without a dashboard": { ...named, DeployDashboard: "false", AlarmEmail: "on-call@example.test" },
  "a topic of one's own": { ...named, AlarmTopicArn: "arn:aws:sns:eu-west-1:123456789012:on-call" },
  "reserved concurrency": { ...named, ReservedConcurrency: "100" },
}
export const edgeSets: { readonly [what: string]: Values } = {
  "the defaults": {},
  "keys rotated each week": { RotationDays: 7, LogRetentionDays: 365 },
}
const backend: Values = {
  ...outputs,
  VpcId: "vpc-0a1b2c3d",
  SubnetIds: "subnet-0a1b2c3d,subnet-1a2b3c4d",
  BackendHost: "orders.internal.example.test",
  TargetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/bigip/0123456789abcdef",
}
const balancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
export const privateSets: { readonly [what: string]: Values } = {
  "a private REST API": { ...backend, LoadBalancerArn: `${balancer}:loadbalancer/net/bigip/0123456789abcdef` },
  "an HTTP API": {
    ...backend,
    ApiKind: "http",
    LoadBalancerArn: `${balancer}:listener/app/orders/0123456789abcdef/fedcba9876543210`,
    LoadBalancerKind: "application",
    HttpResponses: "simple",
    ResultTtlSeconds: 60,
  },
  "a private REST API with everything": {
    ...backend,
    LoadBalancerArn: `${balancer}:loadbalancer/net/bigip/0123456789abcdef`,
    Configuration: Config,
    VpcCidr: "10.20.0.0/16",
    VpceIds: "vpce-0a1b2c3d,vpce-0123456789abcdef0",
    ThrottleRate: 10,
    ThrottleBurst: 20,
    HealthPath: "/healthz",
    TokenSecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:check-AbCdEf",
    AlarmTopicArn: "arn:aws:sns:eu-west-1:123456789012:on-call",
    LogRetentionDays: 365,
  },
}
const FunctionName = "hallpass-AuthorizerFunction"
export const watchSets: { readonly [what: string]: Values } = {
  "the defaults": { FunctionName },
  "all of it": {
    FunctionName,
    AlarmEmail: "on-call@example.test",
    CertificateArn,
    EdgeCertificateArn: CertificateArn,
    DaysBeforeExpiry: 45,
    DeployerArnPrefix: "arn:aws:sts::123456789012:assumed-role/deploy/",
    DeployConfigRules: "true",
    DeployAuthorizerRule: "true",
    ResultTtlSeconds: 60,
    TokenHeader: "X-Token",
    IdentitySources: "token,route",
  },
}
export const nestedSets: { readonly [what: string]: Values } = {
  "the defaults": { Config },
  "all of it": {
    Config,
    ResultTtlSeconds: 60,
    TrafficShift: "Linear10PercentEvery1Minute",
    AlarmEmail: "on-call@example.test",
    DeployDemoApis: "true",
  },
}

/** Parameters that deploy, by template. */
export const setsOf: { readonly [path: string]: { readonly [what: string]: Values } } = {
  "template.yaml": parameterSets,
  "deploy/demo.yaml": demoSets,
  "deploy/operations.yaml": operationsSets,
  "deploy/edge.yaml": edgeSets,
  "deploy/private.yaml": privateSets,
  "deploy/watch.yaml": watchSets,
  "deploy/nested.yaml": nestedSets,
}
