import type { AssertionOptions } from "./assertion-options.ts"
import type { EdgeEvidence, EdgeOptions } from "./edge-options.ts"
import type { ClaimPath, ClaimValue, IssuerConfig } from "./issuer-options.ts"
import type { KeyOptions } from "./key-options.ts"
import type { SecretOptions } from "./secret-options.ts"

export type {
  AdfsIssuer,
  Auth0Issuer,
  ClaimPath,
  ClaimValue,
  CognitoIssuer,
  EntraB2cIssuer,
  EntraExternalIdIssuer,
  EntraIssuer,
  IssuerConfig,
  IssuerOptions,
  OidcIssuer,
  OktaIssuer,
  Wso2Issuer,
} from "./issuer-options.ts"

/** A list means all of it; `any` means at least one of it. Empty lists are refused. */
export type Demand = readonly string[] | { readonly all: readonly string[] } | { readonly any: readonly string[] }

/** A claim that must equal one of the values, or be an array that contains one of them. Compared exactly. */
export interface ClaimDemand {
  readonly path: ClaimPath
  /** The claim equals this value, or one of these. */
  readonly equals?: ClaimValue | readonly ClaimValue[]
  /** The claim is an array with this member, or one of these. */
  readonly contains?: ClaimValue | readonly ClaimValue[]
}

/** What a route demands; everything that is named must hold. `{}` means: any authenticated principal. */
export interface RouteRule {
  readonly scopes?: Demand
  readonly roles?: Demand
  readonly groups?: Demand
  readonly permissions?: Demand
  readonly claims?:
    | readonly ClaimDemand[]
    | { readonly all: readonly ClaimDemand[] }
    | { readonly any: readonly ClaimDemand[] }
  /** Only people, or only programs. */
  readonly kind?: "user" | "app"
  /** Only tokens of these issuers: the `iss` claim, character for character. */
  readonly issuers?: readonly string[]
  /** Alternatives, at least one of which must hold in addition to the rest: a user's scope or an app's role, say. */
  readonly anyOf?: readonly Omit<RouteRule, "anyOf">[]
}

/** The cache of verified tokens, keyed by the whole token. */
export interface CacheOptions {
  /** 0 turns the cache off. @default 10000, 0 to 1000000 */
  readonly maxTokens?: number
  /** Bytes of heap, counted by the shape of the tokens. @default 33554432, 65536 to 1073741824 */
  readonly maxBytes?: number
  /** Longest use of one verification; a token is never used past its `exp`. Seconds. @default 300, 1 to 3600 */
  readonly maxAgeSeconds?: number
}

/** The place of the one credential. Only the named places are read; a token in two of them is refused. */
export interface CredentialOptions {
  /** Header name, in any case. @default "Authorization", if no other place is named */
  readonly header?: string
  /** Scheme before the token; `null` if the header holds the bare token. @default "Bearer" */
  readonly scheme?: string | null
  /** Cookie name. */
  readonly cookie?: string
  /** Query string parameter. It ends up in access logs: for WebSocket clients that can do nothing else. */
  readonly query?: string
  /** WebSocket only: the entry of `Sec-WebSocket-Protocol` that is followed by the token. */
  readonly subprotocol?: string
  /** Longest credential, characters. @default 16384, 256 to 16384 */
  readonly maxLength?: number
}

/** What the authorizer must know of the API in front of it, because events do not say it. */
export interface GatewayOptions {
  /** The authorizer's result TTL in API Gateway. Seconds. @default 300 (API Gateway's own), 0 to 3600 */
  readonly resultTtlSeconds?: number
  /**
   * The authorizer's identity sources, which are the cache key: `token` for the credential's place, `route` for
   * `context.httpMethod` + `context.resourcePath` (REST) or `$context.routeKey` (HTTP), or any source as API Gateway
   * writes it.
   * @default ["token"]
   */
  readonly identitySources?: readonly string[]
  /**
   * The kind of API, where only one is meant. REST and HTTP APIs order routes that both fit a request differently, so a
   * table may be sound for one of them only. @default both
   */
  readonly api?: "rest" | "http"
  /** The kind of Lambda authorizer. A TOKEN authorizer gets one header only, so no edge can be checked. */
  readonly authorizerType?: "request" | "token"
  /**
   * What a rule is chosen by. With `path` the path decides, whatever route the gateway chose: for a catch-all in front
   * of a backend with routes of its own. A path with two readings is refused. @default "template"
   */
  readonly matchBy?: "template" | "path"
  /** Form of answers to HTTP API payload 2.0; everything else takes policies. @default "policy" */
  readonly responses?: "policy" | "simple"
  /** `throw` answers a bad credential with 401, `deny` with an explicit Deny (403, cached). @default "throw" */
  readonly unauthorized?: "throw" | "deny"
  /** Whether the API's resource policy has Allow statements. Refusals are explicit Denys anyway. @default false */
  readonly resourcePolicyAllows?: boolean
  /**
   * Most bytes of an answer. Only WebSocket APIs have a published limit, which is the default. Before you raise it, let
   * your API serve a caller whose answer is that large. @default 8192, 8192 to 65536
   */
  readonly maxAnswerBytes?: number
  /**
   * What becomes of a table with callers whose policy does not fit: `refuse` refuses the configuration if such a caller
   * is found, `unavailable` answers these callers with 500. @default "refuse"
   */
  readonly tooLarge?: "refuse" | "unavailable"
  /**
   * What the context says where the caller has no value: `omit` leaves the key out, `dash` writes `-`. A header that
   * API Gateway maps from a key then always replaces the client's own. @default "omit"
   */
  readonly emptyContext?: "omit" | "dash"
  /** REST only: claim that holds the API key value for usage plans (`apiKeySource: AUTHORIZER`). */
  readonly usageIdentifierKey?: ClaimPath
}

/** What is recorded and counted of decisions. An observer that writes nothing of its own ignores it. */
export interface ObserveOptions {
  /** Share of the allowed requests that leave a record; a refusal always does. @default 0, 0 to 1 */
  readonly sampleAllows?: number
  /** How a record names the caller: 16 hex digits of the id's SHA-256, the id, or not at all. @default "hash" */
  readonly principal?: "hash" | "id" | "none"
  /** Also writes every recorded decision as an event of OCSF 1 (API Activity). @default "none" */
  readonly audit?: "none" | "ocsf"
  /** Metrics are written at the first decision after so many seconds. @default 10, 0 to 300 */
  readonly flushAfterSeconds?: number
  /** … or when so many decisions are waiting. @default 1000, 1 to 100000 */
  readonly flushAfterCount?: number
  /** Puts `xrayTraceId` and `traceparent` into the context. Needs `gateway.resultTtlSeconds: 0`. @default false */
  readonly traceContext?: boolean
  /**
   * How a record shows the path of a request: segments that are no text of the route table as `{}`, in full, or not at
   * all.
   * @default "template"
   */
  readonly path?: "template" | "full" | "none"
  /**
   * Puts the answer's own name into the context as `answer`, so that a kept 403 can be explained from the access log.
   *
   * @default true
   */
  readonly answerInContext?: boolean
}

/** Which existing authorizer decides in place of hallpass, which only compares, and how far that may be trusted. */
export interface ShadowOptions {
  /** `hallpass decides nothing in this mode`, word for word. Without it the block is refused. */
  readonly acknowledge: "hallpass decides nothing in this mode"
  /** Longest wait of an answer for hallpass, from the start of the request. Milliseconds. @default 1000, 0 to 5000 */
  readonly timeoutMs?: number
  /**
   * Header in which an edge says what the existing authorizer decided: `allow`, and every other text denies. Needs
   * `evidence` and `gateway.resultTtlSeconds: 0`. Absent: `parts.existing` is asked.
   */
  readonly header?: string
  /** What proves that the header comes from the edge, as in `edge.evidence`. Any one entry is enough. */
  readonly evidence?: readonly Omit<EdgeEvidence, "jws">[]
}

/** Everything hallpass needs to know, as plain data. Unknown keys are refused. */
export interface AuthorizerConfig {
  /** The address of the JSON Schema, for editors. Nothing reads it. */
  readonly $schema?: string
  /** May be empty if an edge is the identity. */
  readonly issuers: readonly IssuerConfig[]
  /**
   * Route key (`GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`) to rule. Absent: any authenticated
   * principal may call anything.
   */
  readonly routes?: { readonly [routeKey: string]: RouteRule }
  /** What happens to requests that no route matches. @default "deny" */
  readonly unmatched?: "deny" | "authenticated"
  readonly gateway?: GatewayOptions
  readonly credential?: CredentialOptions
  /**
   * What the answer's `principalId` says: issuer and subject, which no two callers share; the subject alone, if there
   * is one issuer; or a claim. A caller without that claim is undecided. @default "issuer|subject"
   */
  readonly principalId?: "issuer|subject" | "subject" | ClaimPath
  /** Identity from an edge in front of the API. Absent: no header is believed. */
  readonly edge?: EdgeOptions
  /** Further context keys for the backend: key to claim path. */
  readonly context?: { readonly [key: string]: ClaimPath }
  /** A signed statement of who the caller is, for the mesh behind the gateway. Absent: none is made. */
  readonly assertion?: AssertionOptions
  readonly keys?: KeyOptions
  /** How the secrets of the edge, and the keys of assertions, are fetched and kept. */
  readonly secrets?: SecretOptions
  readonly cache?: CacheOptions
  /** Tolerated clock difference for exp, nbf and iat. Seconds. @default 5, 0 to 300 */
  readonly clockToleranceSeconds?: number
  readonly observe?: ObserveOptions
  /** Runs beside an existing authorizer, whose answer is always given, and compares. Absent: hallpass decides. */
  readonly shadow?: ShadowOptions
}

/** The part of the configuration that verification needs. */
export type VerifierConfig = Pick<AuthorizerConfig, "issuers" | "keys" | "cache" | "clockToleranceSeconds">
