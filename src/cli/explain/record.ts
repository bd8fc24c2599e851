import { fixOf } from "../../../local/stack/fix.ts"
import type { AuthorizerConfig } from "../../index.ts"
import { describeReason } from "../../observe.ts"
import { UsageError } from "../frame/command.ts"
import type { Input } from "../frame/input.ts"
import { readJson } from "../frame/json-text.ts"
import type { Explanation } from "./explanation.ts"

type Members = { readonly [member: string]: unknown }
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** Statuses that the client of each kind of API sees, where the record alone says so. */
const statuses: { readonly [outcome: string]: number } = {
  allow: 200,
  unauthenticated: 401,
  forbidden: 403,
  unavailable: 500,
}

/** Explains a record of the function: what it decided, and what its configuration demands there. */
export function explainRecord(config: AuthorizerConfig, input: Input): Explanation {
  const record = readJson(lastJson(input.text), input.name) as Members
  const reason = textOf(Object(record).reason)
  const described = reason === undefined ? undefined : describeReason(reason)
  if (described === undefined && reason !== "ok")
    throw new UsageError(`${input.name} is no record of a decision: it has no reason that hallpass knows`)
  const outcome = described?.outcome ?? "allow"
  const { route, method, path, eventKind, missing, issuer } = record
  const rule = typeof route === "string" ? config.routes?.[route] : undefined
  const found = { outcome, reason: described?.code ?? "ok", missing: missing as Explanation["missing"] } as const
  return {
    ...{ outcome, reason: found.reason },
    stage: stageOf(found.reason),
    request: {
      kind: textOf(eventKind) ?? "unknown",
      ...(textOf(method) && { method: textOf(method) as string }),
      ...(textOf(path) && { path: textOf(path) as string }),
      ...(textOf(route) && { route: textOf(route) as string }),
    },
    checks: [
      ...(textOf(issuer) ? [{ stage: "token", check: "issuer", ok: true, found: issuer } as const] : []),
      {
        ...{ stage: stageOf(found.reason), check: checkOf(found.reason), ok: outcome === "allow" },
        ...(rule !== undefined && { expected: rule }),
        ...(described && { reason: described.code }),
      },
    ],
    withoutValues: true,
    ...(found.missing !== undefined && { missing: found.missing }),
    fix: fixOf({ outcome, reason: found.reason, ...(found.missing && { missing: found.missing }) }),
    gateway: { status: statusOf(config, outcome, textOf(eventKind)), body: "", answeredFrom: "function" },
    notes: [
      "A record names what was decided, and no value of the token. With the token or its claims you get every check.",
    ],
  }
}

function statusOf({ gateway }: AuthorizerConfig, outcome: string, kind: string | undefined): number {
  if (outcome === "unauthenticated" && (gateway?.unauthorized === "deny" || kind?.startsWith("http"))) return 403
  return statuses[outcome] ?? 500
}

/** The stage that gives a reason, as far as the reason alone says it. */
export function stageOf(reason: string): Explanation["checks"][number]["stage"] {
  if (reason.startsWith("edge_")) return "edge"
  if (reason.startsWith("credential_")) return "credential"
  if (reason === "event_unknown" || reason === "identity_header_sent") return "event"
  if (reason === "gateway_mismatch") return "gateway"
  if (reason === "arn_invalid") return "arn"
  if (reason === "check_refused") return "check"
  if (reason === "assertion_too_large") return "assertion"
  const { outcome } = describeReason(reason) ?? {}
  return outcome === "forbidden" || reason === "policy_too_large" || reason === "ok" ? "route" : "token"
}

function checkOf(reason: string): string {
  return reason.replace(/_(?:missing|mismatch|invalid|unknown)$/, "")
}

/** CloudWatch puts a time in front of a line: the record begins at its first brace. */
function lastJson(text: string): string {
  const at = text.indexOf("{")
  return at < 0 ? text : text.slice(at)
}
