import { evaluatePolicy } from "../gateway/evaluate.ts"
import type { LogLine } from "../runtime/lambda-process.ts"
import type { InvocationResult } from "../runtime/runtime-api.ts"
import { type GatewayEvent, requestArn } from "./event.ts"

/** What one invocation came to, read from the function's own record and from its answer. */
export interface Verdict {
  readonly outcome: string
  readonly reason: string
  /** The answer as API Gateway would take it: Allow, Deny, isAuthorized: true, an error, or what is wrong with it. */
  readonly answer: string
  /** What the function said of an error that it did not record. */
  readonly detail?: string
}

/** The record that the handler writes whenever it does not allow. */
export function refusalRecord(lines: readonly LogLine[]): LogLine | undefined {
  return lines.find(({ message }) => message === "request refused" || message === "request undecided")
}

export function readVerdict(
  event: GatewayEvent,
  { answer, error, lines }: InvocationResult & { readonly lines: readonly LogLine[] },
  onUnauthorized = "401 Unauthorized",
): Verdict {
  const text =
    error === undefined
      ? readAnswer(answer, requestArn(event))
      : error.errorMessage === "Unauthorized"
        ? onUnauthorized
        : "500"
  const record = refusalRecord(lines)
  if (record !== undefined) return { outcome: String(record.outcome), reason: String(record.reason), answer: text }
  // Nothing is written when a request is allowed; then the answer has to say it.
  if (text === "Allow" || text === "isAuthorized: true") return { outcome: "allow", reason: "ok", answer: text }
  return { outcome: "(no record)", reason: error?.errorType ?? "", answer: text, detail: error?.errorMessage ?? "" }
}

const words = { allow: "Allow", deny: "Deny", silent: "no match", invalid: "no policy" } as const

/** Evaluates the answer for the request's ARN as API Gateway does. */
function readAnswer(answer: unknown, arn: string): string {
  const { isAuthorized, principalId, policyDocument } = (answer ?? {}) as { readonly [member: string]: unknown }
  if (typeof isAuthorized === "boolean") return `isAuthorized: ${isAuthorized}`
  if (typeof principalId !== "string" || principalId === "") return "no principalId"
  const { Version, Statement } = Object(policyDocument) as { readonly [member: string]: unknown }
  if (Version !== "2012-10-17" || !Array.isArray(Statement)) return "no policy"
  return Statement.length === 0 ? words.silent : words[evaluatePolicy(policyDocument, arn).verdict]
}
