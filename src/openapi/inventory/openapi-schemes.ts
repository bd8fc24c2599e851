import type { Report } from "../../problems/option-checks.ts"
import { follow, type Members, member, type OpenApiDocument, place } from "../document.ts"
import { flag, functionNames, isMarked, number, settingsOf, sources, text } from "./names.ts"
import type { ApiKind, AuthorizerReading, RouteAuth } from "./types.ts"

/** What one security scheme asks. `key`: the key of a usage plan; `nothing`: API Gateway does not look at it. */
export type SchemeReading = RouteAuth | "key" | "nothing"

/**
 * Reads one security scheme as API Gateway does: `x-amazon-apigateway-authorizer` and `x-amazon-apigateway-authtype`.
 *
 * @param gateway whether the document is for API Gateway; then a scheme without an extension is nothing to it
 */
export function readScheme(
  document: OpenApiDocument,
  name: string,
  path: string,
  gateway: boolean,
  kind: ApiKind,
  report: Report,
): SchemeReading {
  const found = member(document.schemes, name)
  if (found === undefined && name === "NONE") return "nothing" // SAM's mark of an open operation
  if (found === undefined)
    return { means: "unknown", detail: `${name}, a scheme that the document does not have`, broken: true }
  const scheme = follow(document, found, place(path, name), report)
  if (scheme === undefined) return { means: "unknown", detail: name }
  const authorizer = member(scheme, "x-amazon-apigateway-authorizer")
  if (typeof authorizer === "object" && authorizer !== null)
    return byAuthorizer(name, scheme, authorizer as Members, kind)
  const authtype = text(member(scheme, "x-amazon-apigateway-authtype"))?.toLowerCase()
  if (authtype?.startsWith("aws")) return { means: "iam", detail: name }
  if (authtype?.startsWith("cognito")) return { means: "cognito", detail: name }
  if (authtype !== undefined) {
    return { means: "unknown", detail: `${name}, which has no x-amazon-apigateway-authorizer`, broken: true }
  }
  const [type, header] = [text(member(scheme, "type")), text(member(scheme, "name"))?.toLowerCase()]
  const inHeader = type === "apiKey" && text(member(scheme, "in")) === "header"
  if (inHeader && header === "x-api-key") return "key"
  if (gateway) return "nothing"
  const bearer = type === "http" && text(member(scheme, "scheme"))?.toLowerCase() === "bearer"
  const token = bearer || type === "oauth2" || type === "openIdConnect" || (inHeader && header === "authorization")
  if (!token) return { means: "unknown", detail: `${name}, which no authorizer of API Gateway checks` }
  return { means: "lambda", authorizer: { ...bare(name, isMarked(name)), means: "lambda" } }
}

function byAuthorizer(name: string, scheme: Members, authorizer: Members, kind: ApiKind): RouteAuth {
  switch (text(member(authorizer, "type"))?.toLowerCase()) {
    case "jwt":
      return { means: "jwt", authorizer: { ...bare(name, false), means: "jwt" } }
    case "cognito_user_pools":
      return { means: "cognito", authorizer: { ...bare(name, false), means: "cognito" } }
    case "token":
    case "request":
      return { means: "lambda", authorizer: lambda(name, scheme, authorizer, kind) }
    default:
      return { means: "unknown", detail: `${name}, whose type is no authorizer of API Gateway`, broken: true }
  }
}

function lambda(name: string, scheme: Members, authorizer: Members, kind: ApiKind): AuthorizerReading {
  const functions = functionNames(member(authorizer, "authorizerUri"))
  const form = text(member(authorizer, "type"))?.toLowerCase() === "token" ? "TOKEN" : "REQUEST"
  const ttl = member(authorizer, "authorizerResultTtlInSeconds")
  const header = text(member(scheme, "name"))
  const given = sources(member(authorizer, "identitySource"))
  return {
    ...bare(name, [name, ...functions].some(isMarked)),
    ids: [name, ...functions],
    means: "lambda",
    functions,
    settings: settingsOf({
      form,
      // REST APIs keep answers for 300 seconds if the document is silent.
      resultTtlSeconds: ttl === undefined && kind === "rest" ? 300 : number(ttl),
      // A TOKEN authorizer reads the header that the scheme names.
      identitySources: form === "TOKEN" && header !== undefined ? [`method.request.header.${header}`] : given,
      payloadFormatVersion: payloadVersion(member(authorizer, "authorizerPayloadFormatVersion")),
      simpleResponses: kind === "http" ? (flag(member(authorizer, "enableSimpleResponses")) ?? false) : undefined,
    }),
  }
}

/** `2.0` without quotes is the number 2 in YAML. */
export function payloadVersion(value: unknown): string | undefined {
  return typeof value === "number" ? value.toFixed(1) : text(value)
}

const bare = (name: string, marked: boolean): Omit<AuthorizerReading, "means"> => ({
  name,
  ids: [name],
  functions: [],
  marked,
  settings: {},
})
