import type { OptionText } from "./option-text.ts"

const audienceOf = (what: string): string =>
  `The \`aud\` values of your tokens, of which a token must have one: ${what}.`
const appsWithoutRoles =
  "Lets app tokens without roles pass where a rule demands nothing. Every app of the tenant can get such a token."
const accessTokenClaim =
  "A claim that only access tokens of this issuer have. It is needed if nothing else distinguishes them from ID tokens."

/** What the options of issuers mean: those that every issuer takes, and those of each provider. */
export const issuerTexts: { readonly [path: string]: OptionText } = {
  "issuers[].provider": "The preset that reads the issuer's tokens.",
  "issuers[].algorithms": {
    text: "Replaces the preset's algorithms. [ML-DSA](keys.md#ml-dsa) needs Node.js 24.6. `EdDSA` and `Ed25519` are the same.",
    default: '`["RS256"]`',
  },
  "issuers[].jwks": "The key set itself; nothing is fetched.",
  "issuers[].jwksUri": {
    text: "The address of the key set, if it is not the one that the preset expects. https only.",
    default: "as the preset expects",
  },
  "issuers[].roles": {
    text:
      "The claim with the roles; one text is a list of one. It takes the place of the claim that the preset reads; for `entra`, " +
      "`entra-external-id` and `entra-b2c` it is read in addition to the claim `roles`, where Entra writes its app roles.",
    default: "as the preset reads it",
  },
  "issuers[].groups": {
    text: "The claim with the groups, in place of the one that the preset reads; one text is a list of one.",
    default: "as the preset reads it",
  },
  "issuers[].listFormat":
    '`"bracketed"` reads a text such as `[ops, sales]` as a list; without it, such a token is refused (`list_bracketed`).',
  "issuers[].require": {
    text:
      'Claims with their exact value, or a list of values of which a token has one, or `{ "present": true }`. Numbers ' +
      "beyond ±9007199254740991 are refused, because JSON cannot hold them.",
    default: "none",
  },
  "issuers[].maxLifetimeSeconds": "Refuses tokens with a longer life (`exp` − `iat`), and tokens without `iat`.",
  "issuers[].keys": "Overrides of the [`keys`](configuration.md#keys) block for this issuer.",

  "okta.domain": "The host that `iss` names: `acme.okta.com`, or the custom domain.",
  "okta.authorizationServer": "The id of a custom authorization server. Only Okta can verify tokens of the org server.",
  "okta.audience": audienceOf("the audience of the authorization server"),
  "auth0.domain": "The host that `iss` names: `acme.eu.auth0.com`, or the custom domain.",
  "auth0.audience": audienceOf("the identifier of your API"),
  "auth0.organizations":
    'The organization ids of which a token must have one as `org_id`. `"none"` refuses every token that has one.',
  "auth0.requireAtJwt": "Accepts only tokens of the RFC 9068 profile (`typ: at+jwt`).",
  "auth0.accessTokenClaim": accessTokenClaim,
  "entra.tenant": "The tenant id, or `organizations`, `common` or `consumers` for several tenants.",
  "entra.audience": audienceOf(
    "version 2: the API's client id; version 1: every form that clients use, such as `api://…`",
  ),
  "entra.version": "Token versions to accept, as `api.requestedAccessTokenVersion` of the app registration says.",
  "entra.cloud": "The cloud that issues the tokens.",
  "entra.allowedTenants": "The ids of the tenants to accept, for a `tenant` that means several.",
  "entra.allowAnyTenant":
    "Accepts every tenant of the cloud. Then every rule has to demand a `tid`, see [any tenant](providers.md#any-tenant).",
  "entra.acknowledge":
    "With `allowAnyTenant`, in place of demands on `tid`: every tenant may do what its administrator grants.",
  "entra.allowAppsWithoutRoles": appsWithoutRoles,
  "entra-external-id.tenant": "The tenant id.",
  "entra-external-id.audience": audienceOf("the API's client id; version 1 also `api://…`"),
  "entra-external-id.tenantName": {
    text: "The name before `.ciamlogin.com`: keys come from that host.",
    default: "the tenant id",
  },
  "entra-external-id.domain": "Your own host, if `iss` names it.",
  "entra-external-id.version": "Token versions to accept, as for `entra`.",
  "entra-external-id.allowAppsWithoutRoles": appsWithoutRoles,
  "entra-b2c.tenant": "The tenant id.",
  "entra-b2c.tenantName": { text: "The name before `.b2clogin.com`.", default: "required without `domain`" },
  "entra-b2c.policy": "The user flows or custom policies whose tokens are accepted. Keys are those of the first.",
  "entra-b2c.policyClaim": "The claim that names the policy.",
  "entra-b2c.issuerMode": "Whether `iss` holds the tenant only, or `/tfp/` with the policy.",
  "entra-b2c.domain": "Your own host, if `iss` names it.",
  "entra-b2c.audience": audienceOf("the API's application id"),
  "entra-b2c.allowAppsWithoutRoles": appsWithoutRoles,
  "cognito.userPoolId": "The id of the user pool, such as `eu-west-1_AbCdEf123`.",
  "cognito.clientIds": "The app clients to accept. All clients of the pool share issuer and keys.",
  "cognito.tokenUse": "The kind of tokens to accept.",
  "cognito.issuerType": "The issuer type of the pool.",
  "cognito.audience": "The `aud` of resource-bound access tokens. If it is set, every token needs it.",
  "cognito.endpoint":
    "A local emulator such as cognito-local: `http://localhost:9229`. Loopback only, and needs `keys.allowHttpLoopback`.",
  "adfs.domain": "The host of AD FS, such as `fs.acme.example`.",
  "adfs.issuer": {
    text: "`access_token_issuer` of the discovery document.",
    default: "`http://DOMAIN/adfs/services/trust`",
  },
  "adfs.audience": audienceOf("the identifiers of the Web API, as tokens have them"),
  "adfs.subject": {
    text: "The claim that identifies users.",
    default: "the first of `sub`, `primarysid`, `nameid`, `upn`, `unique_name`, `winaccountname`",
  },
  "wso2.baseUrl": "Scheme, host and port of the server: `https://is.example.com:9443`.",
  "wso2.tenantDomain": "The tenant in `/t/TENANT` of the address.",
  "wso2.issuer": { text: "The `iss` claim, if an administrator changed it.", default: "the token endpoint" },
  "wso2.audience": audienceOf("client ids, or the identifier of the API resource"),
  "wso2.permissions": "The claim with the permissions.",
  "wso2.accessTokenClaim": accessTokenClaim,
  "oidc.issuer": "The `iss` claim, character for character.",
  "oidc.audience": audienceOf("the identifier of your API"),
  "oidc.discoveryUrl": {
    text: "The discovery document, whose `issuer` must be the configured one. https only.",
    default: "`{issuer}/.well-known/openid-configuration`",
  },
  "oidc.tokenUse": '`"id"` accepts ID tokens in place of access tokens; then `audience` is the client id.',
  "oidc.requireAtJwt": "Accepts only `typ: at+jwt` (RFC 9068).",
  "oidc.accessTokenClaim": `${accessTokenClaim} See [below](#access-tokens-and-id-tokens).`,
  "oidc.allowMissingKid": "Accepts tokens without `kid` if exactly one key of the set fits their algorithm.",
  "oidc.scopes": "The claims with the scopes.",
  "oidc.permissions": "The claim with the permissions.",
  "oidc.tenant": "The claim with the tenant.",
}
