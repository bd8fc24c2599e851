import type { Report } from "../problems/option-checks.ts"
import type { RouteRule } from "../types/configuration.ts"
import { type Members, member, type OpenApiDocument } from "./document.ts"
import { demand } from "./security.ts"

/** What WSO2 API Manager's own extensions say of an operation. */
export type Wso2Word =
  /** Security is switched off: `x-auth-type: None`, or `x-wso2-disable-security: true`. */
  | { readonly means: "open" }
  /** A token is demanded, whatever `security` says; of people or programs only, and with scopes, when it says so. */
  | { readonly means: "token"; readonly rule: Pick<RouteRule, "kind" | "scopes"> }
  | { readonly means: "nothing" }

/** Any of an operation's scopes is enough for WSO2's gateways, where OpenAPI means all of them. */
export function isWso2({ root, schemes }: OpenApiDocument): boolean {
  const scheme = member(schemes, "default")
  const bindings = (value: unknown): boolean => member(value, "x-scopes-bindings") !== undefined
  return (
    Object.keys(root).some((name) => name.startsWith("x-wso2-")) ||
    bindings(scheme) ||
    Object.values(Object(member(scheme, "flows"))).some(bindings)
  )
}

const kinds: ReadonlyMap<string, Pick<RouteRule, "kind">> = new Map<string, Pick<RouteRule, "kind">>([
  ["any", {}],
  ["application & application user", {}],
  ["application_or_application_user", {}],
  ["application", { kind: "app" }],
  ["application user", { kind: "user" }],
  ["application_user", { kind: "user" }],
])

/** @returns undefined, with a report, if an extension has an unknown value */
export function readWso2(
  operation: Members,
  item: Members,
  root: Members,
  path: string,
  report: Report,
): Wso2Word | undefined {
  // The level nearest to the operation decides.
  const disabled = [operation, item, root].map((level) => member(level, "x-wso2-disable-security"))
  const off = disabled.find((value) => value !== undefined)
  if (off !== undefined && typeof off !== "boolean") {
    report(`${path}.x-wso2-disable-security`, "must be true or false, here or on the path or the document")
    return undefined
  }
  // The publisher writes null for a choice that was not made.
  const authType = member(operation, "x-auth-type") ?? undefined
  const kind = typeof authType === "string" ? kinds.get(authType.toLowerCase()) : undefined
  if (off === true || (typeof authType === "string" && authType.toLowerCase() === "none")) return { means: "open" }
  if (authType !== undefined && kind === undefined) {
    report(`${path}.x-auth-type`, "must be None, Any, Application, Application User or Application & Application User")
    return undefined
  }
  const scopes = readScopes(operation, path, report)
  if (scopes === "unreadable") return undefined
  if (kind === undefined && scopes === undefined) return { means: "nothing" }
  return { means: "token", rule: { ...kind, ...(scopes && { scopes: demand("any", scopes) }) } }
}

/** `x-scopes`, or `x-scope` of older versions: a list, or one text with commas. */
function readScopes(operation: Members, path: string, report: Report): readonly string[] | "unreadable" | undefined {
  for (const name of ["x-scopes", "x-scope"]) {
    const value = member(operation, name)
    if (value === undefined || value === null) continue
    const list: unknown[] =
      typeof value === "string" ? value.split(",").map((part) => part.trim()) : Array.isArray(value) ? value : []
    if (list.length > 0 && list.every((scope): scope is string => typeof scope === "string" && /^[^\s,]+$/.test(scope)))
      return list
    if (Array.isArray(value) && value.length === 0) continue
    report(`${path}.${name}`, "must be a list of scopes, or one text with commas between them")
    return "unreadable"
  }
  return undefined
}
