// What an option is for, and what it may look like, for the messages about it. A path is written without its numbers.

type Hint = readonly [example: string, purpose?: string]

const issuer = "issuers[]"
const key = 'routes["…"]'

const secretReference =
  '{ "secretsManager": "edge/hmac" }, { "ssm": "name" } or { "env": "NAME" }. Never write the value itself here'

const hints: { readonly [path: string]: Hint } = {
  configuration: ['{ "issuers": [{ "provider": "okta", "domain": "acme.okta.com", "audience": "api://orders" }] }'],
  issuers: [
    '[{ "provider": "okta", "domain": "acme.okta.com", "audience": "api://orders" }]',
    "the issuers of your tokens",
  ],
  [issuer]: ['{ "provider": "okta", "domain": "acme.okta.com", "audience": "api://orders" }'],
  [`${issuer}.provider`]: ['"okta"', "the kind of issuer"],
  [`${issuer}.domain`]: ['"acme.okta.com"', "the host name of the issuer"],
  [`${issuer}.authorizationServer`]: ['"default"'],
  [`${issuer}.audience`]: ['"api://orders"', "the aud claim of your tokens"],
  [`${issuer}.tenant`]: ['"11111111-2222-3333-4444-555555555555"', "the id of your tenant"],
  [`${issuer}.allowedTenants`]: ['["11111111-2222-3333-4444-555555555555"]', "the ids of the tenants to accept"],
  [`${issuer}.userPoolId`]: ['"eu-west-1_AbCdEf123"', "the id of the user pool"],
  [`${issuer}.clientIds`]: ['["3n4b5urk1ft4fl3mg5e62d9ado"]', "the app clients to accept"],
  [`${issuer}.issuer`]: ['"https://issuer.example.com"', "the iss claim of your tokens, character for character"],
  [`${issuer}.jwks`]: ['{ "keys": [{ "kty": "RSA", … }] }'],
  [`${issuer}.jwksUri`]: ['"https://issuer.example.com/jwks"'],
  [`${issuer}.discoveryUrl`]: ['"https://issuer.example.com/.well-known/openid-configuration"'],
  [`${issuer}.algorithms`]: ['["RS256"]'],
  [`${issuer}.roles`]: ['"roles"'],
  [`${issuer}.groups`]: ['"groups"'],
  [`${issuer}.permissions`]: ['"permissions"'],
  [`${issuer}.scopes`]: ['["scope"]'],
  [`${issuer}.require`]: ['{ "email_verified": true }'],
  [`${issuer}.organizations`]: ['["org_a1b2c3"]'],
  [`${issuer}.tenantName`]: ['"acme"', "the name before .onmicrosoft.com"],
  [`${issuer}.policy`]: ['"B2C_1_signin"', "the user flow or policy that issues the tokens"],
  [`${issuer}.baseUrl`]: ['"https://is.example.com:9443"', "scheme, host and port of the server"],
  [`${issuer}.tenantDomain`]: ['"acme.example"', "the tenant in /t/ of the address"],
  [`${issuer}.subject`]: ['"upn"', "the claim that identifies users"],
  [`${issuer}.accessTokenClaim`]: ['"entitlements"', "a claim that only access tokens have"],
  [`${issuer}.keys`]: ['{ "timeoutMs": 3000 }'],
  routes: ['{ "GET /orders": { "scopes": ["orders:read"] } }'],
  [key]: ['{ "scopes": ["orders:read"] }, or {} for every authenticated caller'],
  [`${key}.scopes`]: ['["orders:read"], or { "any": ["orders:read", "orders:admin"] }'],
  [`${key}.roles`]: ['["editor"], or { "any": ["editor", "admin"] }'],
  [`${key}.groups`]: ['["ops"], or { "any": ["ops", "admins"] }'],
  [`${key}.permissions`]: ['["refund"], or { "any": ["refund", "void"] }'],
  [`${key}.issuers`]: ['["https://issuer.example.com"]'],
  [`${key}.claims`]: ['[{ "path": "department", "equals": "ops" }]'],
  [`${key}.claims[]`]: ['{ "path": "department", "equals": "ops" }'],
  [`${key}.claims[].path`]: ['"department"', "the name of the claim"],
  [`${key}.anyOf`]: ['[{ "scopes": ["orders:read"] }, { "roles": ["auditor"] }]'],
  [`${key}.anyOf[]`]: ['{ "roles": ["auditor"] }'],
  gateway: ['{ "resultTtlSeconds": 300 }'],
  "gateway.resultTtlSeconds": ["300"],
  "gateway.identitySources": ['["token", "route"]'],
  "gateway.usageIdentifierKey": ['"api_key"'],
  credential: ['{ "header": "Authorization" }'],
  "credential.header": ['"Authorization"'],
  "credential.scheme": ['"Bearer"'],
  "credential.cookie": ['"session"'],
  "credential.query": ['"access_token"'],
  "credential.subprotocol": ['"bearer"'],
  context: ['{ "email": "email" }'],
  keys: ['{ "timeoutMs": 3000 }'],
  "keys.ca": ['"/var/task/ca.pem"'],
  cache: ['{ "maxTokens": 10000 }'],
  observe: ['{ "sampleAllows": 0.01 }'],
  secrets: ['{ "refreshAfterSeconds": 300 }'],
  shadow: ['{ "acknowledge": "hallpass decides nothing in this mode" }'],
  edge: ['{ "role": "identity", "headers": { "user": "x-edge-user" }, "evidence": […] }'],
  "edge.role": ['"identity"', "what the headers are: the identity, or attributes of a token"],
  "edge.headers": ['{ "user": "x-edge-user" }', "the headers to believe, by context key"],
  "edge.headers.user": [
    '"x-edge-user"',
    "the header with the user's name, which is the identity or binds attributes to a token",
  ],
  "edge.evidence": [
    '[{ "hmac": { "header": "x-edge-signature", "keys": { "secretsManager": "edge/hmac" } } }]',
    "a list of at least one proof that a request came through the edge. What is enough: jws; hmac; mtls with secret; vpceIds with " +
      "secret; cidrs with secret (cidrs may be added to any of them)",
  ],
  "edge.evidence[]": ['{ "hmac": { "header": "x-edge-signature", "keys": { "secretsManager": "edge/hmac" } } }'],
  "edge.evidence[].jws": ['{ "header": "x-edge-identity", "issuer": { "provider": "oidc", … } }'],
  "edge.evidence[].jws.header": ['"x-edge-identity"', "the header with the token"],
  "edge.evidence[].jws.issuer": [
    '{ "provider": "oidc", "issuer": "https://edge.example.com", … }',
    "the edge as an issuer",
  ],
  "edge.evidence[].hmac": ['{ "header": "x-edge-signature", "keys": { "secretsManager": "edge/hmac" } }'],
  "edge.evidence[].hmac.header": ['"x-edge-signature"', "the header with the signature"],
  "edge.evidence[].hmac.keys": [secretReference, "the place of the keys"],
  "edge.evidence[].secret.values": [secretReference, "the place of the values"],
  "edge.evidence[].mtls": ['{ "spkiSha256": ["…"] }'],
  "edge.evidence[].secret": ['{ "header": "x-origin-verify", "values": { "env": "ORIGIN_SECRETS" } }'],
  "edge.evidence[].secret.header": ['"x-origin-verify"', "the header with the secret"],
  "edge.evidence[].vpceIds": ['["vpce-0123456789abcdef0"]'],
  "edge.evidence[].cidrs": ['["192.0.2.0/24"]'],
  assertion: [
    '{ "issuer": "https://hallpass.example.com", "audience": "mesh.example.com", "keys": [{ "secretsManager": "mesh/signing" }] }',
  ],
  "assertion.issuer": ['"https://hallpass.example.com"', "the iss claim of assertions"],
  "assertion.audience": ['"mesh.example.com"', "the trust domain of the mesh, which is the aud claim of assertions"],
  "assertion.keys": ['[{ "secretsManager": "mesh/signing" }]', "the places of the keys, of which the first one signs"],
  "assertion.keys[]": ['{ "secretsManager": "mesh/signing" }, { "kms": "id or ARN of the key" } or { "env": "NAME" }'],
  "assertion.claims": ['["scope", "client_id"]'],
  keySnapshot: ["the file that `hallpass snapshot` writes"],
  "keySnapshot.sets": ["the file that `hallpass snapshot` writes"],
}

/** Options that people look for in another block. */
const places: { readonly [name: string]: string } = {
  ...Object.fromEntries(
    [
      "provider",
      "audience",
      "issuer",
      "domain",
      "tenant",
      "userPoolId",
      "clientIds",
      "jwks",
      "jwksUri",
      "algorithms",
    ].map((name) => [name, `issuers[].${name}`]),
  ),
  ...Object.fromEntries(
    ["resultTtlSeconds", "identitySources", "responses", "unauthorized", "resourcePolicyAllows"].map((name) => [
      name,
      `gateway.${name}`,
    ]),
  ),
  ...Object.fromEntries(["header", "scheme", "cookie"].map((name) => [name, `credential.${name}`])),
  ...Object.fromEntries(["cooldownSeconds", "allowHttpLoopback", "graceSeconds"].map((name) => [name, `keys.${name}`])),
}

/** What the option at a path may look like. */
export function exampleOf(path: string): string | undefined {
  return hintOf(path)?.[0]
}

/** ` to …`, or nothing. */
export function purposeOf(path: string): string {
  const purpose = hintOf(path)?.[1]
  return purpose === undefined ? "" : ` to ${purpose}`
}

/** The place of an option that was written at the top level, if it has one elsewhere. */
export function placeOf(name: string, path: string): string | undefined {
  return path === name && Object.hasOwn(places, name) ? places[name] : undefined
}

function hintOf(path: string): Hint | undefined {
  const form = path
    .replace(/\["(?:[^"\\]|\\.)*"\]/g, '["…"]')
    .replace(/\[\d+\]/g, "[]")
    .replace(/\.(?:any|all)(?=$|\[|\.)/g, "")
    .replace(/^routes\["…"\]\.anyOf\[\]\./, 'routes["…"].')
    .replace(/^edge\.evidence\[\]\.jws\.issuer\./, "issuers[].")
    .replace(/^shadow\.evidence/, "edge.evidence")
  return Object.hasOwn(hints, form) ? hints[form] : undefined
}
