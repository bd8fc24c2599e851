import { fixOf } from "../../../local/stack/fix.ts"
import type { AuthorizerConfig, Principal, TraceEntry } from "../../index.ts"
import { answerTableHash, compilePolicy, readAnswerName } from "../../policy.ts"
import { parseJson } from "../configuration.ts"
import { UsageError } from "../frame/command.ts"
import type { Input } from "../frame/input.ts"
import type { Explanation } from "./explanation.ts"

/** A line of the API's access log: see docs/operate.md for its format. */
interface AccessLogLine {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly kind: "http" | "rest" | "websocket"
  readonly status: number
  readonly answer: string | undefined
  readonly authorizerRequestId: string | undefined
  readonly errorResponseType: string | undefined
  readonly errorMessage: string | undefined
  readonly authorizerStatus: string | undefined
}

/** A variable without a value is logged as `-`. */
const textOf = (value: unknown): string | undefined => {
  const text = typeof value === "number" ? String(value) : value
  return typeof text === "string" && text !== "" && text !== "-" ? text : undefined
}

function readLine(input: Input): { line: AccessLogLine; raw: { readonly [name: string]: unknown } } {
  const lines = input.text.split(/\r?\n/).filter((each) => each.trim() !== "")
  // The CloudWatch console shows a line spread over several.
  const isSpread = lines.length > 1 && !lines[0]?.trimEnd().endsWith("}")
  if (lines.length > 1 && !isSpread)
    throw new UsageError(`${input.name} has ${lines.length} lines; give one line of the access log`)
  const raw = parseJson(isSpread ? input.text : (lines[0] ?? ""), input.name) as { readonly [name: string]: unknown }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new UsageError(`${input.name} is no line of an access log: it must be one JSON object`)
  const status = Number(textOf(raw.status))
  if (!Number.isInteger(status) || status < 100 || status > 599)
    throw new UsageError(`${input.name} has no status; write $context.status into the format of the access log`)
  const routeKey = textOf(raw.routeKey)
  const kind =
    routeKey === "$connect" ? "websocket" : raw.resourcePath === undefined && routeKey !== undefined ? "http" : "rest"
  return {
    raw,
    line: {
      ...{ method: textOf(raw.httpMethod), path: textOf(raw.path), kind, status },
      ...{ answer: textOf(raw.answer), authorizerRequestId: textOf(raw.authorizerRequestId) },
      ...{ errorResponseType: textOf(raw.errorResponseType), errorMessage: textOf(raw.errorMessage) },
      authorizerStatus: textOf(raw.authorizerStatus),
    },
  }
}

/** Explains a request from the line that API Gateway wrote of it. */
export function explainAccessLog(config: AuthorizerConfig, input: Input): Explanation {
  const { line, raw } = readLine(input)
  const answeredFrom = answeredFromOf(line, raw)
  const compiled = compilePolicy(config)
  const keys = Object.keys(config.routes ?? {})
  const name = line.answer === undefined ? undefined : readAnswerName(line.answer, keys.length)
  const route = routeOf(config, line)
  const index = route === undefined ? -1 : keys.indexOf(route)
  const notes: string[] = []
  const isThisTable = name !== undefined && name.tableHash === answerTableHash(config)
  if (line.answer === undefined)
    notes.push(
      "The line names no answer. Either API Gateway answered by itself, or the format lacks $context.authorizer.answer.",
    )
  else if (name === undefined) notes.push("The answer's name is damaged: it is cut off, or it is not one of hallpass.")
  else if (!isThisTable)
    notes.push(
      `The answer was made by another route table (${name.tableHash}, this one is ${answerTableHash(config)}): use the configuration of that time.`,
    )
  else if (name.permitted === undefined)
    notes.push(
      "The table has too many routes for the answer's name: the function's record of the decision holds the bitmap.",
    )
  const permitted = isThisTable && index >= 0 ? name?.permitted?.[index] : undefined
  const demands = compiled.routes.find(({ key }) => key === route)?.demands ?? []
  const refused = line.status >= 400
  const reason = refused ? reasonOf(config, line, { route, permitted, answeredFrom }) : "ok"
  const rule = route === undefined ? undefined : config.routes?.[route]
  const outcome = outcomeOf(line.status, reason)
  const missing = permitted === false && rule !== undefined ? demandsOf(rule) : undefined
  if (permitted === true && line.status === 403)
    notes.push("The answer permits this route: the 403 comes from a resource policy, a web ACL or your backend.")
  return {
    ...{ outcome, reason, stage: stageFor(reason, line) },
    request: {
      kind: line.kind,
      ...(line.method !== undefined && { method: line.method }),
      ...(line.path !== undefined && { path: line.path }),
      ...(route !== undefined && { route }),
    },
    checks: checksOf(route, demands, permitted, reason),
    ...(missing !== undefined && { missing }),
    fix: fixOf({ outcome, reason, ...(missing && { missing }) }),
    gateway: {
      status: line.status,
      body: "",
      answeredFrom,
      ...(answeredFrom === "cache" && { kept: keptText(config) }),
    },
    ...(notes.length > 0 && { notes }),
  }
}

/** `cache` and `function` only if the line proves it. */
function answeredFromOf(
  { authorizerRequestId, answer, errorResponseType, status }: AccessLogLine,
  raw: { readonly [name: string]: unknown },
): Explanation["gateway"]["answeredFrom"] {
  if (authorizerRequestId !== undefined) return "function"
  if (errorResponseType === "MISSING_AUTHENTICATION_TOKEN") return "gateway"
  if (!("authorizerRequestId" in raw)) return "unknown" // HTTP APIs have no such variable
  if (answer !== undefined) return "cache"
  return status === 401 && errorResponseType === "UNAUTHORIZED" ? "gateway" : "unknown"
}

/** The route of the table that the path means. */
function routeOf(config: AuthorizerConfig, { method, path, kind }: AccessLogLine): string | undefined {
  if (kind === "websocket") return config.routes?.$connect === undefined ? undefined : "$connect"
  if (method === undefined || path === undefined || config.routes === undefined) return undefined
  const stage = kind === "http" ? "$default" : "prod"
  const arn = `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/${stage}/${method}${path}`
  return compilePolicy(config).decide(nobody, arn).route
}

const nobody: Principal = {
  ...{ id: "nobody", issuer: "", provider: "oidc", subject: "", kind: "unknown" },
  ...{ scopes: [], roles: [], groups: [], permissions: [], expiresAt: 0, claims: {} },
}

function reasonOf(
  config: AuthorizerConfig,
  { status, errorResponseType, answer }: AccessLogLine,
  {
    route,
    permitted,
    answeredFrom,
  }: { route: string | undefined; permitted: boolean | undefined; answeredFrom: string },
): Explanation["reason"] {
  if (errorResponseType === "UNAUTHORIZED" && answeredFrom === "gateway") return "credential_missing"
  if (status === 401) return "credential_missing"
  if (status >= 500) return "internal"
  if (answer === undefined) return "credential_missing"
  if (route === undefined) return "route_unmatched"
  const rule = config.routes?.[route]
  if (permitted !== false || rule === undefined) return "route_unmatched"
  if (rule.kind !== undefined && Object.keys(rule).length === 1) return "kind_mismatch"
  if (rule.scopes !== undefined) return "scope_missing"
  if (rule.roles !== undefined) return "role_missing"
  if (rule.groups !== undefined) return "group_missing"
  if (rule.permissions !== undefined) return "permission_missing"
  if (rule.claims !== undefined) return "claim_mismatch"
  if (rule.anyOf !== undefined) return "alternatives_unmet"
  return rule.issuers !== undefined ? "issuer_mismatch" : "app_without_roles"
}

function outcomeOf(status: number, reason: string): Explanation["outcome"] {
  if (status < 400) return "allow"
  if (status >= 500) return "unavailable"
  return status === 401 || reason === "credential_missing" ? "unauthenticated" : "forbidden"
}

function stageFor(reason: string, { status }: AccessLogLine): string {
  if (status < 400) return "route"
  return reason === "credential_missing" ? "credential" : "route"
}

function demandsOf(rule: NonNullable<AuthorizerConfig["routes"]>[string]): NonNullable<Explanation["missing"]> {
  const list = (demand: unknown): readonly string[] => {
    const { all, any } = Object(demand) as { all?: readonly string[]; any?: readonly string[] }
    return Array.isArray(demand) ? demand : (all ?? any ?? [])
  }
  return {
    ...(rule.scopes !== undefined && { scopes: list(rule.scopes) }),
    ...(rule.roles !== undefined && { roles: list(rule.roles) }),
    ...(rule.groups !== undefined && { groups: list(rule.groups) }),
    ...(rule.permissions !== undefined && { permissions: list(rule.permissions) }),
    ...(rule.kind !== undefined && { kind: rule.kind }),
    ...(rule.issuers !== undefined && { issuers: list(rule.issuers) }),
  }
}

function checksOf(
  route: string | undefined,
  demands: readonly string[],
  permitted: boolean | undefined,
  reason: Explanation["reason"],
): readonly TraceEntry[] {
  if (reason === "ok")
    return [{ stage: "route", check: "match", ok: true, ...(route !== undefined && { found: route }) }]
  if (reason === "credential_missing") return [{ stage: "credential", check: "place", ok: false, reason }]
  if (reason === "internal") return [{ stage: "event", check: "answer", ok: false, reason }]
  const match: TraceEntry = {
    stage: "route",
    check: "match",
    ok: route !== undefined,
    ...(route !== undefined ? { found: route } : { reason }),
  }
  if (route === undefined) return [match]
  const found = permitted === false ? "the kept answer does not permit this route to the caller" : "not known"
  return [match, { stage: "route", check: "rule", ok: false, expected: demands.join("; "), found, reason }]
}

function keptText({ gateway }: AuthorizerConfig): string {
  const seconds = gateway?.resultTtlSeconds ?? 300
  return `this answer, for up to ${seconds} s after it was made; a new token, or a flush of the stage's authorizer cache, ends it`
}
