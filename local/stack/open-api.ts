import { type OpenApiRemark, type OpenApiRoutes, routesFromOpenApi } from "../../src/openapi.ts"
import type { CorsSettings, GatewayResponse } from "../gateway/api.ts"
import type { FurtherSettings } from "./apis.ts"

/** The API that an OpenAPI document describes, as far as a gateway needs it. */
export interface DescribedApi {
  readonly settings: FurtherSettings
  /** Routes behind something else than a token. */
  readonly notServed: OpenApiRoutes["otherSecurity"]
  readonly problems: readonly OpenApiRemark[]
}

type Members = { readonly [member: string]: unknown }
const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined

/**
 * Reads the routes of a document, and API Gateway's own extensions for CORS, gateway responses and the resource policy.
 *
 * @param document parsed OpenAPI 3.0, 3.1 or Swagger 2.0
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function apiFromOpenApi(document: unknown): DescribedApi {
  const { routes, withoutSecurity, otherSecurity, problems } = routesFromOpenApi(document)
  const members = isObject(document) ? document : {}
  const cors = corsOf(members["x-amazon-apigateway-cors"])
  const gatewayResponses = responsesOf(members["x-amazon-apigateway-gateway-responses"])
  const resourcePolicy = members["x-amazon-apigateway-policy"]
  // A document in which every route is open has nothing for an authorizer, and that is no problem here.
  const isOpen = Object.keys(routes).length === 0 && withoutSecurity.length > 0
  return {
    settings: {
      ...{ routes: Object.keys(routes), openRoutes: withoutSecurity },
      ...(cors && { cors }),
      ...(gatewayResponses && { gatewayResponses }),
      ...(resourcePolicy !== undefined && { resourcePolicy }),
    },
    notServed: otherSecurity,
    problems: isOpen ? problems.filter(({ path }) => path !== "paths") : problems,
  }
}

/**
 * @see
 *   https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-cors-configuration.html
 */
function corsOf(value: unknown): CorsSettings | undefined {
  if (!isObject(value)) return undefined
  const [allowMethods, allowHeaders, exposeHeaders] = ["allowMethods", "allowHeaders", "exposeHeaders"].map((name) =>
    texts(value[name]),
  )
  return {
    allowOrigins: texts(value.allowOrigins) ?? [],
    ...(allowMethods && { allowMethods }),
    ...(allowHeaders && { allowHeaders }),
    ...(exposeHeaders && { exposeHeaders }),
    ...(typeof value.maxAge === "number" && { maxAge: value.maxAge }),
    ...(value.allowCredentials === true && { allowCredentials: true }),
  }
}

/**
 * @see
 *   https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
 */
function responsesOf(value: unknown): { readonly [type: string]: GatewayResponse } | undefined {
  if (!isObject(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([type, response]) => (isObject(response) ? [[type, responseOf(response)]] : [])),
  )
}

function responseOf({ statusCode, responseParameters, responseTemplates }: Members): GatewayResponse {
  const status = Number(statusCode)
  const template = isObject(responseTemplates) ? responseTemplates["application/json"] : undefined
  const headers = Object.entries(isObject(responseParameters) ? responseParameters : {}).flatMap(([name, value]) => {
    const [, header] = /^gatewayresponse\.header\.(.+)$/.exec(name) ?? []
    if (header === undefined || typeof value !== "string") return []
    // A literal is in single quotes; other values name a part of the request or of the context.
    const [, literal = `$${value}`] = /^'(.*)'$/s.exec(value) ?? []
    return [[header, literal] as const]
  })
  return {
    ...(Number.isInteger(status) && status >= 100 && status < 600 && { statusCode: status }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(typeof template === "string" && { template }),
  }
}
