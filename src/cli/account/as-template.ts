import type { AccountApi } from "./account-api.ts"

/** An API of an account in the words of a template, so that it is judged exactly as a template is. */
export function asTemplate(api: AccountApi): object {
  const name = `${api.name} (${api.id})`
  const isRest = api.kind === "rest"
  const resources: { [id: string]: object } = {}
  resources[name] = isRest
    ? {
        Type: "AWS::ApiGateway::RestApi",
        Properties: {
          ...(api.policy !== undefined && api.policy !== "" && { Policy: api.policy }),
          EndpointConfiguration: { Types: api.endpointTypes ?? [] },
        },
      }
    : { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: api.kind === "http" ? "HTTP" : "WEBSOCKET" } }
  for (const each of api.authorizers)
    resources[each.id] = {
      Type: isRest ? "AWS::ApiGateway::Authorizer" : "AWS::ApiGatewayV2::Authorizer",
      Properties: {
        Name: each.name,
        [isRest ? "Type" : "AuthorizerType"]: each.type,
        AuthorizerUri: each.uri,
        IdentitySource: [...each.identitySources],
        ...(each.ttlSeconds !== undefined && { AuthorizerResultTtlInSeconds: each.ttlSeconds }),
        AuthorizerPayloadFormatVersion: each.payloadFormatVersion,
        EnableSimpleResponses: each.simpleResponses,
      },
    }
  for (const [index, each] of api.routes.entries()) {
    const auth = {
      AuthorizationType: each.authorizationType,
      ApiKeyRequired: each.apiKeyRequired,
      ...(each.authorizerId !== undefined && { AuthorizerId: { Ref: each.authorizerId } }),
    }
    if (!isRest) {
      resources[`route ${index}`] = {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: { ApiId: { Ref: name }, RouteKey: each.route, ...auth },
      }
      continue
    }
    const path = each.route.slice(each.route.indexOf(" ") + 1)
    const resource = `resource ${each.resourceId}`
    const root = { "Fn::GetAtt": [name, "RootResourceId"] }
    if (path !== "/")
      resources[resource] = {
        Type: "AWS::ApiGateway::Resource",
        Properties: { ParentId: root, PathPart: path.slice(1) },
      }
    const ResourceId = path === "/" ? root : { Ref: resource }
    resources[`method ${index}`] = {
      Type: "AWS::ApiGateway::Method",
      Properties: { RestApiId: { Ref: name }, ResourceId, HttpMethod: each.method, ...auth },
    }
  }
  return { Resources: resources }
}
