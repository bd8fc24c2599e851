import type { Report } from "../../problems/option-checks.ts"
import { isObject } from "../../shared/is-object.ts"
import { follow, type Members, member, type OpenApiDocument, openDocument, place } from "../document.ts"
import { descriptions, operationMethods } from "../operation.ts"
import { resourcePolicy, text } from "./names.ts"
import { isConditional, securities, variants } from "./openapi-conditions.ts"
import { readScheme, type SchemeReading } from "./openapi-schemes.ts"
import { type ApiKind, type ApiReading, open, type RouteAuth, type RouteReading, weakest } from "./types.ts"

const methods: ReadonlyMap<string, string> = new Map([...operationMethods, ["any", "ANY"]])

/** What a template adds to an OpenAPI document that it holds. */
export interface OpenApiPlace {
  readonly name: string
  /** The kind of the resource that has the document; undefined if the document has to show it. */
  readonly kind?: ApiKind
  /** What an operation asks whose own security names none of the template's authorizers. */
  readonly inherited?: (method: string, own: readonly string[]) => RouteAuth | undefined
  /** Whether the template demands a key of every operation. */
  readonly apiKey?: boolean
}

/** Reads which operation of an OpenAPI document has which authorizer. */
export function readOpenApi(value: unknown, at: OpenApiPlace, report: Report): ApiReading | undefined {
  const document = openDocument(withTextVersion(value, at.kind !== undefined), report)
  if (document === undefined) return undefined
  const operations = [...operationsOf(document, report)]
  const gateway = at.kind !== undefined || isForGateway(document, operations)
  const kind = at.kind ?? kindOf(document, operations)
  const schemes = new Map<string, SchemeReading>()
  const find = (name: string): SchemeReading => {
    const known = schemes.get(name)
    if (known !== undefined) return known
    const read = readScheme(document, name, document.schemesPath, gateway, kind, report)
    schemes.set(name, read)
    return read
  }
  const fromRoot = gateway ? undefined : member(document.root, "security")
  const { inherited, apiKey } = at
  const ofRoot = gateway && member(document.root, "security") !== undefined
  const bySecurity = (method: string, operation: Members, security: unknown): RouteAuth => {
    const taken = inherited?.(
      method,
      requirementsOf(security).flatMap((requirement) => Object.keys(requirement)),
    )
    if (taken !== undefined) return taken
    const auth = byExtension(operation) ?? readSecurity(security ?? fromRoot, gateway, find)
    if (auth.means !== "none" || !ofRoot || member(operation, "security") !== undefined) return auth
    return { ...auth, detail: "the document's own security, which API Gateway ignores" }
  }
  const authOf = ({ method, operation }: Operation): RouteAuth => {
    const own = member(operation, "security")
    const auth = isConditional(own)
      ? weakest(securities(own).map((security) => bySecurity(method, operation, security)))
      : bySecurity(method, operation, own)
    return apiKey === true && method !== "OPTIONS" ? { ...auth, apiKey } : auth
  }
  const routes = new Map<string, RouteReading>()
  for (const operation of operations) {
    const { method, template } = operation
    const isDefault =
      method === "ANY" && (member(operation.operation, "isDefaultRoute") === true || template === "/$default")
    const route = isDefault ? "$default" : `${method} ${template}`
    const known = routes.get(route)
    const auth = authOf(operation)
    routes.set(route, { route, auth: known === undefined ? auth : weakest([known.auth, auth]) })
  }
  const info = text(member(member(document.root, "info"), "title"))
  return {
    name: at.name === "" ? (info ?? "the API") : at.name,
    kind,
    routes: [...routes.values()],
    resourcePolicy: resourcePolicy(member(document.root, "x-amazon-apigateway-policy")),
    unread:
      member(document.paths, "Fn::Transform") === undefined ? [] : ["paths that a transform of the template adds"],
  }
}

/** Without quotes a version is a number in YAML. */
function withTextVersion(value: unknown, isInTemplate: boolean): unknown {
  const [swagger, openapi, paths] = [member(value, "swagger"), member(value, "openapi"), member(value, "paths")]
  const changes: { swagger?: string; openapi?: string; paths?: object } = {}
  if (swagger === 2) changes.swagger = "2.0"
  if (typeof openapi === "number") changes.openapi = String(openapi)
  // API Gateway takes "3.0", and SAM adds paths to a document that has none.
  if (isInTemplate && (paths === undefined || paths === null)) changes.paths = {}
  return Object.keys(changes).length === 0 ? value : { ...(value as Members), ...changes }
}

interface Operation {
  readonly method: string
  readonly template: string
  readonly operation: Members
}

function* pathItems(given: unknown): Generator<readonly [template: string, item: unknown]> {
  for (const paths of variants(given))
    for (const [template, items] of Object.entries(Object(paths)))
      for (const item of variants(items)) yield [template, item]
}

function* operationsOf(document: OpenApiDocument, report: Report): Generator<Operation> {
  for (const [named, value] of pathItems(document.paths)) {
    const template = named === "$default" ? "/$default" : named // SAM writes it without a slash
    if (!template.startsWith("/")) continue
    const isPlain = isObject(value) && !Object.hasOwn(value, "$ref")
    const item = isPlain ? value : follow(document, value, place("paths", template), report)
    if (item === undefined) continue
    for (const [name, given] of Object.entries(item)) {
      const method = methods.get(name.toLowerCase())
      if (method === undefined && isMistaken(name))
        report(
          place(place("paths", template), name),
          "is no method and no other member of a path. Correct or remove it",
        )
      if (method === undefined || typeof given !== "object") continue
      for (const operation of variants(given)) yield { method, template, operation: Object(operation) as Members }
    }
  }
}

/** Members of a path that are no methods of API Gateway; intrinsic functions of a template are no members. */
const otherMembers = [...descriptions, "$ref", "trace", "query", "Ref"]
const isMistaken = (name: string): boolean =>
  !otherMembers.includes(name) && !name.startsWith("x-") && !name.startsWith("Fn::")

const isExtension = (name: string): boolean => name.startsWith("x-amazon-apigateway-")

/** Whether a document was written for API Gateway, which then runs the authorizers that it defines and no others. */
function isForGateway({ root, schemes }: OpenApiDocument, operations: readonly Operation[]): boolean {
  if (Object.keys(root).some(isExtension)) return true
  if (Object.values(schemes).some((scheme) => Object.keys(Object(scheme)).some(isExtension))) return true
  return operations.some(({ method, operation }) => method === "ANY" || Object.keys(operation).some(isExtension))
}

const ofHttp = ["x-amazon-apigateway-cors", "x-amazon-apigateway-importexport-version"]
const ofRest =
  /^x-amazon-apigateway-(?:policy|gateway-responses|request-validators|endpoint-configuration|api-key-source|binary-media-types|minimum-compression-size|documentation)$/

/** Only OpenAPI 3 documents can be those of an HTTP API. */
function kindOf({ root, schemes, version }: OpenApiDocument, operations: readonly Operation[]): ApiKind {
  if (version === "2.0") return "rest"
  if (ofHttp.some((name) => member(root, name) !== undefined)) return "http"
  if (Object.keys(root).some((name) => ofRest.test(name))) return "rest"
  for (const scheme of Object.values(schemes)) {
    const authorizer = member(scheme, "x-amazon-apigateway-authorizer")
    const type = text(member(authorizer, "type"))?.toLowerCase()
    if (type === "jwt") return "http"
    for (const name of ["authorizerPayloadFormatVersion", "enableSimpleResponses"])
      if (member(authorizer, name) !== undefined) return "http"
    if (type === "token" || type === "cognito_user_pools") return "rest"
    const identity = String(member(authorizer, "identitySource") ?? "")
    if (type === "request" && identity !== "") return identity.includes("$") ? "http" : "rest"
  }
  for (const { operation } of operations) {
    const integration = member(operation, "x-amazon-apigateway-integration")
    if (member(integration, "payloadFormatVersion") !== undefined) return "http"
    const type = text(member(integration, "type"))?.toLowerCase()
    if (type === "mock" || type === "aws" || type === "http") return "rest"
  }
  return "unknown"
}

/** `x-amazon-apigateway-auth` of an operation: NONE or AWS_IAM. */
function byExtension(operation: Members): RouteAuth | undefined {
  const type = text(member(member(operation, "x-amazon-apigateway-auth"), "type"))?.toLowerCase()
  if (type === "none") return { ...open, detail: "x-amazon-apigateway-auth says NONE" }
  return type === "aws_iam" ? { means: "iam" } : undefined
}

function requirementsOf(security: unknown): readonly Members[] {
  const list: unknown[] = Array.isArray(security) ? security : []
  return list.filter((each): each is Members => typeof each === "object" && each !== null)
}

/**
 * API Gateway runs every scheme of the list; exports have an authorizer and the demand for a key in two entries. In
 * other documents the entries are alternatives, and what the weakest of them asks is what the operation asks.
 */
function readSecurity(security: unknown, gateway: boolean, find: (name: string) => SchemeReading): RouteAuth {
  const requirements = requirementsOf(security)
  if (requirements.some((each) => Object.keys(each).length === 0))
    return { ...open, detail: "its security is optional" }
  const read = (names: readonly string[]): RouteAuth => {
    const found = names.map(find)
    const apiKey = found.includes("key")
    const auth = found.find((each) => typeof each === "object")
    if (auth !== undefined) return { ...auth, ...(apiKey && { apiKey }) }
    const ignored = names.filter((name, at) => found[at] === "nothing" && name !== "NONE")
    const detail = ignored.length > 0 && { detail: `${ignored[0]}, which has no authorizer of API Gateway` }
    return { means: "none", ...(apiKey && { apiKey }), ...detail }
  }
  if (gateway) return read(requirements.flatMap((each) => Object.keys(each)))
  const choices = requirements.map((each) => read(Object.keys(each)))
  return (
    choices.find(({ means }) => means === "none") ??
    choices.find(({ means }) => means !== "lambda") ??
    choices[0] ??
    open
  )
}
