import type { Report } from "../../problems/option-checks.ts"
import { type Members, member } from "../document.ts"
import { type ApiBuilder, takeOver } from "./cloudformation.ts"
import { flag, functionNames, isMarked, number, resourcePolicy, settingsOf, sources, text } from "./names.ts"
import { readOpenApi } from "./openapi-routes.ts"
import { TerraformPlan } from "./terraform-plan.ts"
import { list, type TerraformResource } from "./terraform-resources.ts"
import { type ApiKind, type ApiReading, type AuthorizerReading, open, type RouteAuth } from "./types.ts"

/** Reads a plan or a state of `terraform show -json`. */
export function readTerraform(document: Members, report: Report): readonly ApiReading[] {
  const plan = new TerraformPlan(document)
  const apis = new Map<string, ApiBuilder>()
  const authorizers = new Map<string, AuthorizerReading>()
  const isHttpAuthorizer = (type: string): boolean => type === "aws_apigatewayv2_authorizer"
  for (const resource of plan.resources)
    if (resource.type === "aws_api_gateway_authorizer" || isHttpAuthorizer(resource.type))
      authorizers.set(resource.address, readAuthorizer(resource, isHttpAuthorizer(resource.type), plan))

  const make = (key: string, name: string, kind: ApiKind, policy: ApiReading["resourcePolicy"]): ApiBuilder => {
    const made: ApiBuilder = { name, kind, routes: [], resourcePolicy: policy, unread: [] }
    apis.set(key, made)
    return made
  }
  const apiOf = (resource: TerraformResource, argument: string, kind: ApiKind): ApiBuilder => {
    const { found, text: reference } = linked(plan, resource, argument, [
      "aws_api_gateway_rest_api",
      "aws_apigatewayv2_api",
    ])
    const key = found?.address ?? text(resource.values[argument]) ?? reference
    return apis.get(key) ?? make(key, key, kind, "unknown")
  }
  for (const api of plan.ofType("aws_api_gateway_rest_api")) {
    const types = member(list(api.values.endpoint_configuration)[0], "types")
    const policy = list(types).includes("PRIVATE") ? "allows" : resourcePolicy(api.values.policy)
    readBody(make(api.address, text(api.values.name) ?? api.address, "rest", policy), api, plan, report)
  }
  for (const api of plan.ofType("aws_apigatewayv2_api")) {
    const kind = text(api.values.protocol_type) === "WEBSOCKET" ? "websocket" : "http"
    const made = make(api.address, text(api.values.name) ?? api.address, kind, "silent")
    readBody(made, api, plan, report)
    // A quick create makes one route, and it has no authorizer.
    if (text(api.values.target) !== undefined)
      made.routes.push({ route: text(api.values.route_key) ?? "$default", auth: open })
  }
  for (const policy of plan.ofType("aws_api_gateway_rest_api_policy")) {
    const api = apiOf(policy, "rest_api_id", "rest")
    const said = policy.values.policy === undefined ? "unknown" : resourcePolicy(policy.values.policy)
    if (api.resourcePolicy !== "allows") api.resourcePolicy = said
  }
  for (const method of plan.ofType("aws_api_gateway_method")) {
    const route = `${text(method.values.http_method)?.toUpperCase() ?? "ANY"} ${pathOf(plan, method, "resource_id")}`
    apiOf(method, "rest_api_id", "rest").routes.push({
      route,
      auth: authOf(method, "authorization", plan, authorizers),
    })
  }
  for (const resource of plan.ofType("aws_apigatewayv2_route")) {
    const route = text(resource.values.route_key) ?? `the route of ${resource.address}`
    const api = apiOf(resource, "api_id", route === "$connect" ? "websocket" : "http")
    if (route === "$connect") api.kind = "websocket"
    api.routes.push({ route, auth: authOf(resource, "authorization_type", plan, authorizers) })
  }
  return [...apis.values()].filter(
    ({ routes, unread, kind }) => routes.length + unread.length > 0 || kind === "websocket",
  )
}

function readBody(api: ApiBuilder, resource: TerraformResource, plan: TerraformPlan, report: Report): void {
  const given = text(resource.values.body)
  if (plan.isUnknown(resource, "body")) api.unread.push("its OpenAPI document, which is known after apply,")
  if (given === undefined) return
  let document: unknown
  try {
    document = JSON.parse(given)
  } catch {
    api.unread.push("its OpenAPI document, which is not JSON in the plan,")
    return
  }
  const read = readOpenApi(document, { name: api.name, kind: api.kind }, report)
  if (read !== undefined) takeOver(api, read)
}

/** The resource that an argument leads to: by its id, if the plan knows it, else by the expression. */
function linked(
  plan: TerraformPlan,
  resource: TerraformResource,
  argument: string,
  types: readonly string[],
): { readonly found: TerraformResource | undefined; readonly text: string } {
  const id = text(resource.values[argument])
  if (id !== undefined) {
    const found = plan.withId(id, types)
    return found === undefined ? { ...plan.references(resource, argument), text: id } : { found, text: id }
  }
  return plan.references(resource, argument)
}

function readAuthorizer(resource: TerraformResource, isHttp: boolean, plan: TerraformPlan): AuthorizerReading {
  const { values, address } = resource
  const kind = (text(isHttp ? values.authorizer_type : values.type) ?? "TOKEN").toUpperCase()
  const name = text(values.name) ?? address
  const uri = text(values.authorizer_uri)
  const byExpression = uri === undefined ? plan.references(resource, "authorizer_uri").found : undefined
  const variables = member(list(byExpression?.values.environment)[0], "variables")
  const functions =
    byExpression === undefined
      ? functionNames(uri)
      : [byExpression.address, text(byExpression.values.function_name)].filter((each) => each !== undefined)
  const marked = Object.keys(Object(variables)).some((each) => each.startsWith("HALLPASS_"))
  const given = isHttp
    ? values.identity_sources
    : (values.identity_source ?? (kind === "TOKEN" ? "method.request.header.Authorization" : undefined))
  return {
    name,
    ids: [name, address, resource.name, text(values.id) ?? name, ...functions],
    means: kind === "JWT" ? "jwt" : kind === "COGNITO_USER_POOLS" ? "cognito" : "lambda",
    functions,
    marked: marked || [name, address, ...functions].some(isMarked),
    settings: settingsOf({
      form: kind === "REQUEST" ? "REQUEST" : "TOKEN",
      resultTtlSeconds: number(values.authorizer_result_ttl_in_seconds) ?? (isHttp ? undefined : 300),
      identitySources: sources(given),
      payloadFormatVersion: isHttp ? text(values.authorizer_payload_format_version) : undefined,
      simpleResponses: isHttp ? (flag(values.enable_simple_responses) ?? false) : undefined,
    }),
  }
}

function authOf(
  resource: TerraformResource,
  argument: string,
  plan: TerraformPlan,
  authorizers: ReadonlyMap<string, AuthorizerReading>,
): RouteAuth {
  const type = text(resource.values[argument])?.toUpperCase() ?? "NONE"
  const key = flag(resource.values.api_key_required) === true && { apiKey: true }
  if (type === "NONE") return { ...open, ...key }
  if (type === "AWS_IAM") return { means: "iam", ...key }
  const means = ({ CUSTOM: "lambda", JWT: "jwt", COGNITO_USER_POOLS: "cognito" } as const)[type]
  if (means === undefined) return { means: "unknown", detail: `authorization ${type}`, ...key }
  const { found, text: reference } = linked(plan, resource, "authorizer_id", [
    "aws_api_gateway_authorizer",
    "aws_apigatewayv2_authorizer",
  ])
  const authorizer = found && authorizers.get(found.address)
  if (authorizer !== undefined) return { means: authorizer.means, authorizer, ...key }
  if (reference === "" && (plan.hasExpressions || "authorizer_id" in resource.values))
    return { means: "unknown", detail: `authorization ${type} without an authorizer_id`, broken: true, ...key }
  // A plan without its configuration does not show which authorizer a route gets. If there is one only, it is that.
  const only = reference === "" ? onlyOf(authorizers, means) : undefined
  if (only !== undefined) return { means, authorizer: only, ...key }
  // A reference to a resource that should be in the plan, and is not.
  const [, base] = /^(aws_api(?:_gateway|gatewayv2)_authorizer\.[\w-]+)/.exec(reference) ?? []
  const broken = base !== undefined && !plan.resources.some((each) => `${each.type}.${each.name}` === base)
  if (broken) return { means: "unknown", detail: `${reference}, which the document does not have`, broken, ...key }
  return { means, detail: `an authorizer outside the document (${reference || "not shown"})`, ...key }
}

function onlyOf(
  authorizers: ReadonlyMap<string, AuthorizerReading>,
  means: AuthorizerReading["means"],
): AuthorizerReading | undefined {
  const fitting = [...authorizers.values()].filter((each) => each.means === means)
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Longest chain of parents that is followed. */
const maxParents = 60

function pathOf(plan: TerraformPlan, resource: TerraformResource, argument: string): string {
  const parts: string[] = []
  let [at, by] = [resource, argument]
  for (let parents = 0; parents < maxParents; parents++) {
    const { found, text: reference } = linked(plan, at, by, ["aws_api_gateway_resource"])
    const known = text(found?.values.path)
    if (known !== undefined) return `${known}${parts.map((part) => `/${part}`).join("")}`
    if (found?.type === "aws_api_gateway_rest_api" || /root_resource_id|root/i.test(reference))
      return `/${parts.join("/")}`
    if (found?.type !== "aws_api_gateway_resource") {
      const id = text(at.values[by])
      const isRoot = plan
        .ofType("aws_api_gateway_rest_api")
        .some(({ values }) => values.root_resource_id === id && id !== undefined)
      return isRoot ? `/${parts.join("/")}` : `…/${parts.join("/")}`
    }
    parts.unshift(text(found.values.path_part) ?? "{unknown}")
    ;[at, by] = [found, "parent_id"]
  }
  return `…/${parts.slice(-5).join("/")}`
}
