import { fitsTemplate } from "../../../local/gateway/route-match.ts"
import { UsageError } from "../frame/command.ts"
import type { Input } from "../frame/input.ts"
import { readJson } from "../frame/json-text.ts"

/** A line of the API's access log: see docs/operate.md for its format. */
export interface AccessLogLine {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly kind: "http" | "rest" | "websocket"
  readonly status: number
  readonly stage: string | undefined
  /** The path that API Gateway matched, as the API writes it: `/orders/{id}`. */
  readonly template: string | undefined
  readonly answer: string | undefined
  /** The reason in the answer's context. */
  readonly reason: string | undefined
  readonly authorizerRequestId: string | undefined
  /** Whether the format writes the request id of the authorizer; HTTP APIs have no such variable. */
  readonly namesAuthorizerRequest: boolean
  readonly errorResponseType: string | undefined
}

/** A variable without a value is logged as `-`. */
const textOf = (value: unknown): string | undefined => {
  const text = typeof value === "number" ? String(value) : value
  return typeof text === "string" && text !== "" && text !== "-" ? text : undefined
}

/** @throws UsageError in one line */
export function readAccessLine(input: Input): AccessLogLine {
  const lines = input.text.split(/\r?\n/).filter((each) => each.trim() !== "")
  // The CloudWatch console shows a line spread over several.
  const isSpread = lines.length > 1 && !lines[0]?.trimEnd().endsWith("}")
  if (lines.length > 1 && !isSpread)
    throw new UsageError(`${input.name} has ${lines.length} lines; give one line of the access log`)
  const raw = readJson(isSpread ? input.text : (lines[0] ?? ""), input.name) as { readonly [name: string]: unknown }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new UsageError(`${input.name} is no line of an access log: it must be one JSON object`)
  const status = Number(textOf(raw.status))
  if (!Number.isInteger(status) || status < 100 || status > 599)
    throw new UsageError(`${input.name} has no status; write $context.status into the format of the access log`)
  const routeKey = textOf(raw.routeKey)
  const kind =
    routeKey === "$connect" ? "websocket" : raw.resourcePath === undefined && routeKey !== undefined ? "http" : "rest"
  return {
    ...{ method: textOf(raw.httpMethod), path: textOf(raw.path), kind, status, stage: textOf(raw.stage) },
    template: textOf(raw.resourcePath) ?? /^\S+ (\/\S*)$/.exec(routeKey ?? "")?.[1],
    ...{ answer: textOf(raw.answer), reason: textOf(raw.reason) },
    authorizerRequestId: textOf(raw.authorizerRequestId),
    namesAuthorizerRequest: Object.hasOwn(raw, "authorizerRequestId"),
    errorResponseType: textOf(raw.errorResponseType),
  }
}

/**
 * The paths that a line may mean inside its stage, the likely one first. `$context.path` begins with the stage, or with
 * the base path of a custom domain; the template that API Gateway matched says where these end.
 */
export function pathsOf({ path, stage, template }: AccessLogLine): readonly string[] {
  if (path === undefined) return []
  const segments = path.split("/").slice(1)
  const rests = segments.map((_, at) => `/${segments.slice(at).join("/")}`)
  if (segments.length < 50) rests.push("/")
  const fitting = template === undefined ? [] : rests.filter((rest) => fitsTemplate(rest, template))
  const usual = fitting.length > 0 ? fitting.slice(0, 2) : rests.slice(0, 2)
  const [, inStage] = rests
  if (stage === undefined || segments[0] !== stage || inStage === undefined || !usual.includes(inStage)) return usual
  return [inStage]
}
