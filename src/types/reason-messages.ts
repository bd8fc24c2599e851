// Every way a request can fail: one code, one outcome, and one sentence. Codes are stable: dashboards and tests count
// them. `docs/reasons.md` lists the same rows; a test compares the two in both directions. A start loads the last table
// only, because deciding needs no sentence and every byte is part of a cold start.

/** What makes a credential prove nothing (401). */
export const unauthenticatedMeanings = {
  credential_missing: "No configured place of the request holds a credential.",
  credential_ambiguous: "The request holds more than one credential.",
  credential_malformed: "The credential is not the configured scheme, blanks and one token.",
  token_too_long: "The token is longer than the limit.",
  token_malformed: "The token is not three canonical base64url segments joined by two dots.",
  token_opaque: "The token is opaque, not a JWT; the client probably asked for it without an audience.",
  token_encrypted: "The token is encrypted (JWE); only signed tokens are accepted.",
  header_invalid: "The JOSE header is not a JSON object with members of the right types.",
  header_critical: "The JOSE header has crit or b64, and no extension is implemented.",
  algorithm_not_allowed: "The alg is not one that the issuer's configuration allows.",
  type_not_allowed: "The typ or cty of the JOSE header names another kind of token.",
  kid_missing: "The JOSE header names no key.",
  claims_invalid: "The payload is not one JSON object in UTF-8.",
  issuer_unknown: "The iss claim is missing or is no configured issuer.",
  issuer_spelling: "The iss claim differs from a configured issuer only by a trailing slash or by letter case.",
  key_unknown: "The issuer's key set has no key that fits the token's kid and alg.",
  signature_invalid: "The signature does not verify.",
  expiry_invalid: "The exp claim is missing, is not a positive number or lies beyond the year 5000.",
  token_expired: "The token has expired.",
  time_invalid: "The nbf or iat claim is not a number or lies beyond the year 5000.",
  token_not_yet_valid: "The nbf or iat claim lies in the future.",
  lifetime_too_long: "The token lives longer than the issuer's configuration allows.",
  audience_mismatch: "The audience is missing or is not a configured one.",
  token_kind_refused:
    "The token is of another kind than the one configured, such as an ID token offered as an access token.",
  claim_required: "A claim that the issuer's configuration demands is missing or differs.",
  tenant_not_allowed: "The tenant or organization of the token is not an allowed one.",
  subject_invalid: "The claim that identifies the caller is missing, too long or not a string.",
  list_bracketed: "A claim with roles, groups or permissions is a text in brackets, and no such format is configured.",
  sender_constrained: "The token is bound to a key or certificate (cnf), and a bearer may not use it.",
  okta_org_token:
    "The token comes from the Okta org authorization server; only a custom authorization server's tokens can be verified.",
  entra_graph_token: "The token is meant for Microsoft Graph; the client has to ask for a scope of this API.",
  entra_version:
    "The token has another Entra version than the configured one; see api.requestedAccessTokenVersion of the app registration.",
  edge_evidence_missing: "The request carries no configured evidence that it came through the edge.",
  edge_signature_malformed: "The edge's signature header does not have the edge-v1 form.",
  edge_signature_stale: "The time in the edge's signature lies outside the window.",
  edge_signature_invalid: "The edge's signature does not fit the request.",
  edge_path_decoded:
    "The HTTP API shows the path decoded, and the edge's signature fits none of the forms in which it may have been sent.",
  edge_key_unknown: "The edge's signature names a key id that the secret does not hold.",
  edge_secret_invalid: "The edge's shared secret is none of the configured values.",
  edge_certificate_refused: "The client certificate that the gateway saw is none of the pinned ones, or not valid now.",
  edge_network_refused: "The request came by no configured VPC endpoint or from no configured source address.",
  edge_header_mismatch: "An identity header says something else than the token that the edge minted.",
  edge_subject_mismatch: "The user that the edge names is not the subject of the token.",
  edge_claim_conflict: "The token has a claim of the name that an attribute of the edge gets.",
  edge_header_missing: "A configured identity header is absent.",
  edge_header_empty: "A configured identity header is empty or blank.",
  edge_header_duplicate: "A header that only the edge may set has more than one value.",
  edge_header_spelling: "The request has a header that only the edge may set in two spellings of its name.",
  edge_header_joined: "A header that only the edge may set holds a comma, which may join two values.",
  edge_header_alias: "A header name of the request is an alias of one that only the edge may set.",
  edge_header_connection: "The Connection header names a header that only the edge may set.",
  edge_header_control: "A header that only the edge may set holds a control character, as sent or once it is decoded.",
  edge_header_characters: "A header that only the edge may set holds characters outside printable ASCII.",
  edge_header_too_long: "A header that only the edge may set is longer than the limit.",
  edge_header_malformed: "A header that only the edge may set does not follow its configured format.",
}

/** What a known caller lacks (403). */
export const forbiddenMeanings = {
  arn_invalid: "The ARN of the request is not one of a deployed API, as in a console test.",
  route_unmatched: "No configured route matches the request.",
  path_ambiguous: "The path has a form that could be read in two ways.",
  method_unknown: "The method is not one of the HTTP methods of API Gateway.",
  scope_missing: "The principal lacks a scope that the route demands.",
  role_missing: "The principal lacks a role that the route demands.",
  group_missing: "The principal lacks a group that the route demands.",
  groups_incomplete:
    "The route demands a group, and the issuer left the groups out of the token because there are too many.",
  permission_missing: "The principal lacks a permission that the route demands.",
  claim_mismatch: "A claim does not have the value that the route demands.",
  kind_mismatch: "The route is for another kind of principal (user or app).",
  issuer_mismatch: "The route is for principals of another issuer.",
  alternatives_unmet: "The principal meets none of the alternatives that the route offers.",
  app_without_roles:
    "An Entra app token without roles: every app of the tenant can get one, so it entitles to nothing by itself.",
  check_refused: "The custom check refused the request.",
  identity_header_sent: "The request of a service brings a header that only the service may set.",
}

/** Why the question cannot be decided (500). */
export const unavailableMeanings = {
  event_unknown: "The event is no authorizer event of a known kind, or mixes two kinds.",
  gateway_mismatch: "The event contradicts what the configuration says of the API: its cache key, or its routes.",
  keys_unavailable: "The issuer's keys could not be fetched, and what is at hand does not answer the question.",
  policy_too_large:
    "The policy of everything that the principal may call does not fit into an answer that the gateway could cache.",
  principal_id_missing: "The principal has no value for the principalId that the configuration names.",
  secrets_unavailable: "A secret of the configuration could not be fetched, and none is at hand that may be used.",
  assertion_too_large: "The assertion does not fit into an answer.",
  configuration_invalid: "The configuration was refused at start.",
  internal: "An unexpected fault.",
}

/** Codes that mean "this credential proves nothing". */
export type UnauthenticatedCode = keyof typeof unauthenticatedMeanings
/** Codes that mean "known caller, not entitled". */
export type ForbiddenCode = keyof typeof forbiddenMeanings
/** Codes that mean "cannot decide". */
export type UnavailableCode = keyof typeof unavailableMeanings

type Code = UnauthenticatedCode | ForbiddenCode | UnavailableCode

const meanings = (): { readonly [code in Code]: string } => ({
  ...unauthenticatedMeanings,
  ...forbiddenMeanings,
  ...unavailableMeanings,
})

/** All codes, in the order of the table. */
export const reasonCodes = (): readonly Code[] => Object.keys(meanings()) as Code[]

/** The sentence of a code, free of anything that comes with a request. */
export const meaningOf = (code: Code): string => meanings()[code]
