/** The kinds of authorizer events, one per payload that API Gateway sends. */
export type EventKind = "rest-token" | "rest-request" | "http-1.0" | "http-2.0" | "websocket"

/** What a request came as: an event, or a request to the HTTP or gRPC service. */
export type RequestKind = EventKind | "service"

/** Parts of an execute-api ARN. Everything is kept as it was; `path` keeps its slashes and is never decoded. */
export interface ExecuteApiArn {
  readonly partition: string
  readonly region: string
  readonly accountId: string
  readonly apiId: string
  readonly stage: string
  /** The HTTP method, or the route key of a WebSocket API such as `$connect`. */
  readonly method: string
  /** The path with its leading slash, `/` for the root; absent for a WebSocket route. */
  readonly path?: string
}

type Values = { readonly [name: string]: unknown }

/**
 * How the request reached the gateway, in the gateway's own words. It comes from `requestContext` and the event's own
 * fields, never from a header that a client can send, such as `X-Forwarded-For` (SR-128). A member that the event lacks
 * is undefined.
 */
export interface Connection {
  /** The method on the wire; a WebSocket handshake is a GET (RFC 6455 section 4.1). */
  readonly method: string
  /** The host name that the client called. */
  readonly host: string | undefined
  /**
   * The path that the client called, without the query string: REST and payload 1.0 `requestContext.path`, with stage
   * or base path; payload 2.0 `rawPath`; WebSocket, whose events do not say it, `/` and the stage.
   */
  readonly path: string | undefined
  /** Present and true for HTTP APIs, which show the path decoded: `%41` as `A`, and `%2541` as `%41`. */
  readonly pathIsDecoded?: true | undefined
  /** The address of the immediate TCP peer. */
  readonly sourceIp: string | undefined
  /** Private REST APIs: the VPC endpoint. */
  readonly vpceId: string | undefined
  /** Custom domains with mutual TLS: the client's certificate, whose chain the gateway has verified. */
  readonly clientCertPem: string | undefined
}

/**
 * What one authorizer event says, whatever its kind. Maps are the event's own, untrusted and unchecked: look names up
 * through `shared/header-lookup.ts` only.
 */
export interface AccessRequest {
  readonly kind: RequestKind
  /** The parsed ARN, or undefined if its text is not one of a deployed API (console tests). */
  readonly arn: ExecuteApiArn | undefined
  /** The HTTP method as API Gateway names it; `$connect` for WebSocket. */
  readonly method: string
  /** The method of the route that the gateway chose: an HTTP method, or `ANY` (also for `$default`). */
  readonly routeMethod: string
  /** The template that the gateway chose: `/orders/{id}`, `$default`, `$connect`. Undefined for TOKEN events. */
  readonly template: string | undefined
  /** The value of the token header of a TOKEN event. */
  readonly authorizationToken?: unknown
  readonly headers: Values | undefined
  readonly multiValueHeaders: Values | undefined
  readonly query: Values | undefined
  readonly multiValueQuery: Values | undefined
  /** Payload 2.0 only: `name=value`, one per cookie. */
  readonly cookies: readonly unknown[] | undefined
  /**
   * HTTP APIs: the values under which the gateway keeps the answer, if it keeps it; none if the event names none.
   * Payload 1.0 joins them with commas. Undefined for other APIs, whose events do not say it.
   */
  readonly identitySources: readonly unknown[] | undefined
  /** Undefined for TOKEN events, which say nothing of it. */
  readonly connection: Connection | undefined
  /** For correlation in records; `$context.requestId` of access logs. Clients of REST APIs can choose it. */
  readonly requestId: string | undefined
  /** REST and WebSocket APIs, payload 1.0: `$context.extendedRequestId`, which the gateway makes. */
  readonly extendedRequestId?: string | undefined
}
