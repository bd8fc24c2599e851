import { fixOf } from "../../../local/stack/fix.ts"
import type { AuthorizerConfig, Principal, TraceEntry } from "../../index.ts"
import { describeReason } from "../../observe.ts"
import { answerTableHash, type CompiledPolicy, compilePolicy, gatewaySettings, readAnswerName } from "../../policy.ts"
import type { Input } from "../frame/input.ts"
import { type AccessLogLine, pathsOf, readAccessLine } from "./access-line.ts"
import type { Explanation } from "./explanation.ts"
import { fixOfUnknown, ownRefusals } from "./own-refusals.ts"
import { stageOf } from "./record.ts"

/** Explains a request from the line that API Gateway wrote of it. */
export function explainAccessLog(config: AuthorizerConfig, input: Input): Explanation {
  const line = readAccessLine(input)
  const answeredFrom = answeredFromOf(line)
  const compiled = compilePolicy(config)
  const keys = Object.keys(config.routes ?? {})
  const name = line.answer === undefined ? undefined : readAnswerName(line.answer, keys.length)
  const [route, ...otherRoutes] = routesOf(config, compiled, line)
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
  const isAllowed = line.status < 400 || (permitted === true && isFromBackend(line))
  const reason = isAllowed ? "ok" : reasonOf(config, line, { route, permitted, answeredFrom })
  const rule = route === undefined ? undefined : config.routes?.[route]
  const outcome = isAllowed ? "allow" : outcomeOf(line.status, reason)
  const isAboutRule = permitted === false && rule !== undefined && describeReason(reason)?.outcome === "forbidden"
  const missing = isAboutRule ? demandsOf(rule) : undefined
  if (isAllowed && line.status >= 400)
    notes.push(
      `The answer permits this route: the ${line.status} comes from a resource policy, a web ACL or your backend.`,
    )
  if (otherRoutes.length > 0)
    notes.push(`Without the stage the path may also mean ${otherRoutes.join(", ")}. Log "stage": "$context.stage".`)
  return {
    ...{ outcome, reason, stage: stageFor(reason) },
    request: {
      kind: line.kind,
      ...(line.method !== undefined && { method: line.method }),
      ...(line.path !== undefined && { path: line.path }),
      ...(route !== undefined && { route }),
    },
    checks: checksOf(line, { route, demands, permitted, reason }),
    ...(missing !== undefined && { missing }),
    fix:
      reason === "unknown"
        ? fixOfUnknown(line, name !== undefined)
        : fixOf({ outcome, reason, ...(missing && { missing }) }),
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
function answeredFromOf(line: AccessLogLine): Explanation["gateway"]["answeredFrom"] {
  const { authorizerRequestId, answer, errorResponseType, status } = line
  if (authorizerRequestId !== undefined) return "function"
  if (answer === undefined && Object.hasOwn(ownRefusals, errorResponseType ?? "")) return "gateway"
  if (!line.namesAuthorizerRequest) return "unknown"
  if (answer !== undefined) return "cache"
  return status === 401 && errorResponseType === "UNAUTHORIZED" ? "gateway" : "unknown"
}

/** Whether a response is none of the authorizer's: it comes after an answer that permits the route. */
const isFromBackend = ({ errorResponseType }: AccessLogLine): boolean =>
  errorResponseType?.startsWith("AUTHORIZER_") !== true && errorResponseType !== "UNAUTHORIZED"

/** The routes of the table that the line may mean, the likely one first. */
function routesOf(config: AuthorizerConfig, compiled: CompiledPolicy, line: AccessLogLine): readonly string[] {
  const { method, kind } = line
  if (kind === "websocket") return config.routes?.$connect === undefined ? [] : ["$connect"]
  if (method === undefined || config.routes === undefined) return []
  const stage = kind === "http" ? "$default" : "prod"
  const found = pathsOf(line).map((path) => {
    const arn = `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/${stage}/${method}${path}`
    return compiled.decide(nobody, arn).route
  })
  return [...new Set(found.filter((route) => route !== undefined))]
}

const nobody: Principal = {
  ...{ id: "nobody", issuer: "", provider: "oidc", subject: "", kind: "unknown" },
  ...{ scopes: [], roles: [], groups: [], permissions: [], expiresAt: 0, claims: {} },
}

function reasonOf(
  config: AuthorizerConfig,
  { status, errorResponseType, answer, reason, authorizerRequestId }: AccessLogLine,
  {
    route,
    permitted,
    answeredFrom,
  }: { route: string | undefined; permitted: boolean | undefined; answeredFrom: string },
): Explanation["reason"] {
  // The context's reason is of the request that the answer was made for. It holds here if that is this one, or if the
  // answer refuses the credential, for every route.
  const named = reason === undefined ? undefined : describeReason(reason)
  if (named !== undefined && (answeredFrom === "function" || named.outcome === "unauthenticated")) return named.code
  if (answer === undefined) {
    const isOurs = status === 401 && (errorResponseType === undefined || errorResponseType === "UNAUTHORIZED")
    return isOurs && authorizerRequestId === undefined ? "credential_missing" : "unknown"
  }
  if (permitted === undefined && (route !== undefined || config.routes === undefined)) return "unknown"
  if (route === undefined) return "route_unmatched"
  const rule = config.routes?.[route]
  if (permitted !== false || rule === undefined) return "unknown"
  if (rule.kind !== undefined && Object.keys(rule).length === 1) return "kind_mismatch"
  if (rule.scopes !== undefined) return "scope_missing"
  if (rule.roles !== undefined) return "role_missing"
  if (rule.groups !== undefined) return "group_missing"
  if (rule.permissions !== undefined) return "permission_missing"
  if (rule.claims !== undefined) return "claim_mismatch"
  if (rule.anyOf !== undefined) return "alternatives_unmet"
  return rule.issuers !== undefined ? "issuer_mismatch" : "app_without_roles"
}

function outcomeOf(status: number, reason: Explanation["reason"]): Explanation["outcome"] {
  const { outcome } = describeReason(reason) ?? {}
  if (outcome !== undefined) return outcome
  if (status >= 500) return "unavailable"
  return status === 401 ? "unauthenticated" : "forbidden"
}

function stageFor(reason: Explanation["reason"]): string {
  return reason === "unknown" ? "gateway" : stageOf(reason)
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
  { errorResponseType, status }: AccessLogLine,
  {
    route,
    demands,
    permitted,
    reason,
  }: {
    route: string | undefined
    demands: readonly string[]
    permitted: boolean | undefined
    reason: Explanation["reason"]
  },
): readonly TraceEntry[] {
  if (reason === "ok")
    return [{ stage: "route", check: "match", ok: true, ...(route !== undefined && { found: route }) }]
  if (reason === "unknown")
    return [{ stage: "gateway", check: "response", ok: false, found: errorResponseType ?? status }]
  if (reason === "credential_missing") return [{ stage: "credential", check: "place", ok: false, reason }]
  if (describeReason(reason)?.outcome !== "forbidden")
    return [{ stage: stageOf(reason), check: "answer", ok: false, reason }]
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

function keptText(config: AuthorizerConfig): string {
  const seconds = gatewaySettings(config).resultTtlSeconds
  return `this answer, for up to ${seconds} s after it was made; a new token, or a flush of the stage's authorizer cache, ends it`
}
