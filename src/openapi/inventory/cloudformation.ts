import type { Report } from "../../problems/option-checks.ts"
import { type Members, member } from "../document.ts"
import { authOf } from "./cloudformation-authorizers.ts"
import { resourcePolicy, text } from "./names.ts"
import { readOpenApi } from "./openapi-routes.ts"
import { keyOf, type Target, type Template } from "./template.ts"
import { type ApiKind, type ApiReading, type AuthorizerReading, open, type RouteReading } from "./types.ts"

/** An API whose routes are collected. */
export interface ApiBuilder {
  name: string
  kind: ApiKind
  readonly routes: RouteReading[]
  resourcePolicy: ApiReading["resourcePolicy"]
  readonly unread: string[]
}

/** APIs by the reference that leads to them. */
export class Apis {
  readonly #apis = new Map<string, ApiBuilder>()

  /** The API that a reference leads to. One outside the document gets the name of the reference. */
  at(target: Target, kind: ApiKind): ApiBuilder {
    const key = keyOf(target)
    const known = this.#apis.get(key)
    if (known !== undefined) return known
    const name = target.leads === "resource" ? target.id : target.text
    const made: ApiBuilder = { name, kind, routes: [], resourcePolicy: "silent", unread: [] }
    if (target.leads !== "resource") made.resourcePolicy = "unknown"
    this.#apis.set(key, made)
    return made
  }

  /** APIs without a route have nothing to protect, unless something of them was not read. */
  list(): readonly ApiReading[] {
    return [...this.#apis.values()].filter(
      ({ routes, unread, kind }) => routes.length + unread.length > 0 || kind === "websocket",
    )
  }
}

/** What the readers of templates share. */
export interface TemplateReading {
  readonly apis: Apis
  readonly authorizers: ReadonlyMap<string, AuthorizerReading>
  readonly files: ReadonlyMap<string, unknown>
  readonly report: Report
}

/** The plain resources of CloudFormation: `AWS::ApiGateway::…` and `AWS::ApiGatewayV2::…`. */
export function readResources(template: Template, reading: TemplateReading): void {
  const { apis } = reading
  for (const [id, properties] of template.ofType("AWS::ApiGateway::RestApi")) {
    const api = apis.at({ leads: "resource", template, id }, "rest")
    api.resourcePolicy = isPrivate(properties.EndpointConfiguration, template)
      ? "allows"
      : policyOf(properties.Policy, template)
    readBody(api, properties.Body, properties.BodyS3Location, template, reading)
  }
  for (const [id, properties] of template.ofType("AWS::ApiGatewayV2::Api")) {
    const kind = text(template.plain(properties.ProtocolType))?.toUpperCase() === "WEBSOCKET" ? "websocket" : "http"
    const api = apis.at({ leads: "resource", template, id }, kind)
    readBody(api, properties.Body, properties.BodyS3Location, template, reading)
    // A quick create makes one route, and it has no authorizer.
    if (properties.Target !== undefined)
      api.routes.push({ route: text(template.plain(properties.RouteKey)) ?? "$default", auth: open })
  }
  for (const [, properties] of template.ofType("AWS::ApiGatewayV2::ApiGatewayManagedOverrides")) {
    const made = Object(template.one(properties.Route)) as Members
    const { routes } = apis.at(template.target(properties.ApiId), "http")
    const [route] = routes
    if (route !== undefined && routes.length === 1)
      routes[0] = { route: route.route, auth: authOf(made, template, reading.authorizers) }
  }
  for (const [, properties] of template.ofType("AWS::ApiGateway::Method")) {
    const api = apis.at(template.target(properties.RestApiId), "rest")
    const method = text(template.plain(properties.HttpMethod))?.toUpperCase() ?? "ANY"
    const path = pathOf(properties.ResourceId, template)
    api.routes.push({ route: `${method} ${path}`, auth: authOf(properties, template, reading.authorizers) })
  }
  for (const [id, properties] of template.ofType("AWS::ApiGatewayV2::Route")) {
    const route = text(template.plain(properties.RouteKey)) ?? `the route of ${id}`
    const target = template.target(properties.ApiId)
    const api = apis.at(target, route.startsWith("$connect") ? "websocket" : "http")
    if (target.leads !== "resource" && /^\$(?:connect|disconnect)$/.test(route)) api.kind = "websocket"
    api.routes.push({ route, auth: authOf(properties, template, reading.authorizers) })
  }
}

function readBody(
  api: ApiBuilder,
  given: unknown,
  elsewhere: unknown,
  template: Template,
  reading: TemplateReading,
): void {
  if (given === undefined && elsewhere === undefined) return
  const body = given === undefined ? asset(elsewhere, reading.files) : includedBody(template.one(given), reading.files)
  if (body === undefined) {
    api.unread.push("its OpenAPI document, which is outside the template")
    return
  }
  const read = isOpenApi(body) ? readOpenApi(body, { name: api.name, kind: api.kind }, reading.report) : undefined
  if (read !== undefined) takeOver(api, read)
  else api.unread.push("its body, which is no OpenAPI document,")
}

/** Whether a body of a template is meant as an OpenAPI document. */
export const isOpenApi = (body: unknown): boolean =>
  member(body, "openapi") !== undefined || member(body, "swagger") !== undefined

/** Adds what an OpenAPI document of an API has. */
export function takeOver(api: ApiBuilder, read: ApiReading): void {
  for (const route of read.routes) api.routes.push(route)
  api.unread.push(...read.unread)
  if (read.resourcePolicy !== "silent") api.resourcePolicy = read.resourcePolicy
}

/** A document in a bucket. `cdk synth` leaves a copy beside the template, and its key is its name. */
export function asset(location: unknown, files: ReadonlyMap<string, unknown>): unknown {
  const key = typeof location === "string" ? location : member(location, "Key")
  return typeof key === "string" ? files.get(key) : undefined
}

/** A document written in the template, or the file that a transform includes; undefined if it is elsewhere. */
export function includedBody(body: unknown, files: ReadonlyMap<string, unknown>): unknown {
  const transform = member(body, "Fn::Transform")
  if (transform === undefined) return body
  const location = member(member(transform, "Parameters"), "Location")
  return typeof location === "string" ? files.get(location) : undefined
}

export function policyOf(policy: unknown, template: Template): ApiReading["resourcePolicy"] {
  const all = template.branches(policy).map(resourcePolicy)
  return all.includes("allows") ? "allows" : (all[0] ?? "silent")
}

/** A private API needs a resource policy that allows. */
export function isPrivate(given: unknown, template: Template): boolean {
  const configuration = template.one(given)
  const types = template.plain(member(configuration, "Types") ?? member(configuration, "Type") ?? configuration)
  return [types].flat().includes("PRIVATE")
}

/** Longest chain of parents that is followed. */
const maxParents = 60

/** The path of a resource, from its parents. What is above a resource outside the document is shown as `…`. */
function pathOf(resourceId: unknown, template: Template): string {
  const parts: string[] = []
  let [value, within] = [resourceId, template]
  for (let parents = 0; parents < maxParents; parents++) {
    const target = within.target(value)
    // The root of an API outside the document is seen by its name only.
    const isRoot = target.leads === "resource" ? /root/i.test(target.attribute ?? "") : /root/i.test(target.text)
    if (isRoot) return `/${parts.join("/")}`
    if (target.leads !== "resource") return `…/${parts.join("/")}`
    const properties: Members = target.template.properties(target.id)
    parts.unshift(text(target.template.plain(properties.PathPart)) ?? "{unknown}")
    ;[value, within] = [properties.ParentId, target.template]
  }
  return `…/${parts.slice(-5).join("/")}`
}
