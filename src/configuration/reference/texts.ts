// What every option means, for the JSON Schema and the tables of the documentation. None of it is part of a bundle.
// A key is the path of an option without its numbers; `okta.domain` is an option of the issuers of one provider.

import { edgeTexts } from "./edge-texts.ts"
import { issuerTexts } from "./issuer-texts.ts"
import type { OptionText } from "./option-text.ts"

export const optionTexts: { readonly [path: string]: OptionText } = {
  $schema: "The address of this schema, for editors. hallpass does not read it.",
  issuers: "The issuers whose tokens are accepted. May be empty if an edge is the identity.",
  routes: {
    text: "The route table: route key to rule.",
    default: "any authenticated principal may call anything",
  },
  unmatched: "What happens to requests that no route matches. Goes with `routes`.",
  gateway: { text: "What the authorizer must know of the API in front of it.", default: "every option's default" },
  credential: { text: "Where the one credential of a request is.", default: "`Authorization: Bearer`" },
  edge: {
    text: "Identity from a proxy in front of the API, with the evidence for it.",
    default: "no header is believed",
  },
  secrets: {
    text: "How the secrets of the edge, and the keys of assertions, are fetched and kept. Goes with `edge` or `assertion`.",
    default: "every option's default",
  },
  context: { text: "Further context keys for the backend: context key to claim path.", default: "none" },
  principalId: {
    text:
      'What the answer\'s `principalId` says: `"issuer|subject"`; `"subject"`, with one issuer only; or a claim path. A caller ' +
      "without that claim is undecided: 500, `principal_id_missing`.",
    default: '`"issuer|subject"`',
  },
  assertion: {
    text: "A signed statement of who the caller is, for the mesh behind the gateway. See [assertion](assertion.md).",
    default: "none is made",
  },
  keys: {
    text: "How key sets are fetched and how long they live. An issuer's own `keys` overrides it.",
    default: "every option's default",
  },
  cache: { text: "The cache of verified tokens.", default: "every option's default" },
  clockToleranceSeconds: "The tolerated clock difference for `exp`, `nbf` and `iat`.",
  observe: { text: "What is recorded and counted of decisions.", default: "every option's default" },
  shadow: {
    text: "hallpass runs beside an existing authorizer, whose answer is always given, and compares.",
    default: "hallpass decides",
  },

  "routes[].scopes": "Scopes that the token must have.",
  "routes[].roles": "Roles that the principal must have.",
  "routes[].groups": "Groups that the principal must be in.",
  "routes[].permissions": "Permissions that the principal must have.",
  "routes[].claims":
    "Claims that must have a value, compared exactly. A number beyond ±9007199254740991 is refused: JSON cannot hold it, and " +
    "other numbers would count as equal. Compare such a claim as text.",
  "routes[].claims[].path":
    "The claim. `email` holds only if `email_verified` is true; names that can change hands (`upn`, `preferred_username`, …) " +
    "are refused.",
  "routes[].claims[].equals": "The claim equals this value, or one of these.",
  "routes[].claims[].contains": "The claim is a list that contains this value, or one of these.",
  "routes[].kind": "Only people, or only programs.",
  "routes[].issuers":
    "Only tokens of these issuers: `iss` values, character for character. Without it, a scope counts from each issuer.",
  "routes[].anyOf": "Alternatives, of which one must hold in addition to the rest of the rule.",

  "gateway.resultTtlSeconds": "The authorizer's result TTL in API Gateway, whose own default is the same.",
  "gateway.identitySources":
    'The authorizer\'s identity sources, which are its cache key: `"token"`, `"route"`, or as API Gateway writes them ' +
    "(`method.request.header.X-Tenant`, `$context.identity.sourceIp`). `gatewaySettings` of `hallpass/policy` says what each " +
    "kind of API must be set to.",
  "gateway.api": {
    text:
      "The kind of API, if only one is meant. REST and HTTP APIs order routes that both fit a request differently, so a table " +
      "can be sound for one of them only.",
    default: "both",
  },
  "gateway.authorizerType": {
    text:
      'The kind of Lambda authorizer, if only one is meant. `"token"` goes with one header as the credential\'s place, its only ' +
      "identity source.",
    default: "either",
  },
  "gateway.matchBy":
    'What a rule is chosen by: `"template"`, the route that the gateway chose; `"path"`, for a catch-all in front of a backend ' +
    "with routes of its own, see [policies](policies.md#one-catch-all-in-front-of-a-monolith).",
  "gateway.responses":
    '`"simple"` is for HTTP APIs with `EnableSimpleResponses`; other events get policies in any case.',
  "gateway.unauthorized":
    '`"throw"` answers a bad credential with 401, which is not kept and counts as a Lambda error; `"deny"` with an explicit ' +
    "Deny: 403, kept.",
  "gateway.resourcePolicyAllows":
    "Whether the API's resource policy has Allow statements, as on every private API. Then what an answer does not name is " +
    "allowed, so it denies every forbidden route of the table.",
  "gateway.maxAnswerBytes":
    "Most bytes of an answer. Only WebSocket APIs have a published limit. Before you raise it, let your REST or HTTP API serve " +
    "a caller whose answer is that large.",
  "gateway.tooLarge":
    'What becomes of a table with callers whose policy does not fit into an answer: `"refuse"` refuses the configuration if ' +
    'such a caller is found, `"unavailable"` answers these callers with 500 (`policy_too_large`).',
  "gateway.emptyContext":
    'What the context says where the caller has no value: `"omit"` leaves the key out, `"dash"` writes `-` for each default key ' +
    "and each key of `context`. Headers that API Gateway maps from the context then always replace the client's own.",
  "gateway.usageIdentifierKey":
    "REST APIs with `apiKeySource: AUTHORIZER`: the claim that holds the API key value for usage plans.",

  "credential.header": {
    text: "The name of the header, in any case.",
    default: "`Authorization`, if no other place is named",
  },
  "credential.scheme": "The word before the token, or `null` for a bare token.",
  "credential.cookie": "The name of a cookie.",
  "credential.query": "The name of a query string parameter. It ends up in access logs.",
  "credential.subprotocol": "WebSocket APIs: the entry of `Sec-WebSocket-Protocol` that the token follows.",
  "credential.maxLength": "The longest credential.",

  "keys.timeoutMs": "One deadline for everything: name resolution, connection, headers and body, discovery included.",
  "keys.maxBytes": "The largest document, before and after decompression.",
  "keys.cooldownSeconds": "The least time between refreshes that unknown key ids force.",
  "keys.refreshAfterSeconds":
    "The age at which a set is refreshed while requests go on, without `max-age` in the issuer's `Cache-Control` (with it: 5 " +
    "minutes to 24 hours).",
  "keys.waitAfterSeconds": "The age at which a request waits for the refresh, and uses the old set if it fails.",
  "keys.expireAfterSeconds": "The age at which a set that could not be refreshed is no longer used.",
  "keys.graceSeconds": {
    text:
      "How long a key that vanished from the set still verifies, from the refresh that missed it. What an issuer withdraws is " +
      "honoured that much later.",
    default: "`0`; `entra`: `86400`",
  },
  "keys.ca": {
    text: "The only certificate authorities to trust: PEM text, or the path of a PEM file that is read at start.",
    default: "those of the platform",
  },
  "keys.allowHttpLoopback": "Allows plain http to this machine: for tests and the local stack.",

  "cache.maxTokens": "Verified tokens in memory.",
  "cache.maxBytes":
    "The heap that they take, counted by their shape: 32 MB hold about 14,000 tokens of 800 characters.",
  "cache.maxAgeSeconds": "The longest use of one verification; never past `exp`, never past its key.",

  "observe.sampleAllows": "The share of the allowed requests that leave a record. A refusal always does.",
  "observe.principal":
    "How a record names the caller: by the first 16 hex digits of the id's SHA-256, by the id itself, or not at all.",
  "observe.audit":
    '`"ocsf"` writes every recorded decision as an event of the Open Cybersecurity Schema Framework as well.',
  "observe.flushAfterSeconds": "Metrics are written with the first decision that comes so long after the last time.",
  "observe.flushAfterCount": "Metrics are written if so many decisions are waiting.",
  "observe.traceContext":
    "Puts `xrayTraceId` and `traceparent` into the context for the backend. Needs `gateway.resultTtlSeconds` 0.",
  "observe.path":
    'How a record shows the path of a request without a route: `"template"` puts `{}` in place of segments that the route table ' +
    'does not have; `"full"` shows every path; `"none"` shows none.',
  "observe.answerInContext":
    "Each answer has its own name in the context, as `answer`. An access log that writes `$context.authorizer.answer` lets " +
    "`hallpass explain --access-log` explain a 403 from a kept answer.",

  "secrets.timeoutMs": "One deadline for a refresh, both versions included.",
  "secrets.refreshAfterSeconds": "Older values are refreshed while requests go on.",
  "secrets.waitAfterSeconds": "With older values a request waits for the refresh, and uses them if it fails.",
  "secrets.expireAfterSeconds":
    "Older values are not used. If no refresh has succeeded until then, requests are unavailable.",

  "assertion.issuer": "The `iss` of assertions. It must be no issuer of callers' tokens.",
  "assertion.audience": "The `aud` of assertions: the trust domain of the mesh.",
  "assertion.keys":
    "[References](assertion.md#keys) to private keys of the curve P-256. The first one signs, and all are published.",
  "assertion.claims": "What an assertion says beside `sub`, if the caller has it.",
  "assertion.marginSeconds":
    "How much longer an assertion lives than API Gateway keeps an answer: its lifetime is `gateway.resultTtlSeconds` and this.",

  "shadow.acknowledge": "Word for word, so that hallpass never decides nothing by accident.",
  "shadow.timeoutMs": "The longest that an answer waits for hallpass, from the start of the request.",
  "shadow.header": {
    text:
      "The header in which an edge says what was decided: `allow`, and every other text denies. Needs `evidence` and " +
      "`gateway.resultTtlSeconds` 0.",
    default: "`parts.existing` is asked",
  },
  "shadow.evidence": {
    text: "What proves that the header comes from the edge, as in [`edge.evidence`](edge.md) but for `jws`.",
    default: "required with `header`",
  },

  ...edgeTexts,
  ...issuerTexts,
}
