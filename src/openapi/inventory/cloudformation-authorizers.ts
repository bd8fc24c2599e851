import { type Members, member } from "../document.ts"
import { flag, functionNames, isMarked, number, settingsOf, sources, text } from "./names.ts"
import { payloadVersion } from "./openapi-schemes.ts"
import { keyOf, type Template } from "./template.ts"
import { type AuthorizerReading, open, type RouteAuth, weakest } from "./types.ts"

const authorizerTypes = ["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"]

/** Whether a function of the templates shows that it is hallpass: by its name, or by a variable of its environment. */
export function isHallpass(id: string, template: Template): boolean {
  if (isMarked(id)) return true
  const properties = template.properties(id)
  if (isMarked(text(properties.FunctionName) ?? "")) return true
  const variables = member(template.one(properties.Environment), "Variables")
  return Object.keys(Object(variables)).some((name) => name.startsWith("HALLPASS_"))
}

/** The authorizers of the templates' own resources, by `keyOf` their target. */
export function readAuthorizers(templates: readonly Template[]): ReadonlyMap<string, AuthorizerReading> {
  const found = new Map<string, AuthorizerReading>()
  for (const template of templates)
    for (const [id, properties, type] of template.ofType(...authorizerTypes))
      found.set(keyOf({ leads: "resource", template, id }), readAuthorizer(id, properties, type, template))
  return found
}

function readAuthorizer(id: string, properties: Members, type: string, template: Template): AuthorizerReading {
  const isHttp = type === "AWS::ApiGatewayV2::Authorizer"
  const plain = (name: string): unknown => template.plain(properties[name])
  const kind = text(plain(isHttp ? "AuthorizerType" : "Type"))?.toUpperCase()
  const name = text(plain("Name")) ?? id
  const functions = functionNames(properties.AuthorizerUri)
  const means =
    kind === "JWT"
      ? "jwt"
      : kind === "COGNITO_USER_POOLS"
        ? "cognito"
        : kind === "TOKEN" || kind === "REQUEST"
          ? "lambda"
          : "unknown"
  const absent = (name: string): boolean => properties[name] === undefined
  const ttl = absent("AuthorizerResultTtlInSeconds") && !isHttp ? 300 : number(plain("AuthorizerResultTtlInSeconds"))
  const source = plain("IdentitySource")
  return {
    name,
    ids: [name, id, ...functions],
    means,
    functions,
    marked: isMarked(name) || isMarked(id) || functions.some((each) => isHallpass(each, template)),
    settings: settingsOf({
      form: means === "lambda" ? (kind as "TOKEN" | "REQUEST") : undefined,
      resultTtlSeconds: ttl,
      identitySources: absent("IdentitySource") ? [] : source === undefined ? undefined : sources(source),
      payloadFormatVersion: isHttp ? payloadVersion(plain("AuthorizerPayloadFormatVersion")) : undefined,
      simpleResponses: isHttp && absent("EnableSimpleResponses") ? false : flag(plain("EnableSimpleResponses")),
    }),
  }
}

/** What a method or a route asks by its `AuthorizationType` and `AuthorizerId`. */
export function authOf(
  properties: Members,
  template: Template,
  authorizers: ReadonlyMap<string, AuthorizerReading>,
): RouteAuth {
  const apiKey = flag(template.plain(properties.ApiKeyRequired)) === true
  const choices = template
    .branches(properties.AuthorizationType)
    .flatMap((type) => template.branches(properties.AuthorizerId).map((id) => byType(type, id, template, authorizers)))
  return { ...weakest(choices), ...(apiKey && { apiKey }) }
}

function byType(
  given: unknown,
  authorizerId: unknown,
  template: Template,
  authorizers: ReadonlyMap<string, AuthorizerReading>,
): RouteAuth {
  const type = given === undefined ? "NONE" : text(template.plain(given))?.toUpperCase()
  if (type === "NONE" && authorizerId !== undefined && given === undefined)
    return { ...open, detail: "an authorizer without AuthorizationType, which API Gateway does not ask" }
  if (type === "NONE") return open
  if (type === "AWS_IAM") return { means: "iam" }
  const known = { CUSTOM: "lambda", JWT: "jwt", COGNITO_USER_POOLS: "cognito" }[type ?? ""] as
    | RouteAuth["means"]
    | undefined
  if (known === undefined) return { means: "unknown", detail: "an AuthorizationType that the document does not show" }
  if (authorizerId === undefined)
    return { means: "unknown", detail: `AuthorizationType ${type} without an AuthorizerId`, broken: true }
  const target = template.target(authorizerId)
  const authorizer = authorizers.get(keyOf(target))
  if (authorizer !== undefined) {
    if (authorizer.means === "unknown") return { means: "unknown", authorizer }
    const agrees = authorizer.means === known || type === "CUSTOM"
    return agrees
      ? { means: authorizer.means, authorizer }
      : { means: "unknown", authorizer, detail: `AuthorizationType ${type} with ${authorizer.name}`, broken: true }
  }
  // What a nested stack or a resource of one's own gives is outside.
  const made = target.leads === "resource" ? text(member(target.template.resources.get(target.id), "Type")) : undefined
  const isOutside = made !== undefined && /^(?:Custom::|AWS::CloudFormation::|AWS::Serverless::Application)/.test(made)
  if (target.leads === "nowhere" || (target.leads === "resource" && !isOutside))
    return {
      means: "unknown",
      detail: `${keyOf(target).split("\n").at(-1)}, which the document does not have`,
      broken: true,
    }
  return { means: known, detail: `an authorizer outside the document (${keyOf(target).split("\n").at(-1)})` }
}
