/** One API of an account, with what decides who may call it. */
export interface AccountApi {
  readonly id: string
  readonly name: string
  readonly kind: "rest" | "http" | "websocket"
  readonly authorizers: readonly AccountAuthorizer[]
  readonly routes: readonly AccountRoute[]
  /** REST: the resource policy, as JSON. */
  readonly policy?: string | undefined
  readonly endpointTypes?: readonly string[] | undefined
  /** HTTP and WebSocket: stages to which changes are deployed at once. */
  readonly stages: readonly { readonly name: string; readonly autoDeploy: boolean }[]
}

/** In the words of both services. */
export interface AccountAuthorizer {
  readonly id: string
  readonly name: string
  /** `TOKEN`, `REQUEST`, `COGNITO_USER_POOLS` or `JWT`. */
  readonly type: string
  readonly uri: string | undefined
  readonly credentials: string | undefined
  readonly identitySources: readonly string[]
  readonly ttlSeconds: number | undefined
  readonly payloadFormatVersion: string | undefined
  readonly simpleResponses: boolean | undefined
}

export interface AccountRoute {
  readonly route: string
  /** HTTP and WebSocket. */
  readonly routeId?: string | undefined
  /** REST. */
  readonly resourceId?: string | undefined
  readonly method?: string | undefined
  readonly authorizationType: string
  readonly authorizerId: string | undefined
  /** Scopes that a JWT or Cognito authorizer demands. Any one of them is enough. */
  readonly scopes: readonly string[]
  readonly apiKeyRequired: boolean
}
