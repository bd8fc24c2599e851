import type { Report } from "../problems/option-checks.ts"
import { follow, type Members, member, type OpenApiDocument, place } from "./document.ts"

/** What a security scheme means for an authorizer that reads tokens. */
export type Scheme =
  | {
      readonly means: "token"
      /**
       * What the list of a requirement names: scopes, roles (OpenAPI 3.1 only), or nothing, so that it must be empty.
       */
      readonly lists: "scopes" | "roles" | "nothing"
      /** API Gateway gives it a Lambda authorizer. */
      readonly lambda: boolean
      /** The caller named it as the scheme of this authorizer. */
      readonly named: boolean
    }
  /** The key of a usage plan, which API Gateway checks in addition to any authorizer. */
  | { readonly means: "key" }
  /** Something that a token cannot give; `authorizer` when API Gateway runs it in the place of a Lambda authorizer. */
  | { readonly means: "other"; readonly authorizer: boolean }

/** Reads a scheme once; undefined, with a report, when it is missing or unreadable. */
export type FindScheme = (name: string, path: string) => Scheme | undefined

const other: Scheme = { means: "other", authorizer: false }
const otherAuthorizer: Scheme = { means: "other", authorizer: true }

/** @param named the schemes that mean this authorizer; undefined if the document has to say it */
export function schemeFinder(
  document: OpenApiDocument,
  named: readonly string[] | undefined,
  report: Report,
  note: Report,
): FindScheme {
  const known = new Map<string, Scheme | undefined>()
  return (name, path) => {
    if (known.has(name)) return known.get(name)
    const found = member(document.schemes, name)
    const at = place(document.schemesPath, name)
    let scheme: Scheme | undefined
    if (found === undefined) {
      report(path, `names a scheme that ${document.schemesPath} does not have; add it there, or correct the name`)
    } else {
      const members = follow(document, found, at, report)
      scheme = members && schemeOf(members, at, { version: document.version, name, named, report })
    }
    if (scheme?.means === "key")
      note(
        at,
        "is a key of usage plans: API Gateway checks it by itself, in addition to a token and never in its place",
      )
    known.set(name, scheme)
    return scheme
  }
}

interface Reading {
  readonly version: OpenApiDocument["version"]
  readonly name: string
  readonly named: readonly string[] | undefined
  readonly report: Report
}

function schemeOf(scheme: Members, path: string, { version, name, named, report }: Reading): Scheme | undefined {
  const type = member(scheme, "type")
  const lists = type === "oauth2" || type === "openIdConnect" ? "scopes" : version === "3.1" ? "roles" : "nothing"
  const chosen = named?.includes(name) === true
  const gateway = gatewayAuthorizer(scheme, path, report)
  if (gateway === "unreadable") return undefined
  if (chosen) return { means: "token", lists, lambda: gateway === "lambda", named: true }
  if (gateway === "other" || (gateway === "lambda" && named !== undefined)) return otherAuthorizer
  const token: Scheme = { means: "token", lists, lambda: gateway === "lambda", named: false }
  if (gateway === "lambda" || lists === "scopes") return token
  switch (type) {
    case "apiKey":
      return apiKey(scheme, token)
    case "http":
      return text(scheme, "scheme") === "bearer" ? token : other
    case "basic":
    case "mutualTLS":
      return other
    default:
      report(`${path}.type`, "must be apiKey, http, oauth2, openIdConnect, mutualTLS, or basic in Swagger 2.0")
      return undefined
  }
}

/** Swagger 2.0 has no bearer scheme: a token in Authorization is written as a key there. */
function apiKey(scheme: Members, token: Scheme): Scheme {
  if (text(scheme, "in") !== "header") return other
  const header = text(scheme, "name")
  return header === "authorization" ? token : header === "x-api-key" ? { means: "key" } : other
}

/**
 * What API Gateway makes of a scheme: `x-amazon-apigateway-authorizer` (types token, request, jwt, cognito_user_pools)
 * and `x-amazon-apigateway-authtype` (terms that begin with aws are reserved; any other is a Lambda authorizer's own
 * word). https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
 * and -authtype.html
 */
function gatewayAuthorizer(
  scheme: Members,
  path: string,
  report: Report,
): "lambda" | "other" | "unreadable" | undefined {
  const authorizer = member(scheme, "x-amazon-apigateway-authorizer")
  if (authorizer !== undefined) {
    const type = text(authorizer, "type")
    if (type === "token" || type === "request") return "lambda"
    if (type === "jwt" || type === "cognito_user_pools") return "other"
    report(`${path}.x-amazon-apigateway-authorizer.type`, "must be token, request, jwt or cognito_user_pools")
    return "unreadable"
  }
  const authtype = text(scheme, "x-amazon-apigateway-authtype")
  if (authtype === undefined) return undefined
  return authtype.startsWith("aws") || authtype.startsWith("cognito") ? "other" : "lambda"
}

/** A text member in lower case. */
function text(value: unknown, name: string): string | undefined {
  const found = member(value, name)
  return typeof found === "string" ? found.toLowerCase() : undefined
}

/** Whether API Gateway knows any scheme of the document: then it runs no authorizer for those that it does not know. */
export function hasGatewaySchemes({ schemes }: OpenApiDocument): boolean {
  return Object.values(schemes).some(
    (scheme) =>
      member(scheme, "x-amazon-apigateway-authorizer") !== undefined ||
      member(scheme, "x-amazon-apigateway-authtype") !== undefined,
  )
}
