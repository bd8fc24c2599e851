/** What an API of API Gateway is set to, as far as an authorizer can notice it. */
export interface ApiSettings {
  readonly kind: "rest" | "http" | "websocket"
  /** Route keys as hallpass writes them: `GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`. */
  readonly routes: readonly string[]
  readonly authorizer: AuthorizerSettings
  readonly stage: string
  readonly apiId: string
  readonly accountId: string
  readonly region: string
  readonly partition: string
  /** REST: the API's resource policy. */
  readonly resourcePolicy?: unknown
  /** REST: gateway responses by their type, such as `ACCESS_DENIED`. */
  readonly gatewayResponses?: { readonly [type: string]: GatewayResponse }
  /** Routes without an authorizer. */
  readonly openRoutes?: readonly string[]
  /** HTTP: the API's own CORS configuration. */
  readonly cors?: CorsSettings
  /** REST: integrations are Lambda proxies; the name shows in nothing but the events of the backend. */
  readonly domainName: string
}

/** What the authorizer is set to. */
export interface AuthorizerSettings {
  readonly type: "TOKEN" | "REQUEST"
  /** HTTP only. */
  readonly payload: "1.0" | "2.0"
  /** HTTP with payload 2.0 only. */
  readonly simpleResponses: boolean
  /**
   * As API Gateway writes them: `method.request.header.Authorization`, `$request.header.Authorization`,
   * `$context.routeKey`.
   */
  readonly identitySources: readonly string[]
  readonly resultTtlSeconds: number
  /** TOKEN only: `identityValidationExpression`. */
  readonly validationExpression?: string
}

/**
 * CORS configuration of an HTTP API.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export interface CorsSettings {
  /** Origins, or `*`. */
  readonly allowOrigins: readonly string[]
  readonly allowMethods?: readonly string[]
  readonly allowHeaders?: readonly string[]
  readonly exposeHeaders?: readonly string[]
  readonly maxAge?: number
  readonly allowCredentials?: boolean
}

/** A gateway response: REST only. */
export interface GatewayResponse {
  readonly statusCode?: number
  readonly headers?: { readonly [name: string]: string }
  /** A template with `$context.…` in it. */
  readonly template?: string
}

/** One request of a client. */
export interface ClientRequest {
  readonly method: string
  /** The request target's path as the client sent it, escapes included. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** In the order and the spelling of the client. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly sourceIp: string
  /** PEM text of the client certificate, behind a custom domain with mutual TLS. */
  readonly clientCertPem?: string
}

/** The route that API Gateway chose. */
export interface MatchedRoute {
  /** The route's key, `GET /orders/{id}`. */
  readonly key: string
  readonly method: string
  readonly template: string
  readonly pathParameters: { readonly [name: string]: string }
}

/** The request that is refused, and what is known of it. */
export interface Refused {
  readonly request: ClientRequest
  readonly route?: MatchedRoute | undefined
  readonly arn: string
  readonly arrival: { readonly requestId: string; readonly extendedRequestId: string }
  /** Context values of the authorizer's answer, as `authorizer.KEY`. */
  readonly contextTexts?: { readonly [name: string]: string }
}

const defaults = {
  stage: "prod",
  apiId: "abcdef1234",
  accountId: "123456789012",
  region: "eu-west-1",
  partition: "aws",
  domainName: "abcdef1234.execute-api.eu-west-1.amazonaws.com",
}

/** Settings with API Gateway's own defaults. */
export function apiSettings(
  given: Partial<Omit<ApiSettings, "authorizer">> &
    Pick<ApiSettings, "kind" | "routes"> & { readonly authorizer?: Partial<AuthorizerSettings> },
): ApiSettings {
  const { kind, authorizer = {} } = given
  const source =
    kind === "http"
      ? "$request.header.Authorization"
      : kind === "rest"
        ? "method.request.header.Authorization"
        : "route.request.header.Authorization"
  return {
    ...defaults,
    ...(kind === "http" && { stage: "$default" }),
    ...given,
    authorizer: {
      type: "REQUEST",
      payload: "2.0",
      simpleResponses: false,
      identitySources: [source],
      resultTtlSeconds: kind === "websocket" ? 0 : 300,
      ...authorizer,
    },
  }
}
