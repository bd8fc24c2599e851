import type { ApiSettings } from "./api.ts"

/** What the client sees of a request that did not reach the backend. */
export interface ClientResponse {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
  /** The type of REST's gateway response. */
  readonly responseType: string
}

/** Why API Gateway itself answers. */
export type GatewayRefusal =
  | "no-route"
  | "no-identity"
  | "unauthorized"
  | "denied"
  | "denied-explicitly"
  | "resource-policy"
  | "failed"
  | "invalid-answer"
  | "too-long"

interface Row {
  readonly status: number
  readonly body: object
  readonly responseType: string
  readonly errorType?: string
}

const message = (text: string | null): object => ({ message: text })
const rest: { readonly [refusal in GatewayRefusal]: Row } = {
  "no-route": {
    ...{ status: 403, body: message("Missing Authentication Token"), responseType: "MISSING_AUTHENTICATION_TOKEN" },
    errorType: "MissingAuthenticationTokenException",
  },
  "no-identity": {
    ...{ status: 401, body: message("Unauthorized"), responseType: "UNAUTHORIZED" },
    errorType: "UnauthorizedException",
  },
  unauthorized: {
    ...{ status: 401, body: message("Unauthorized"), responseType: "UNAUTHORIZED" },
    errorType: "UnauthorizedException",
  },
  denied: {
    status: 403,
    body: { Message: "User is not authorized to access this resource" },
    responseType: "ACCESS_DENIED",
    errorType: "AccessDeniedException",
  },
  "denied-explicitly": {
    status: 403,
    body: { Message: "User is not authorized to access this resource with an explicit deny" },
    responseType: "ACCESS_DENIED",
    errorType: "AccessDeniedException",
  },
  "resource-policy": {
    status: 403,
    body: { Message: "User: anonymous is not authorized to perform: execute-api:Invoke on resource" },
    responseType: "ACCESS_DENIED",
    errorType: "AccessDeniedException",
  },
  failed: {
    ...{ status: 500, body: message(null), responseType: "AUTHORIZER_FAILURE" },
    errorType: "AuthorizerConfigurationException",
  },
  "invalid-answer": {
    ...{ status: 500, body: message(null), responseType: "AUTHORIZER_CONFIGURATION_ERROR" },
    errorType: "AuthorizerConfigurationException",
  },
  "too-long": { status: 414, body: message("Request URI too long"), responseType: "DEFAULT_4XX" },
}

const forbidden: Row = { status: 403, body: message("Forbidden"), responseType: "" }
const failed: Row = { status: 500, body: message("Internal Server Error"), responseType: "" }
const unauthorized: Row = { status: 401, body: message("Unauthorized"), responseType: "" }
const http: { readonly [refusal in GatewayRefusal]: Row } = {
  "no-route": { status: 404, body: message("Not Found"), responseType: "" },
  "no-identity": unauthorized,
  // No AWS page promises a 401 for a thrown error on HTTP APIs; the documented answer to an exception is 500.
  unauthorized: failed,
  denied: forbidden,
  "denied-explicitly": forbidden,
  "resource-policy": forbidden,
  failed,
  "invalid-answer": failed,
  "too-long": { status: 414, body: message("Request-URI Too Long"), responseType: "" },
}

/**
 * The response of API Gateway itself. Gateway responses of a REST API change status, headers and body.
 *
 * @param context values for `$context.…` in templates
 */
export function responseTo(
  api: ApiSettings,
  refusal: GatewayRefusal,
  context: { readonly [name: string]: string },
): ClientResponse {
  const { status, body, responseType, errorType } = (api.kind === "http" ? http : rest)[refusal]
  const plain = JSON.stringify(body)
  const own = api.kind === "rest" ? gatewayResponseOf(api, responseType, status) : undefined
  const said =
    (body as { message?: string | null; Message?: string }).Message ?? (body as { message?: string }).message ?? ""
  const values = {
    ...context,
    "error.message": said,
    "error.messageString": JSON.stringify(said),
    "error.responseType": responseType,
  }
  return {
    status: own?.statusCode ?? status,
    headers: {
      "content-type": "application/json",
      ...idsOf(api, context),
      ...(errorType && { "x-amzn-errortype": errorType }),
      ...Object.fromEntries(
        Object.entries(own?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), filled(value, values)]),
      ),
    },
    body: own?.template === undefined ? plain : filled(own.template, values),
    responseType,
  }
}

/** The ids of a request, under the names of each kind of API. */
function idsOf({ kind }: ApiSettings, context: { readonly [name: string]: string }): ClientResponse["headers"] {
  const { requestId = "", extendedRequestId = "" } = context
  if (kind === "http") return { "apigw-requestid": extendedRequestId }
  return { "x-amzn-requestid": requestId, "x-amz-apigw-id": extendedRequestId }
}

function gatewayResponseOf({ gatewayResponses = {} }: ApiSettings, type: string, status: number) {
  return gatewayResponses[type] ?? gatewayResponses[status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"]
}

/** Templates are plain substitution; a variable without a value is empty. */
function filled(template: string, values: { readonly [name: string]: string }): string {
  return template.replace(/\$context\.([A-Za-z0-9_.]+)/g, (_, name: string) => values[name] ?? "")
}
