import { type Members, member } from "../document.ts"
import { type ApiBuilder, asset, includedBody, isPrivate, type TemplateReading, takeOver } from "./cloudformation.ts"
import { isHallpass } from "./cloudformation-authorizers.ts"
import { flag, functionNames, isMarked, sources, text } from "./names.ts"
import { readOpenApi } from "./openapi-routes.ts"
import { readSamAuth, type SamAuth, samChoice, samPolicy } from "./sam-auth.ts"
import { implicitHttp, implicitRest, keyOf, type Target, type Template } from "./template.ts"
import { open, type RouteAuth } from "./types.ts"

interface SamApi {
  readonly api: ApiBuilder
  readonly auth: SamAuth
  readonly kind: "rest" | "http"
  /** Whether SAM adds an OPTIONS method to each path. */
  readonly cors: boolean
}

/** The resources of SAM: `AWS::Serverless::Api`, `HttpApi`, `WebSocketApi`, and the events of functions. */
export function readSam(template: Template, reading: TemplateReading): void {
  const globals = template.one(member(template.root, "Globals"))
  const apis = new Map<string, SamApi>()
  const add = (target: Target, kind: "rest" | "http", properties: Members): SamApi => {
    const known = apis.get(keyOf(target))
    if (known !== undefined) return known
    const shared = template.one(member(globals, kind === "rest" ? "Api" : "HttpApi"))
    const auth = readSamAuth(properties.Auth, member(shared, "Auth"), kind, template)
    const api = reading.apis.at(target, kind)
    const cors = kind === "rest" && (properties.Cors ?? member(shared, "Cors")) !== undefined
    const made = { api, auth, kind, cors }
    apis.set(keyOf(target), made)
    return made
  }
  for (const [id, properties, type] of template.ofType("AWS::Serverless::Api", "AWS::Serverless::HttpApi")) {
    const kind = type === "AWS::Serverless::Api" ? "rest" : "http"
    const made = add({ leads: "resource", template, id }, kind, properties)
    if (kind === "rest")
      made.api.resourcePolicy = isPrivate(properties.EndpointConfiguration, template) ? "allows" : samPolicy(made.auth)
    readDefinition(made, properties, reading)
  }
  for (const [, properties] of template.ofType("AWS::Serverless::Function", "AWS::Serverless::StateMachine")) {
    for (const event of Object.values(Object(template.one(properties.Events)) as Members)) readEvent(event)
  }
  for (const [id, properties] of template.ofType("AWS::Serverless::WebSocketApi"))
    readWebSocket(id, properties, template, reading)
  for (const made of apis.values()) if (made.cors) addPreflights(made)

  function readEvent(event: unknown): void {
    const type = text(member(event, "Type"))
    if (type !== "Api" && type !== "HttpApi") return
    const kind = type === "Api" ? "rest" : "http"
    const properties = Object(template.one(member(event, "Properties"))) as Members
    const named = kind === "rest" ? properties.RestApiId : properties.ApiId
    const implicit: Target = { leads: "resource", template, id: kind === "rest" ? implicitRest : implicitHttp }
    const target = named === undefined ? implicit : template.target(named)
    const { api, auth } = apis.get(keyOf(target)) ?? add(target, kind, {})
    const path = text(template.plain(properties.Path))
    const method = text(template.plain(properties.Method))?.toUpperCase() ?? "ANY"
    const isDefault = kind === "http" && (path === undefined || path === "$default")
    const route = isDefault
      ? "$default"
      : `${method === "X-AMAZON-APIGATEWAY-ANY-METHOD" ? "ANY" : method} ${path ?? "/{unknown}"}`
    const own = Object(template.one(properties.Auth)) as Members
    const at = api.routes.findIndex((known) => known.route === route)
    // A document of the API has the route already, and the event changes it by what it says.
    if (at >= 0 && own.Authorizer === undefined) return
    const apiKey = flag(template.plain(own.ApiKeyRequired ?? auth.auth.ApiKeyRequired)) === true
    const choice = samChoice(auth, own.Authorizer, auth.preflights || method !== "OPTIONS")
    const read = { route, auth: apiKey ? { ...choice, apiKey } : choice }
    if (at >= 0) api.routes[at] = read
    else api.routes.push(read)
  }
}

/** `DefinitionBody` or `DefinitionUri`: SAM adds its authorizers to the document. */
function readDefinition({ api, auth, kind }: SamApi, properties: Members, reading: TemplateReading): void {
  const { template } = auth
  const { DefinitionBody: body, DefinitionUri: uri } = properties
  if (body === undefined && uri === undefined) return
  const document = body === undefined ? asset(uri, reading.files) : includedBody(template.one(body), reading.files)
  if (document === undefined) {
    api.unread.push("its OpenAPI document, which is outside the template")
    return
  }
  const inherited = (method: string, own: readonly string[]): RouteAuth | undefined => {
    const named = own.find((name) => name === "NONE" || auth.authorizers.has(name))
    if (named !== undefined) return samChoice(auth, named, false)
    if (method === "OPTIONS" && !auth.preflights) return undefined
    return auth.auth.DefaultAuthorizer === undefined ? undefined : samChoice(auth, undefined, true)
  }
  const read = readOpenApi(document, { name: api.name, kind, inherited }, reading.report)
  if (read !== undefined) takeOver(api, read)
}

/** With `Cors`, SAM adds an OPTIONS method to every path that has none. */
function addPreflights({ api, auth }: SamApi): void {
  const known = new Set(api.routes.map(({ route }) => route))
  for (const path of new Set([...known].map((route) => route.slice(route.indexOf(" ") + 1)))) {
    const route = `OPTIONS ${path}`
    if (known.has(route)) continue
    const choice: RouteAuth = auth.preflights ? samChoice(auth, undefined, true) : open
    api.routes.push({ route, auth: choice })
  }
}

function readWebSocket(id: string, properties: Members, template: Template, reading: TemplateReading): void {
  const api = reading.apis.at({ leads: "resource", template, id }, "websocket")
  const auth = Object(template.one(properties.Auth)) as Members
  const type = auth.AuthType === undefined ? "NONE" : text(template.plain(auth.AuthType))?.toUpperCase()
  const functions = functionNames(auth.AuthArn)
  const name = text(template.plain(auth.Name)) ?? functions[0] ?? "the authorizer"
  const identitySources = auth.IdentitySource === undefined ? [] : sources(template.plain(auth.IdentitySource))
  const authorizer = {
    name,
    ids: [name, ...functions],
    means: "lambda",
    functions,
    marked: isMarked(name) || functions.some((each) => isHallpass(each, template)),
    settings: { form: "REQUEST", ...(identitySources && { identitySources }) },
  } as const
  const connect: RouteAuth =
    type === "NONE"
      ? open
      : type === "AWS_IAM"
        ? { means: "iam" }
        : type === "CUSTOM"
          ? { means: "lambda", authorizer }
          : { means: "unknown", detail: "an AuthType that the document does not show" }
  for (const route of Object.keys(Object(template.one(properties.Routes)) as object))
    api.routes.push({ route, auth: route === "$connect" ? connect : open })
}
