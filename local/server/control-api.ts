import type { Decision, RouteRule, TraceEntry } from "../../src/index.ts"
import type { CompiledPolicy } from "../../src/policy.ts"
import type { TokenDefect } from "../../src/testing.ts"

/**
 * The control API of the local stack, as the page uses it. Every path is on the page's own address and answers JSON.
 * Paths outside /api are the page's: `pageResponse(path, token)` of local/page/document.ts.
 *
 * Every request needs a loopback `Host`, no foreign `Origin`, and the header `x-hallpass-token`; `GET /api/stack` needs
 * no token. The value is in the page (`<meta name="hallpass-token" content="…">`) and on the terminal.
 *
 * A refusal is a status of 400 or more with `{ message, problems? }`: 400 a wrong body, 403 a foreign host, origin or
 * token, 404 no such path or name, 405 another method, 413 a body that is too large, 422 a configuration that is
 * refused.
 */
export const controlRoutes: { readonly [name: string]: `${"GET" | "POST"} /api/${string}` } = {
  stack: "GET /api/stack", // → Stack
  state: "GET /api/state", // → State
  table: "GET /api/table", // → Table
  requests: "GET /api/requests", // → RequestSummary[], newest first, at most 200
  events: "GET /api/events", // server-sent events, see StackEvent
  tokens: "POST /api/tokens", // TokenWish → { token }
  controls: "POST /api/controls", // Controls → State
  send: "POST /api/send", // ComposedRequest → Exchange
  paste: "POST /api/paste", // Pasted → Exchange (nothing of it is kept: not in requests, not in a log)
  comparison: "POST /api/comparison", // ComparisonWish → Comparison
  configuration: "POST /api/configuration", // ConfigurationWish → ConfigurationVerdict
}

/** The header of the control token. */
export const tokenHeader: string = "x-hallpass-token"

/** Most bytes of a body: a configuration or an event of 1 MB is refused with 413. */
export const maxBodyBytes: number = 512 * 1024

/** One API of the local gateway. */
export interface GatewayInfo {
  readonly kind: "rest" | "http" | "websocket"
  readonly url: string
  /** Unique: `rest-token`, `rest-request`, `http-1.0`, `http-2.0`, `http-2.0-simple`, `rest-edge`, `websocket`. */
  readonly name: string
  /** For people: `REST API, TOKEN authorizer`. */
  readonly title: string
  readonly identitySources: readonly string[]
  /** 0: nothing is kept. */
  readonly resultTtlSeconds: number
}

/** `GET /api/stack`. */
export interface Stack {
  /** The page's address. */
  readonly page: string
  /** The first of each kind is the usual one. */
  readonly gateways: readonly GatewayInfo[]
  readonly issuers: readonly {
    readonly name: string
    /** The `iss` claim. */
    readonly issuer: string
    readonly tokenUrl: string
    readonly jwksUri: string
    readonly discoveryUrl: string
  }[]
  readonly routes: readonly { readonly route: string; readonly rule: RouteRule }[]
}

/** Someone whom the page offers as the caller: an issuer, and claims for its token. */
export interface Persona {
  readonly name: string
  /** For people: `Mira, reads orders`. */
  readonly title: string
  /** Name of the issuer. */
  readonly issuer: string
  readonly claims: { readonly [claim: string]: unknown }
}

/** `GET /api/state`: what the page needs to draw itself, and the switches as they are. */
export interface State {
  /** `dev`: over the user's own configuration. */
  readonly mode: "demo" | "dev"
  /** For people: the file of the configuration, or `the demonstration`. */
  readonly source: string
  /** Where allowed requests go: `demo`, which echoes the request, or the user's backend. */
  readonly backend: string
  readonly issuers: readonly {
    readonly name: string
    readonly provider: string
    readonly issuer: string
    /** False: the real issuer. It mints nothing here and has no switches. */
    readonly local: boolean
    readonly down: boolean
    readonly slowMs: number
    /** Milliseconds since the epoch, of the last rotation. */
    readonly rotatedAt?: number
    /**
     * The claims that hold scopes and groups of this provider, with the type that they have: `scp` is a list at Okta.
     */
    readonly scopeClaim: { readonly name: string; readonly type: "text" | "list" }
    readonly groupsClaim: { readonly name: string; readonly type: "text" | "list" }
  }[]
  readonly personas: readonly Persona[]
  /** Scopes, groups and so on that the rules name: suggestions for composing. */
  readonly vocabulary: {
    readonly scopes: readonly string[]
    readonly groups: readonly string[]
    readonly roles: readonly string[]
    readonly permissions: readonly string[]
  }
  readonly defects: readonly TokenDefect[]
  /** One example request for each route: `GET /orders/7` for `GET /orders/{id}`. */
  readonly examples: readonly { readonly route: string; readonly method: string; readonly path: string }[]
  /** Headers that the configured edge would send; absent without an edge. The stack can sign for it if `signs`. */
  readonly edge?: { readonly headers: { readonly [name: string]: string }; readonly signs: boolean }
  readonly controls: {
    readonly issuerDown: string | null
    readonly issuerSlowMs: number
    /** Of gateway, authorizer and issuers alike. */
    readonly clockOffsetSeconds: number
    /** What the gateways keep answers for; they start with the configuration's. */
    readonly resultTtlSeconds: number
  }
  /** Answers that the gateways keep at the moment. */
  readonly keptAnswers: number
  /** The configuration as text, to be edited. */
  readonly configuration: string
  /** Set while the file has problems: the stack runs on with the configuration before. */
  readonly brokenConfiguration?: { readonly message: string; readonly problems: readonly Problem[] }
  /** The time of the stack, milliseconds since the epoch, offset included. */
  readonly now: number
}

/** `POST /api/tokens`. */
export interface TokenWish {
  /** The name of an issuer, or its URL. */
  readonly issuer: string
  readonly claims?: { readonly [claim: string]: unknown }
  readonly defects?: readonly TokenDefect[]
}

/** `POST /api/controls`. What is left out stays. */
export interface Controls {
  readonly issuerDown?: string | null
  readonly issuerSlowMs?: number
  /** The issuer whose key is replaced. */
  readonly rotate?: string
  readonly clockOffsetSeconds?: number
  /** Empties the gateways' kept answers only. */
  readonly clearCache?: true
  /** 0 to 3600. */
  readonly resultTtlSeconds?: number
}

/** `POST /api/send`: a composed request, sent through one of the gateways. */
export interface ComposedRequest {
  /** `name` of a gateway. */
  readonly gateway: string
  /** For a WebSocket API: ignored, it is `$connect`. */
  readonly method: string
  /** With or without a query: `/orders/7?full=1`. */
  readonly path: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /**
   * Who the caller is; without it the request has no token. The same wish gets the same token again, until its issuer's
   * key is replaced or the clock is moved: so a kept answer is found on the next route.
   */
  readonly token?: TokenWish
  /** True: a new token, also for the same wish. */
  readonly newToken?: boolean
  /** Identity headers of the edge; `sign` adds the edge's evidence, as the configuration has it. */
  readonly edge?: { readonly headers: { readonly [name: string]: string }; readonly sign: boolean }
  /** Body for the backend. */
  readonly body?: string
}

/** `POST /api/paste`: exactly one of `token` and `event`. */
export interface Pasted {
  readonly token?: string
  /** JSON text of an authorizer event. */
  readonly event?: string
  /** With a token: where it is sent. */
  readonly gateway?: string
  readonly method?: string
  readonly path?: string
}

/** One check of the walk. `expected` and `found` may hold any JSON value: show them as text. */
export interface WalkCheck extends TraceEntry {
  /** Absent: only the stage as a whole is timed. */
  readonly microseconds?: number
}

/** One stage of the walk, in the order in which a request passes them. */
export interface WalkStage {
  readonly stage: string
  /** For people: `the token`. */
  readonly title: string
  readonly state: "passed" | "failed" | "not-reached"
  /** One line: what it concluded. Empty if it was not reached. */
  readonly conclusion: string
  readonly microseconds?: number
  readonly checks: readonly WalkCheck[]
}

/** What hallpass did; absent from an exchange if the function was not asked. */
export interface Walk {
  readonly outcome: Decision["outcome"]
  readonly reason: Decision["reason"]
  /** Of the configured route that applied. */
  readonly route?: string
  readonly rule?: RouteRule
  readonly missing?: Decision["missing"]
  readonly stages: readonly WalkStage[]
  /** The first check that failed. */
  readonly failed?: WalkCheck
  /** What the reason means, and what to do, in plain words. */
  readonly meaning: string
  readonly fix: string
  /** From the event to the answer. */
  readonly microseconds: number
  /** Who was authenticated, as text for people: `user mira.olsen@… of okta`. */
  readonly principal?: string
}

/** What API Gateway did with one request. */
export interface GatewayStep {
  readonly cache: "hit" | "miss" | "off" | "gateway"
  /** One sentence: why it is a hit, a miss, off, or why the gateway answered without asking. */
  readonly why: string
  /** The values of the identity sources; values of headers are cut to 24 characters. */
  readonly key: readonly { readonly source: string; readonly value: string | null }[]
  /** One sentence: what stays in the cache, and until when. */
  readonly kept: string
  /** ARN that the policy was judged for. */
  readonly arn: string
  /** The route of the API. */
  readonly route?: string
  /** The answer of the authorizer, now or earlier; a policy, a simple response, or absent. */
  readonly answer?: unknown
  /** What the authorizer threw. */
  readonly error?: string
  readonly verdict?: "allow" | "deny" | "silent" | "invalid"
  /** Index in `answer.policyDocument.Statement` of the statement that decided. */
  readonly statement?: number
  /** The event that the authorizer got, if it was asked. */
  readonly event?: unknown
}

/** What the client sees. */
export interface ClientView {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  /** Cut to 64 KB. */
  readonly body: string
}

/** `POST /api/send` and `POST /api/paste`: everything that one request led to. */
export interface Exchange {
  readonly id: string
  readonly gateway: string
  readonly method: string
  readonly path: string
  /** The minted token, for a composed request; never for a pasted one. */
  readonly token?: string
  /** The claims of the token that was sent or pasted, decoded and not judged. */
  readonly claims?: { readonly [claim: string]: unknown }
  readonly walk?: Walk
  readonly api: GatewayStep
  readonly client: ClientView
  /** What the backend received; absent if the request did not get there. */
  readonly backend?: {
    readonly method: string
    readonly path: string
    readonly headers: { readonly [name: string]: string }
    readonly authorizer: unknown
  }
  /** Milliseconds from the request to the client's answer. */
  readonly latencyMs: number
  /** What could not be judged. */
  readonly notes?: readonly string[]
}

/** One row of the strip. */
export interface RequestSummary {
  readonly id: string
  /** Milliseconds since the epoch, by the stack's clock. */
  readonly at: number
  readonly kind: "rest" | "http" | "websocket"
  readonly gateway: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly status: number
  /** `gateway`: API Gateway answered without asking. */
  readonly cache: "hit" | "miss" | "off" | "gateway"
  readonly outcome?: Decision["outcome"]
  readonly reason?: Decision["reason"]
  readonly walk?: Walk
  readonly latencyMs: number
}

/** `GET /api/table`. */
export interface Table {
  readonly routes: readonly {
    readonly route: string
    readonly rule: RouteRule
    /** For people: `scopes: all of orders:read`. */
    readonly demands: string
    /** Keys of routes that it is in conflict with. */
    readonly conflicts: readonly string[]
    readonly warnings: readonly string[]
  }[]
  readonly unmatched: "deny" | "authenticated"
  readonly mode: "principal" | "route"
  readonly conflicts: CompiledPolicy["conflicts"]
  readonly warnings: readonly Problem[]
  /** What API Gateway must be set to, as text of several lines. */
  readonly settings: string
}

export interface Problem {
  /** Where: `issuers[0].audience`. */
  readonly path: string
  readonly message: string
  readonly remedy: string
}

/** `POST /api/comparison`: a sequence of requests through three authorizers, each with a cache of its own. */
export interface ComparisonWish {
  /** Absent: the sequence of the demonstration. At most 50. */
  readonly requests?: readonly { readonly method: string; readonly path: string; readonly token?: TokenWish }[]
  readonly resultTtlSeconds?: number
}

export type Approach = "exact" | "star" | "hallpass"

export interface Comparison {
  readonly resultTtlSeconds: number
  /** For people, of each approach: `Resource: methodArn, the ARN of the request`. */
  readonly approaches: { readonly [approach in Approach]: string }
  readonly rows: readonly {
    readonly request: string
    readonly caller: string
    /** What a fresh decision says. */
    readonly right: { readonly status: number; readonly reason: string }
    readonly results: {
      readonly [approach in Approach]: {
        readonly status: number
        readonly cache: "hit" | "miss" | "off" | "gateway"
        /** False: the client got in wrongly, or was turned away wrongly. */
        readonly right: boolean
        readonly why: string
      }
    }
  }[]
  /** How often each authorizer ran. */
  readonly calls: { readonly [approach in Approach]: number }
}

/** `POST /api/configuration`. */
export interface ConfigurationWish {
  /** JSON. Under `hallpass dev` also JSON with comments and YAML. */
  readonly text: string
  /** The stack uses it from now on, if it is sound; its kept answers go. Nothing is written to a file. */
  readonly apply?: boolean
}

export interface ConfigurationVerdict {
  readonly sound: boolean
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly conflicts: Table["conflicts"]
  readonly applied: boolean
  /** Of a sound configuration. */
  readonly table?: Table
}

/**
 * `GET /api/events` is a stream of server-sent events (fetch it with the token header, and read the body as a stream).
 * Each has the name of its type and JSON as data. A comment line keeps it open.
 */
export type StackEvent =
  | { readonly type: "request"; readonly data: RequestSummary }
  | { readonly type: "state"; readonly data: State }

/** What a refusal of the control API says. */
export interface ControlProblem {
  readonly message: string
  readonly problems?: readonly Problem[]
}
