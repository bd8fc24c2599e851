import { type Members, member } from "../document.ts"
import {
  type ApiBuilder,
  asset,
  includedBody,
  isOpenApi,
  isPrivate,
  type TemplateReading,
  takeOver,
} from "./cloudformation.ts"
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
  /** Whether the API has an OpenAPI document of its own. */
  readonly hasBody: boolean
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
    const isMerged = flag(template.plain(properties.MergeDefinitions ?? member(shared, "MergeDefinitions"))) === true
    const hasBody = !isMerged && (properties.DefinitionBody ?? properties.DefinitionUri) !== undefined
    const made = { api, auth, kind, cors, hasBody }
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
    const given = named === undefined ? implicit : template.target(named)
    // SAM takes a logical id as text, too.
    const isId = given.leads === "text" && template.resources.has(given.text)
    const target: Target = isId ? { leads: "resource", template, id: given.text } : given
    const { api, auth, hasBody } = apis.get(keyOf(target)) ?? add(target, kind, {})
    const path = text(template.plain(properties.Path))
    const method = text(template.plain(properties.Method))?.toUpperCase() ?? "ANY"
    const isAny = method === "ANY" || method === "X-AMAZON-APIGATEWAY-ANY-METHOD"
    const isDefault = kind === "http" && isAny && /^(?:\/?\$default)?$/.test(path ?? "")
    const route = isDefault ? "$default" : `${isAny ? "ANY" : method} ${path ?? "/{unknown}"}`
    const own = Object(template.one(properties.Auth)) as Members
    if (api.unread.length > 0) {
      api.routes.push({ route, auth: { means: "unknown", detail: "the API's document was not read" } })
      return
    }
    const at = api.routes.findIndex((known) => known.route === route)
    // A document of a REST API has its routes itself. An event changes one only if it overrides the API's Auth.
    const isOverride = kind === "http" || flag(template.plain(own.OverrideApiAuth)) === true
    if (hasBody && (!isOverride || (kind === "rest" && at < 0))) return
    if (at >= 0 && own.Authorizer === undefined) return
    const apiKey = flag(template.plain(own.ApiKeyRequired ?? auth.auth.ApiKeyRequired)) === true
    const choice = samChoice(auth, own.Authorizer, method !== "OPTIONS" || (kind === "rest" && auth.preflights))
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
    if (method === "OPTIONS" && (kind === "http" || !auth.preflights)) return undefined
    return auth.auth.DefaultAuthorizer === undefined ? undefined : samChoice(auth, undefined, true)
  }
  // SAM refuses Auth with a document in a file.
  const apiKey = flag(template.plain(auth.auth.ApiKeyRequired)) === true
  const place = body === undefined ? { name: api.name, kind } : { name: api.name, kind, inherited, apiKey }
  const read = isOpenApi(document) ? readOpenApi(document, place, reading.report) : undefined
  if (read !== undefined) takeOver(api, read)
  else api.unread.push("its DefinitionBody, which is no OpenAPI document,")
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
  for (const [route, given] of Object.entries(Object(template.one(properties.Routes)) as Members)) {
    const apiKey = flag(template.plain(member(template.one(given), "ApiKeyRequired"))) === true
    api.routes.push({ route, auth: { ...(route === "$connect" ? connect : open), ...(apiKey && { apiKey }) } })
  }
}
