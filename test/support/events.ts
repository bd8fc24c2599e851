import type { EventKind } from "../../src/types/request.ts"

type Values = { readonly [name: string]: unknown }

/** What an event says in addition to its credential. */
export interface EventOptions {
  readonly method?: string
  /** The path as requested. */
  readonly path?: string
  /** The template that the gateway chose. @default the path */
  readonly template?: string
  readonly apiId?: string
  readonly stage?: string
  /** Headers other than Authorization. */
  readonly headers?: Values
  /** Replaces the multi-value headers that go with `headers`. */
  readonly multiValueHeaders?: Values
  readonly query?: { readonly [name: string]: string }
  /** Payload 2.0: one `name=value` each. */
  readonly cookies?: readonly string[]
}

type Builder = (authorization?: string, options?: EventOptions) => { [name: string]: unknown }

const accountId = "123456789012"
const arn = (tail: string): string => `arn:aws:execute-api:eu-west-1:${accountId}:${tail}`
const lists = (values: Values): Values => Object.fromEntries(Object.entries(values).map(([k, v]) => [k, [v]]))

function details(options: EventOptions, stage: string) {
  const { method = "GET", path = "/orders/7", apiId = "abc123def4" } = options
  return {
    method,
    path,
    apiId,
    template: options.template ?? path,
    stage: options.stage ?? stage,
    query: options.query ?? {},
  }
}

/** REST API, TOKEN authorizer: three members and no more. */
export const restToken: Builder = (authorization = "", options = {}) => {
  const { method, path, apiId, stage } = details(options, "prod")
  return { type: "TOKEN", methodArn: arn(`${apiId}/${stage}/${method}${path}`), authorizationToken: authorization }
}

/** REST API, REQUEST authorizer. */
export const restRequest: Builder = (authorization, options = {}) => {
  const { method, path, template, apiId, stage, query } = details(options, "prod")
  const headers = { ...(authorization === undefined ? {} : { Authorization: authorization }), ...options.headers }
  return {
    type: "REQUEST",
    methodArn: arn(`${apiId}/${stage}/${method}${path}`),
    resource: template,
    path,
    httpMethod: method,
    headers,
    multiValueHeaders: options.multiValueHeaders ?? lists(headers),
    queryStringParameters: query,
    multiValueQueryStringParameters: lists(query),
    pathParameters: {},
    stageVariables: {},
    requestContext: {
      resourceId: "w567jh",
      resourcePath: template,
      httpMethod: method,
      extendedRequestId: "ZhFsxGQDDoEEMig=",
      path: `/${stage}${path}`,
      accountId,
      protocol: "HTTP/1.1",
      stage,
      requestId: "141d6671-99b4-40ca-9997-7a22f01eac74",
      identity: { sourceIp: "192.0.2.1", userAgent: "test" },
      apiId,
    },
  }
}

/** HTTP API, payload 1.0. */
export const http1: Builder = (authorization, options = {}) => ({
  ...restRequest(authorization, options),
  version: "1.0",
  identitySource: authorization ?? "",
  authorizationToken: authorization ?? "",
})

/** HTTP API, payload 2.0. */
export const http2: Builder = (authorization, options = {}) => {
  const { method, path, template, apiId, stage, query } = details(options, "$default")
  const routeKey = template === "$default" ? template : `${method} ${template}`
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: arn(`${apiId}/${stage}/${method}${path}`),
    ...(authorization === undefined ? {} : { identitySource: [authorization] }),
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    ...(options.cookies === undefined ? {} : { cookies: options.cookies }),
    headers: { ...(authorization === undefined ? {} : { authorization }), ...options.headers },
    ...(options.query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId,
      apiId,
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: "ZhNHJhhLjoEEPiw=",
      routeKey,
      stage,
      timeEpoch: 1_790_000_060_000,
    },
  }
}

/** WebSocket API, `$connect`. */
export const webSocket: Builder = (authorization, options = {}) => {
  const { apiId, stage, query } = details(options, "prod")
  const headers = { ...(authorization === undefined ? {} : { Authorization: authorization }), ...options.headers }
  return {
    type: "REQUEST",
    methodArn: arn(`${apiId}/${stage}/$connect`),
    headers,
    multiValueHeaders: options.multiValueHeaders ?? lists(headers),
    queryStringParameters: query,
    multiValueQueryStringParameters: lists(query),
    stageVariables: {},
    requestContext: {
      routeKey: "$connect",
      eventType: "CONNECT",
      messageDirection: "IN",
      extendedRequestId: "XYZ123=",
      requestId: "abc123",
      connectionId: "def456",
      stage,
      apiId,
      identity: { sourceIp: "192.0.2.1" },
    },
  }
}

/** A builder per kind of event. */
export const eventBuilders: { readonly [kind in EventKind]: Builder } = {
  "rest-token": restToken,
  "rest-request": restRequest,
  "http-1.0": http1,
  "http-2.0": http2,
  websocket: webSocket,
}

/** Every kind of event. */
export const eventKinds: readonly EventKind[] = Object.keys(eventBuilders) as EventKind[]
