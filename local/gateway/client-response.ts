import type { ApiSettings, Refused } from "./api.ts"
import { filledTemplate, headerText } from "./response-template.ts"

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
  | "resource-policy-explicitly"
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
/** Its text names the ARN: see `rowOf`. */
const resourcePolicy: Row = {
  ...{ status: 403, body: {}, responseType: "ACCESS_DENIED" },
  errorType: "AccessDeniedException",
}
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
  "resource-policy": resourcePolicy,
  "resource-policy-explicitly": resourcePolicy,
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
  // HTTP APIs have no resource policy.
  "resource-policy": forbidden,
  "resource-policy-explicitly": forbidden,
  failed,
  "invalid-answer": failed,
  "too-long": { status: 414, body: message("Request-URI Too Long"), responseType: "" },
}

/** The response of API Gateway itself. Gateway responses of a REST API change status, headers and body. */
export function responseTo(api: ApiSettings, refusal: GatewayRefusal, refused: Refused): ClientResponse {
  const { status, body, responseType, errorType } = rowOf(api, refusal, refused.arn)
  const plain = JSON.stringify(body)
  const own = api.kind === "rest" ? gatewayResponseOf(api, responseType, status) : undefined
  const said =
    (body as { message?: string | null; Message?: string }).Message ?? (body as { message?: string }).message ?? ""
  const values = new Map([
    ...Object.entries({ ...refused.contextTexts, ...idsIn(refused) }),
    ["error.message", said],
    ["error.messageString", JSON.stringify(said)],
    ["error.responseType", responseType],
  ])
  const filled = (template: string): string => filledTemplate(template, values, api, refused)
  return {
    status: own?.statusCode ?? status,
    headers: {
      "content-type": "application/json",
      ...idsOf(api, refused),
      ...(errorType && { "x-amzn-errortype": errorType }),
      ...Object.fromEntries(
        Object.entries(own?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), headerText(filled(value))]),
      ),
    },
    body: own?.template === undefined ? plain : filled(own.template),
    responseType,
  }
}

function rowOf({ kind }: ApiSettings, refusal: GatewayRefusal, arn: string): Row {
  const row = (kind === "http" ? http : rest)[refusal]
  if (row !== resourcePolicy) return row
  // The account is masked but for its last four digits.
  const shown = arn.replace(/^((?:[^:]*:){4})\d*(\d{4}):/, "$1********$2:")
  const denied = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${shown}`
  return {
    ...row,
    body: { Message: refusal === "resource-policy" ? denied : `${denied} with an explicit deny` },
  }
}

/** The ids of a request, under the names of each kind of API. */
function idsOf(
  { kind }: ApiSettings,
  { arrival: { requestId, extendedRequestId } }: Refused,
): ClientResponse["headers"] {
  if (kind === "http") return { "apigw-requestid": extendedRequestId }
  return { "x-amzn-requestid": requestId, "x-amz-apigw-id": extendedRequestId }
}

const idsIn = ({ arrival: { requestId, extendedRequestId } }: Refused): object => ({ requestId, extendedRequestId })

function gatewayResponseOf({ gatewayResponses = {} }: ApiSettings, type: string, status: number) {
  return gatewayResponses[type] ?? gatewayResponses[status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"]
}
