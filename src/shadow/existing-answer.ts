import type { Members } from "../event/untrusted.ts"
import { covers } from "../shared/glob.ts"
import { isObject } from "../shared/is-object.ts"
import type { DisagreementRecord } from "../types/observer.ts"

/** What an authorizer came to: what it returned, or what it threw. */
export type Answered = { readonly answer: unknown } | { readonly error: unknown }

type Outcome = DisagreementRecord["existing"]

/**
 * What API Gateway makes of an existing authorizer's answer for the one request that the event is about. `error` is
 * what ends in 500; `unknown` depends on more than an event says, such as a Condition.
 *
 * @param resourcePolicyAllows as in `gateway`: what no statement names is allowed then
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function outcomeOf(answered: Answered, event: unknown, resourcePolicyAllows: boolean): Outcome {
  if ("error" in answered) return isUnauthorized(answered.error) ? "deny" : "error"
  const { answer } = answered
  if (!isObject(answer)) return "error"
  const { isAuthorized, policyDocument } = answer
  if (policyDocument === undefined) {
    return typeof isAuthorized === "boolean" ? (isAuthorized ? "allow" : "deny") : "error"
  }
  const judged = outcomeOfPolicy(policyDocument, event, resourcePolicyAllows)
  // Which of the two counts is a setting of the API.
  if (typeof isAuthorized === "boolean" && judged !== (isAuthorized ? "allow" : "deny")) return "unknown"
  return judged
}

/** The one text that the gateway answers with 401; every other error is a 500. */
function isUnauthorized(error: unknown): boolean {
  return (error instanceof Error ? error.message : error) === "Unauthorized"
}

/** An explicit Deny goes before every Allow, and what is not known before what it could change. */
function outcomeOfPolicy(document: unknown, event: unknown, resourcePolicyAllows: boolean): Outcome {
  if (!isObject(document)) return "error"
  const { methodArn, routeArn } = Object(event) as Members
  const arn = methodArn ?? routeArn
  if (typeof arn !== "string") return "unknown"
  const statements: readonly unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement]
  const found = new Set<string>()
  for (const statement of statements) {
    if (!isObject(statement)) return "error"
    const { Effect } = statement
    if (Effect !== "Allow" && Effect !== "Deny") return "error"
    const applies = appliesTo(statement, arn)
    if (applies !== "no") found.add(`${Effect} ${applies}`)
  }
  if (found.has("Deny yes")) return "deny"
  if (found.has("Deny perhaps")) return "unknown"
  if (found.has("Allow yes") || resourcePolicyAllows) return "allow"
  return found.has("Allow perhaps") ? "unknown" : "deny"
}

/** Whether a statement is about the request. */
function appliesTo({ Action, Resource, Condition, NotAction, NotResource }: Members, arn: string): string {
  if (NotAction !== undefined || NotResource !== undefined) return "perhaps"
  // Actions are compared without regard to case, resources with.
  if (!textsOf(Action).some((pattern) => covers(pattern.toLowerCase(), "execute-api:invoke"))) return "no"
  const covered = textsOf(Resource).map((pattern) => coversArn(pattern, arn))
  if (!covered.includes("yes")) return covered.includes("perhaps") ? "perhaps" : "no"
  return isObject(Condition) && Object.keys(Condition).length > 0 ? "perhaps" : "yes"
}

/**
 * Wildcards of a resource stay within the part between two colons that holds them; the sixth part runs to the end.
 */
function coversArn(resource: string, arn: string): string {
  if (resource === "*") return "yes"
  const parts = partsOf(resource)
  // A policy variable, or an ARN to which IAM adds what it lacks.
  if (resource.includes("${") || parts.length < 6) return "perhaps"
  const given = partsOf(arn)
  return parts.every((part, at) => covers(part, given[at] ?? "")) ? "yes" : "no"
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(":")
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")]
}

function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string")
}
