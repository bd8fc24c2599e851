import type { Report } from "../problems/option-checks.ts"
import { httpMethods } from "../route/tokens.ts"
import type { RouteRule } from "../types/configuration.ts"
import { type Members, member } from "./document.ts"
import { readSecurity, type Security, type SecurityReading } from "./security.ts"
import { readWso2 } from "./wso2.ts"

export const anyMethod = "x-amazon-apigateway-any-method"
/** Members of a Path Item Object that are operations, and the methods that they mean. */
export const operationMethods: ReadonlyMap<string, string> = new Map([
  ...httpMethods.map((method) => [method.toLowerCase(), method] as const),
  [anyMethod, "ANY"],
])

/** Members of a Path Item Object that are no operations (OpenAPI 3.1). */
export const descriptions: readonly string[] = ["summary", "description", "servers", "parameters"]

/** An operation with its surroundings in the document. */
export interface Operation {
  readonly operation: Members
  readonly item: Members
  readonly root: Members
  readonly path: string
}

/** What an operation demands, and whether that is only what the root of the document says. */
export interface OperationSecurity {
  readonly security: Security
  readonly fromRoot: boolean
}

/** @returns undefined, with a report, when it cannot be read */
export function operationSecurity(
  { operation, item, root, path }: Operation,
  reading: SecurityReading,
): OperationSecurity | undefined {
  const own = member(operation, "security")
  const wso2 = readWso2(operation, item, root, path, reading.report)
  const gateway = gatewayAuth(operation, path, reading.report)
  if (wso2 === undefined || gateway === "unreadable") return undefined
  if (wso2.means === "open") return { security: { means: "open", optional: false }, fromRoot: false }
  if (gateway !== undefined) {
    const security: Security =
      gateway === "none" ? { means: "open", optional: false } : { means: "other", schemes: ["AWS_IAM"] }
    if (own === undefined) return { security, fromRoot: false }
  }

  const listed = own ?? member(root, "security")
  const where = own === undefined ? "security" : `${path}.security`
  const read: Security | undefined =
    listed === undefined ? { means: "open", optional: false } : readSecurity(listed, where, reading)
  if (read === undefined) return undefined
  if (gateway !== undefined && read.means === "rule") {
    reading.report(
      `${path}.x-amazon-apigateway-auth`,
      "contradicts security, which demands a token; remove one of the two",
    )
    return undefined
  }
  const security = wso2.means === "token" ? withWso2(read, wso2.rule, path, reading.report) : read
  return security && { security, fromRoot: own === undefined && listed !== undefined && security.means === "rule" }
}

/** A document of WSO2 may leave `security` out or empty where its own extension demands a token. */
function withWso2(
  security: Security,
  { kind, scopes }: Pick<RouteRule, "kind" | "scopes">,
  path: string,
  report: Report,
): Security | undefined {
  if (security.means === "other") return security
  const read = security.means === "open" ? { means: "rule" as const, rule: {}, lambdas: [], unasked: [] } : security
  const listed = read.rule.scopes ?? read.rule.anyOf
  if (listed !== undefined && scopes !== undefined && JSON.stringify(listed) !== JSON.stringify(scopes)) {
    report(path, "has other scopes in security than in x-scopes; write the same ones, or leave x-scopes out")
    return undefined
  }
  const added = scopes === undefined || listed !== undefined ? {} : { scopes }
  return { ...read, rule: { ...(kind && { kind }), ...added, ...read.rule } }
}

/**
 * `x-amazon-apigateway-auth`: the word NONE or AWS_IAM, in any case.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
 */
function gatewayAuth(operation: Members, path: string, report: Report): "none" | "aws_iam" | "unreadable" | undefined {
  const value = member(operation, "x-amazon-apigateway-auth")
  if (value === undefined) return undefined
  const type = member(value, "type")
  const word = typeof type === "string" ? type.toLowerCase() : ""
  if (word === "none" || word === "aws_iam") return word
  report(`${path}.x-amazon-apigateway-auth.type`, "must be NONE or AWS_IAM")
  return "unreadable"
}
