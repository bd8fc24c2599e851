import type { ProviderName } from "../../src/types/principal.ts"

// The values that known-profiles.test.ts gives to the options of each preset.

type Options = { readonly [name: string]: unknown }
type Values = { readonly [name: string]: readonly unknown[] }

const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const other = "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55"
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"
const acknowledge = "any Microsoft tenant can grant itself roles and scopes of this app"

/** What each preset needs, and no more. */
export const bases: { readonly [P in ProviderName]: Options } = {
  okta: { domain: "acme.okta.com", audience: "api://orders" },
  auth0: { domain: "acme.eu.auth0.com", audience: "https://orders.example" },
  cognito: { userPoolId: "eu-west-1_AbCdEf123", clientIds: "orders-client" },
  entra: { tenant, audience: other },
  "entra-b2c": { tenant, tenantName: "acme", policy: "B2C_1_signin", audience: other },
  "entra-external-id": { tenant, audience: other },
  adfs: { domain: "adfs.acme.example", audience: "microsoft:identityserver:orders" },
  wso2: { baseUrl: "https://is.acme.example:9443", audience: "orders-client" },
  oidc: { issuer: "https://issuer.example/tenant", audience: "https://orders.example" },
}

/** In the place of a value: the option is not there. */
export const leftOut = "(left out)"

/** What is wrong for nearly every option. */
export const wrongValues: readonly unknown[] = [null, 7, true, false, "", " a", "a", [], [""], ["a", "b"], ["a", 7], {}]

const domains = ["acme.example", "acme", "ACME.example", "acme.example.", "-a.example", "a-.example", "a-b.example"]
const addresses = ["https://acme.example", "acme.example/", "acme.example:443", ".acme.example", "a..example", "a.b-"]
const guids = [other, other.toUpperCase(), ` ${other}`, `${other}0`, `0${other}`, other.slice(1), "common"]
const claimPaths = ["a.b", ["a", "b", "c"], "constructor", ["a", "toString"], [["a"]]]
const accessTokenClaims = [
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "auth_time", "acr", "amr", "at_hash", "c_hash"],
  ...["sid", "name", "given_name", "username", "names", "profile", "picture", "website", "email", "email_verified"],
  ...["gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "phone_", "address"],
  ...["updated_at", "events", "xiss", "issx", ["iss", "a"], ["a", "iss"], "scope", "client_id", "permissions"],
]

/** Values of the options that every issuer takes. */
export const valuesOfEveryIssuer: Values = {
  audience: ["api://orders", ["api://orders", "api://orders"], "x".repeat(2048), "x".repeat(2049)],
  algorithms: [
    ...["RS256", "PS512", "Ed25519", "EdDSA", "HS256", "none", "rs256"],
    ...[
      ["RS256", "RS256"],
      ["ES256", "EdDSA", "Ed25519"],
      ["RS256", "HS256"],
    ],
  ],
  jwks: [{ keys: [] }, { keys: {} }, { keys: [{}] }, { keys: [{ kty: "RSA" }], more: 1 }],
  jwksUri: ["https://keys.example/jwks", "http://keys.example", "x".repeat(2049)],
  roles: [...claimPaths, [["a", "b"], "c"], [["a"], []], [["a"], 7]],
  groups: claimPaths,
  permissions: claimPaths,
  tenant: claimPaths,
  accessTokenClaim: accessTokenClaims,
  listFormat: ["plain", "bracketed", "Bracketed"],
  require: [
    ...[{ a: "b" }, { a: ["b", 7, true] }, { a: [] }, { a: null }, { a: { present: true } }, { a: { present: false } }],
    ...[{ a: { present: true, more: 1 } }, { a: ["b", null] }, { a: 0.1 }, { a: 2 ** 53 }, { a: -0 }],
    ...[{ a: [1, 2 ** 53] }, { "a.b": "" }, { toString: "b" }, { a: "b", c: { present: true } }],
  ],
  maxLifetimeSeconds: [0, 0.5, 1, 31_536_000, 31_536_001, "60"],
  keys: [{ graceSeconds: 60 }],
}

const ofIssuerText = ["https://else.example", "a|b", "a b", "x".repeat(512), "x".repeat(513), "https://a.example/\t"]
const ofDomain = [...domains, ...addresses]
const versions = [1, 2, 3, [1], [2], [1, 2], [2, 1], [1, 1], [1, 3], "1"]
const graph = "00000003-0000-0000-c000-000000000000"
const entraAudiences = [
  ...["api://orders", ["api://orders", other], graph, [other, graph]],
  ...[
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    "https://graph.microsoft.com/v1",
    other.toUpperCase(),
  ],
]

/** Values of the options of one preset. */
export const ownValues: { readonly [P in ProviderName]?: Values } = {
  okta: {
    domain: [
      ...ofDomain,
      ...[
        "acme-admin.okta.com",
        "acme-admin.oktapreview.com",
        "acme-admin.okta-emea.com",
        "acme-admin.okta.com.example",
      ],
      ...["admin.okta.com", "acme-admin.okta-gov.com", "acme-admin-okta.com"],
    ],
    authorizationServer: ["default", "org", "organization", "aus1_x-Y", "aus/1", "aus.1", "Org"],
  },
  auth0: {
    domain: ofDomain,
    audience: [
      ...[
        "https://acme.eu.auth0.com/userinfo",
        "https://acme.eu.auth0.com/api/v2/",
        "https://acme.eu.auth0.com/api/v2",
      ],
      ["https://orders.example", "https://acme.eu.auth0.com/api/v2/"],
    ],
    organizations: ["none", "org_1", ["org_1", "org_2"], ["none"], "None"],
  },
  cognito: {
    userPoolId: [
      ...["us-gov-west-1_A", "cn-north-1_A", "cn-north-1_", "_A", "eu-west-1", "local_A", "eu-west-1_A_B", "eu-west_1"],
      ...["EU-west-1_A", "eu-west-1-a_A", "eu-west-12_A", "eu--1_A", "xeu-west-1_A", "eu-west-1_A/", "1-eu-west-1_A"],
    ],
    tokenUse: ["access", "id", "Access"],
    issuerType: ["original", "updated"],
    endpoint: [
      ...["http://localhost", "http://localhost:9229", "http://127.0.0.1:1", "http://[::1]:12345", "https://localhost"],
      ...[
        "http://localhost:",
        "http://localhost:123456",
        "http://localhost/",
        "http://evil.example",
        "xhttp://localhost",
      ],
    ],
  },
  entra: {
    tenant: [...guids, "organizations", "consumers", "Common", "xcommon", "commonx"],
    audience: entraAudiences,
    version: versions,
    cloud: ["public", "usgov", "china", "germany"],
    allowedTenants: guids,
    acknowledge: [acknowledge, `${acknowledge}.`],
  },
  "entra-b2c": {
    tenant: guids,
    tenantName: ["acme", "a", "a-b", "-a", "a-", "A", "a.b", "1"],
    domain: ofDomain,
    policy: ["B2C_1_a", "b2c_1_a", "B2C 1", "B2C_1_a/", "/B2C", "é", ["B2C_1_a", "B2C_1_b"]],
    policyClaim: ["tfp", "acr"],
    issuerMode: ["tenant", "tfp"],
  },
  "entra-external-id": {
    tenant: guids,
    tenantName: ["acme", "a-", "a.b"],
    domain: ofDomain,
    audience: entraAudiences,
    version: versions,
  },
  adfs: {
    domain: ofDomain,
    issuer: [
      ...ofIssuerText,
      ...["https://adfs.acme.example/adfs", "https://adfs.acme.example/adfs/", "https://else.example/adfs"],
    ],
    subject: ["upn", "sub", "toString"],
  },
  wso2: {
    baseUrl: [
      ...["https://is.example", "https://is.example:12345", "https://is.example:123456", "http://is.example"],
      ...["https://is.example/", "https://IS.example", "https://is.example:", "xhttps://is.example"],
    ],
    tenantDomain: ["acme.example", "acme_1-x", "a/b", "/a", "b/"],
    issuer: ofIssuerText,
  },
  oidc: {
    issuer: [...ofIssuerText, "https://a.example/", "https://a.example//"],
    discoveryUrl: ["https://a.example/.well-known/openid-configuration"],
    tokenUse: ["access", "id"],
    scopes: [...claimPaths, [["a", "b"], "c"]],
  },
}

const jwks = { keys: [{ kty: "RSA" }] }
const jwksUri = "https://keys.example/jwks"

/** Options that depend on each other. */
export const combinations: { readonly [P in ProviderName]?: readonly Options[] } = {
  okta: [{ jwks, jwksUri }, { more: 1 }, { issuer: undefined }],
  cognito: [
    { tokenUse: "id", audience: "api://orders" },
    { tokenUse: "access", audience: "api://orders" },
    { userPoolId: "local_A", endpoint: "http://localhost:9229" },
    { endpoint: "http://localhost:9229", jwks },
    { endpoint: "http://localhost:9229", jwksUri, issuerType: "updated" },
    { userPoolId: "cn-north-1_A", issuerType: "updated" },
  ],
  entra: [
    ...["common", "organizations", "consumers"].flatMap((tenant) => [
      { tenant },
      { tenant, allowAnyTenant: true },
      { tenant, allowedTenants: [other, consumers] },
    ]),
    { tenant: "common", allowAnyTenant: true, acknowledge },
    { tenant: "common", allowAnyTenant: true, require: { tid: other } },
    { tenant: "common", allowAnyTenant: true, require: { tid: { present: true } } },
    { tenant: "common", allowAnyTenant: true, require: { oid: other } },
    { tenant: "common", allowAnyTenant: true, allowedTenants: [other] },
    { tenant: "common", allowAnyTenant: true, version: [1, 2], cloud: "china" },
    { tenant: "common", allowedTenants: [other, consumers], version: 1 },
    { tenant: "common", acknowledge },
    { allowAnyTenant: true },
    { version: 1, audience: "api://orders" },
    { version: [1, 2], audience: "api://orders", cloud: "usgov" },
    { groups: "g", roles: "r", jwks },
    { keys: { graceSeconds: 1 } },
  ],
  "entra-b2c": [
    { tenantName: leftOut, domain: "login.acme.example" },
    { domain: "login.acme.example" },
    { policy: ["B2C_1_A", "b2c_1_b"], issuerMode: "tfp" },
    { policy: ["B2C_1_A", "b2c_1_b"], issuerMode: "tenant", policyClaim: "acr" },
    { roles: "r", groups: "g" },
  ],
  "entra-external-id": [
    { tenantName: "acme", version: 1, audience: "api://orders" },
    { tenantName: "acme", version: [1, 2] },
    { domain: "login.acme.example", version: 1 },
    { domain: "login.acme.example", tenantName: "acme", version: [2] },
  ],
  adfs: [{ roles: "r", groups: "g" }, { issuer: "https://accounts.google.com" }],
  auth0: [{ domain: "accounts.google.com" }, { organizations: "none", requireAtJwt: true }],
  wso2: [
    { tenantDomain: "acme.example", jwks },
    { tenantDomain: "acme.example", issuer: "https://else.example" },
    { issuer: "https://accounts.google.com" },
  ],
  oidc: [
    { tokenUse: "id", requireAtJwt: true },
    { tokenUse: "id", accessTokenClaim: "gty" },
    { discoveryUrl: "https://a.example", jwks },
    { discoveryUrl: "https://a.example", jwksUri },
    { jwks, jwksUri },
    { issuer: "https://accounts.google.com", require: { email: "a@b.example" } },
    { issuer: "https://accounts.google.com", require: { email: "a@b.example", email_verified: true } },
    { issuer: "https://accounts.google.com", require: { email: "a@b.example", email_verified: [true, false] } },
    { issuer: "https://accounts.google.com", require: { hd: "" } },
    { issuer: "https://accounts.google.com", require: { hd: ["acme.example", ""] } },
    { issuer: "https://accounts.google.com", require: { hd: 7 } },
    { issuer: "https://accounts.google.com", require: { hd: true } },
    { issuer: "https://accounts.google.com", require: { hd: { present: true } } },
    { issuer: "https://token.actions.githubusercontent.com", require: { sub: "repo:acme/orders" } },
    { issuer: "https://token.actions.githubusercontent.com", require: { sub: "xrepo:acme/orders" } },
    { issuer: "https://token.actions.githubusercontent.com", require: { sub: 7 } },
    { issuer: "https://issuer.example", jwksUri: "https://git.example/oauth/discovery/keys" },
    { issuer: "https://issuer.example", discoveryUrl: "https://git.example/oauth/discovery/keys" },
    { issuer: "https://user@ACCOUNTS.google.com.:443/x" },
    { issuer: "//accounts.google.com" },
  ],
}

const hosts = ["acme.b2clogin.com", "acme.b2clogin.us", "acme.b2clogin.cn", "b2clogin.com", "acme.ciamlogin.com"]
const entraHosts = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"]

/** Issuers that have a preset of their own, and addresses like theirs. */
export const issuersWithPreset: readonly string[] = [
  ...[...hosts, ...entraHosts, "sts.windows.net", "sts.chinacloudapi.cn"].flatMap((host) => [
    `https://${host}`,
    `http://${host.toUpperCase()}/a`,
    `https://${host}:443`,
    `https://${host}.example`,
    `xhttps://${host}`,
  ]),
  ...["te/a", "tfp/a", "te", "a/B2C_1_b", "a/v2.0/", "a/v2.0", "/v2.0/", "a/b/b2c_1", "a/v2.0/b"].map(
    (path) => `https://login.microsoftonline.com/${path}`,
  ),
  ...[
    "cognito-idp.eu-west-1.amazonaws.com/a",
    "issuer-cognito-idp.x",
    "cognito-idp-fips.x",
    "cognito-idp",
    "acognito-idp.x",
  ].map((place) => `https://${place}`),
  ...["a.example/adfs", "a.example/ADFS/", "a.example/adfs/x", "a.example/b/adfs", "/adfs", "a.example/adfs//"].map(
    (place) => `https://${place}`,
  ),
  "https://accounts.google.co",
  "http://accounts.google.com",
]
