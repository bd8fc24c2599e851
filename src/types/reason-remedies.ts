import type { ReasonCode } from "./reasons.ts"

/**
 * What to do about each reason: for docs/reasons.md and for commands, in Markdown. Never part of a Lambda bundle.
 */
export const reasonRemedies: { readonly [code in ReasonCode]: string } = {
  credential_missing:
    "Send the token where `credential` says: by default `Authorization: Bearer TOKEN`. API Gateway itself answers a missing identity source, so here the header has no token, or another place is configured.",
  credential_ambiguous:
    "Send one credential. Look for a client or proxy that adds a second `Authorization` header, or a token in the header and in the cookie or query parameter as well.",
  credential_malformed:
    "Send `Bearer`, one blank or more, the token, nothing else. Typical causes: `Bearer` twice, a tab, no scheme, a line break or quotes copied along with the token. For a bare token set `credential.scheme` to `null`.",
  token_too_long:
    "Make the token smaller at the issuer (fewer groups or custom claims). `credential.maxLength` cannot exceed 16384 characters.",
  token_malformed:
    "The client sends something that is no JWT, or a damaged one: cut off, padded with `=`, re-encoded. Compare its length with that of the token that the issuer issued.",
  token_opaque:
    "The client has to name this API when it asks for the token: `audience` at Auth0, a scope of this API at Entra, a resource (RFC 8707) elsewhere.",
  token_encrypted: "Turn token encryption off for this API at the issuer.",
  header_invalid:
    "No known issuer sends this; treat it as a probe. If it is your own issuer, compare its header with RFC 7515 section 4.",
  header_critical: "Let the issuer leave `crit` and `b64` out (RFC 7515 section 4.1.11, RFC 7797).",
  algorithm_not_allowed:
    "If the issuer really signs with this algorithm, list it in the issuer's `algorithms`; the presets allow RS256 only. `none` and HS256 are never allowed.",
  type_not_allowed:
    "The client sends a token of another purpose, such as a DPoP proof or a logout token. With `requireAtJwt`, the issuer has to issue RFC 9068 access tokens (`typ: at+jwt`).",
  kid_missing:
    "Let the issuer name the key by `kid`, or by `x5t` or `x5t#S256` (providers `oidc`, `adfs` and `wso2`). For an issuer with a single key that cannot, set `allowMissingKid` (provider `oidc`).",
  claims_invalid: "No known issuer sends this; treat it as a probe, or as a token that was put together by hand.",
  issuer_unknown:
    "Decode a token of the client and compare `iss` with the configuration. Often it is a token of another environment, or Entra's other version (`sts.windows.net` is version 1). For an Application Load Balancer, `signers` must list its ARN: see [aws](aws.md#application-load-balancer).",
  issuer_spelling:
    "Write the issuer exactly as the tokens have it: Auth0's ends with `/`, Okta's and Cognito's do not.",
  key_unknown:
    "Check that issuer and key set belong together. After a key rotation it may last for one `keys.cooldownSeconds`; the metric `KeysSkipped` counts the keys that were skipped, by reason. Many at once, with kids that the issuer never used, are a probe.",
  signature_invalid:
    "Check that the token was not changed on the way and that `jwksUri` is this issuer's. A token without `kid` may be of a new key: then it lasts for one `keys.cooldownSeconds`. In front of AWS IoT Core the authorizer may not sign tokens: see [aws](aws.md#iot-core). All other cases are forgeries.",
  expiry_invalid:
    "Let the issuer set `exp` as a number of seconds since 1970. A time beyond the year 5000 is in milliseconds: let the issuer divide it by 1000. Tokens without an end are never accepted.",
  token_expired:
    "This is normal if it happens rarely: the client has to renew its token. If all clients are refused, compare the clocks; `clockToleranceSeconds` is at most 300.",
  time_invalid:
    "Let the issuer write `nbf` and `iat` as numbers of seconds since 1970. A time beyond the year 5000 is in milliseconds: let the issuer divide it by 1000.",
  token_not_yet_valid:
    "The issuer's clock is ahead. Correct the clock; `clockToleranceSeconds` bridges small differences.",
  lifetime_too_long:
    "Shorten the life of tokens at the issuer, or raise `maxLifetimeSeconds`. Tokens without `iat` count as too long.",
  audience_mismatch:
    "Decode a token of the client and compare `aud` (Cognito access tokens: `client_id`) with `audience` (`clientIds`). If the token is for another API, let the client ask for a token for this one. Do not widen the list.",
  token_kind_refused:
    'The client has to send its access token, not its ID token, refresh token or logout token. If it does, the issuer\'s access tokens carry no mark: add `"accessTokenClaim": "CLAIM"` to the issuer, with a claim that only its access tokens have (providers `oidc`, `auth0` and `wso2`; see [providers](providers.md#access-tokens-and-id-tokens)). If you want ID tokens, set `tokenUse` to `id` (providers `cognito` and `oidc`).',
  claim_required:
    "Compare the token with the issuer's `require` list: the claim has to be present with exactly this value, or one of these values. For `entra-b2c`, `tfp` (or `acr`) must name a configured policy. At a target of VPC Lattice, the caller is none of `principals` or `roles`.",
  tenant_not_allowed:
    "If the tenant or organization is a customer of yours, add it to `allowedTenants` (Entra) or `organizations` (Auth0). At a target of VPC Lattice, the caller is of another organization than `organizationId`.",
  subject_invalid:
    "Let the issuer send the identifying claim. It is `sub`, at Entra `tid` and `oid`, at Okta `uid` or `cid`. At AD FS it is the claim that `subject` names, or one of `sub`, `primarysid`, `upn` and `unique_name`.",
  list_bracketed:
    "The claim is one text such as `[ops, sales]`, as Amazon Cognito writes a SAML attribute with several values. Set the issuer's `listFormat` to `bracketed`, or let a pre-token trigger write a list. With `bracketed`, the text has nested brackets, quotes, an empty name or a wrong escape.",
  sender_constrained:
    "Sender-constrained tokens (DPoP, mutual TLS) are not accepted as bearer tokens. Turn the binding off for this API at the issuer.",
  okta_org_token:
    "Let the client ask a custom authorization server for the token: `https://DOMAIN/oauth2/default`, not `https://DOMAIN`.",
  entra_graph_token:
    "Let the client ask for `api://YOUR-API/SCOPE` (or `api://YOUR-API/.default`) and not for `User.Read` or another Graph scope.",
  entra_version:
    "Set `version` to what the tokens have, or change `api.requestedAccessTokenVersion` in the manifest of the API's app registration (`null` means 1). Manifests before January 2025 call it `accessTokenAcceptedVersion`.",
  edge_evidence_missing:
    "The request did not go through the edge, or the edge does not add the evidence. Check the edge's rule first. Clients that call the API directly get this reason. If you pin a client certificate, disable the default `execute-api` endpoint. At a target of VPC Lattice, the request is for another service, or it was not signed: see [aws](aws.md#vpc-lattice).",
  edge_signature_malformed:
    "Write the four parts of the header in the order and with the blanks that [edge](edge.md#hmac) shows.",
  edge_signature_stale:
    "Compare the clocks: the edge's may be at most `windowSeconds` slow and 5 seconds fast. If they agree, a captured request was sent again.",
  edge_signature_invalid:
    "Compare, line by line, what the edge signs with what [edge](edge.md) lists: host and path after every rewrite, all configured headers. If only some requests to an HTTP API fail, look for escapes that their paths do not need (`%2F`, `%41`, `%3F`): the gateway decodes them, and the event does not show that they were there. All other cases are forgeries.",
  edge_path_decoded:
    "If only such paths fail, write all escapes of a path in upper case or all in lower case, and escape only the characters that your URL library escapes. [edge](edge.md#hmac) lists the forms. Two hexadecimal digits may not follow a percent sign in an id (`%25`). REST APIs show paths as sent. If other paths fail as well, see `edge_signature_invalid`.",
  edge_key_unknown:
    "Add the new key to the secret before the edge signs with it, and keep the old one until the edge uses the new one.",
  edge_secret_invalid:
    "Compare the secret of the edge with the stored one. During a rotation both the current and the previous value are accepted.",
  edge_certificate_refused: "After a renewal of the edge's certificate, add its new pin.",
  edge_network_refused:
    "Compare `vpceIds` and `cidrs` with the endpoint and the egress addresses of the edge. The source address is the immediate TCP peer, never `X-Forwarded-For`. At a target of VPC Lattice, compare `sourceVpcs`.",
  edge_header_mismatch:
    "Let the edge remove what clients send under the names of the identity headers; with a minted token, a header may only repeat what the token says.",
  edge_subject_mismatch:
    "Compare the user header with the token's `subjectClaim`: exactly equal. If the edge sends login names and the token ids, name the claim that holds the login.",
  edge_claim_conflict:
    "Names that begin with `edge:` belong to the edge's attributes; let the issuer choose another name for the claim.",
  edge_header_missing:
    "The edge did not set the header, or the request did not come through the edge. Check the BIG-IP policy or the proxy's configuration, and the header's `name`. A header that some users do not have (groups) can be `optional`; the user cannot.",
  edge_header_empty:
    "The edge set the header from a variable without a value: a session variable that is misspelt (names are case-sensitive), secure (read it with `-secure`), or not queried from the directory. A header that some users do not have can be `optional`.",
  edge_header_duplicate:
    "The client sent the header, and the edge added its own: let the edge replace it (`HTTP::header replace`, operation replace), or remove it first, and never insert. If the edge already replaces it, this is a forgery attempt.",
  edge_header_spelling:
    "As for more than one value: some programs treat the spellings as one header, some as two. Let the edge remove every spelling before it sets the header.",
  edge_header_joined:
    "HTTP APIs join repeated headers with commas, so this may be a forgery attempt. If the value itself has commas, such as a DN or a display name, let the edge send it with format `base64url`.",
  edge_header_alias:
    "The request has a name that differs in `_`, `.` or blanks only, such as `x_edge_user` for `x-edge-user`. Some programs treat the two as the same. Let the edge remove aliases from requests. If the edge itself sets this header, configure its name as it is sent.",
  edge_header_connection:
    "A `Connection` header tells proxies to drop the headers that it names. No honest client names this one; let the edge replace `Connection`.",
  edge_header_control:
    "Let the edge strip CR, LF, NUL and other control characters from the values, tabs included. A directory conflict object (its name holds `CNF:`) has a line break in its name: send groups with `dn` set to `dn`, or leave that group out.",
  edge_header_characters:
    "Let the edge encode such values: format `base64url`, or the hex form (`0x…`) that APM uses in format `apm-list`.",
  edge_header_too_long:
    "The limit is 10,240 characters for one header. API Gateway limits all headers of a request together, on private REST APIs to 8,000 bytes: [f5.md](f5.md#how-many-groups). Let the edge send only the groups that your rules name.",
  edge_header_malformed:
    "Compare what the edge sends with the header's `format` (and `dn`, `field`). Typical causes: base64 with padding or `+` instead of base64url, hex that is not UTF-8 or is encoded twice, an element with `=` that is no DN, an incomplete certificate.",
  arn_invalid:
    "The test button of API Gateway's console can send such an ARN, with `*` or `null` in it: send a real request instead. Emulators may send one without an account: [deploy](deploy.md) lists what is read. If the stage is `ESTestInvoke-stage`, the ARN is read, and the answer is the one for `GET /`. An ARN above 1,600 characters also counts; API Gateway itself refuses such requests (414). With a TTL this is an error (500), because an answer would be kept.",
  route_unmatched:
    "Add the route to `routes` as API Gateway writes it (method and resource template, `GET /orders/{id}`), or set `unmatched` to `authenticated`. Put every route that uses this authorizer into the table.",
  path_ambiguous:
    "The client sent `//`, `..`, `;`, `\\`, `#` or an escape of a character that needs none (`%2F`, `%40`; `%7C` or `%20` do need one), or a slash at the end of a route for which a catch-all has another rule. If such paths are legitimate, use a REQUEST authorizer with TTL 0 or the route among its identity sources: then the route that the gateway chose decides, except on a [catch-all beside stricter routes](policies.md#a-catch-all-beside-stricter-routes).",
  method_unknown: "The client sent an unusual method. There is nothing to do.",
  scope_missing:
    "The client has to ask for the scope, and the issuer has to grant it. For programs (client credentials) Entra issues roles instead of scopes: demand either with `anyOf`.",
  role_missing:
    "Assign the role to the user or app at the issuer, then renew the token. Check that the claim with the roles is the configured one (`roles` of the issuer).",
  group_missing:
    "Add the user to the group, then renew the token. Check that the issuer puts groups into access tokens and that names are compared with names: Entra sends object ids.",
  groups_incomplete:
    "Entra leaves the groups out above 200. Assign only the relevant groups to the application (group filtering), or use app roles.",
  permission_missing:
    'Assign the permission at the issuer; at Auth0, switch on RBAC and "Add Permissions in the Access Token" for the API.',
  claim_mismatch:
    "Compare the token's claim with the route's `claims`. Values are compared exactly, with their type: `\"1\"` is not `1`.",
  kind_mismatch:
    "The route's `kind` is for people (`user`) or for programs (`app`) only. A principal of unknown kind is neither.",
  issuer_mismatch:
    "The route's `issuers` lists the `iss` values that count. Let the client ask that issuer for a token, or add the issuer to the list, character for character.",
  alternatives_unmet:
    "None of the route's `anyOf` alternatives holds. `decide(event, { trace: true })` shows the checks.",
  app_without_roles:
    "Assign an app role of this API to the calling app and grant admin consent. `allowAppsWithoutRoles` admits every app of the tenant.",
  check_refused:
    "Your own `check` function refused the request; its reasons are in its own logs. For AWS IoT Core also: no policy is for the caller, a claim has a value that no resource may hold, or a `Deny` needs groups that the token leaves out.",
  identity_header_sent:
    "A client sends an `x-hallpass-*` header itself, or one that folds to it (`_`, `.`): treat it as a probe. If every request is refused, a proxy in front sets these headers before it asks: let it set them from the answer only.",
  event_unknown:
    "The function got another event: a test event, an integration event, an event of another service. Check that the function is the authorizer of the API and not its backend. `sam local` mixes payload versions for HTTP APIs, and serverless-offline mixes kinds for TOKEN authorizers, which is read; see [deploy](deploy.md).",
  gateway_mismatch:
    "There are four causes. (1) Answers are kept, and the authorizer of an HTTP API does not have the credential (or the evidence of an edge) among its identity sources: add it there, or set the TTL to 0 on both sides. (2) The configuration has the route in the cache key, and the authorizer is of type TOKEN: make it a REQUEST authorizer, leave the route out of `gateway.identitySources`, or set the TTL to 0 on both sides. (3) The table tells methods apart, and the HTTP route is `ANY …` or `$default`: add `$context.httpMethod` to the identity sources. (4) The gateway chose another route than the table does, such as its catch-all for a finer route of the table: give the API that route, drop it from the table, or set `gateway.matchBy` to `path`. See [policies](policies.md).",
  keys_unavailable:
    "The issuer's key set cannot be reached. Check the issuer's status, and in a VPC the route to the internet (NAT) and DNS. A token of an unknown key also gets this reason during a cool-down, if API Gateway would keep the refusal. A target of a load balancer gives it also if too many new keys were asked for: see [aws](aws.md#application-load-balancer). Clients may retry.",
  policy_too_large:
    "`hallpass check` says how large a policy can become. Put the route among the identity sources (`gateway.identitySources` and the authorizer's), or set the TTL to 0 on both sides: then an answer is for one route. Or permit by prefix: routes below one prefix that go together become one pattern. See [policies](policies.md).",
  principal_id_missing:
    "Let the issuer send the claim that `principalId` names, as a text of printable characters without blanks or as a whole number, or let `principalId` name another one. Without it the default, issuer and subject, is always there.",
  secrets_unavailable:
    "Check the name in the configuration, the function's permission to read it (and to decrypt it), its form (see [edge](edge.md)), and in a VPC the route to Secrets Manager or Systems Manager. For the keys of assertions see [assertion](assertion.md). Clients may retry.",
  assertion_too_large:
    "Name fewer claims in `assertion.claims`: `groups` and `roles` are the long ones. Or let the issuer grant the caller fewer scopes.",
  configuration_invalid:
    "Read the error that the function logged at start: it lists every problem with its path. Correct the parameters and deploy again.",
  internal:
    "This is a fault in hallpass or in a part that you passed in. The record `unexpected fault` has its class, its code and its place in hallpass, never its text. If the fault is in hallpass, please report it with the record.",
}
