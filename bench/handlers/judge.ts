import type { GatewayEvent } from "./events.ts"
import type { Outcome } from "./scenario.ts"

interface Answer {
  readonly isAuthorized?: boolean
  readonly principalId?: string
  readonly policyDocument?: {
    readonly Statement: readonly { readonly Effect: string; readonly Resource: string | readonly string[] }[]
  }
}

/** What a handler's answer to an event means for the request. With simple responses every refusal is `forbidden`. */
export async function judge(handler: (event: GatewayEvent) => Promise<unknown>, event: GatewayEvent): Promise<Outcome> {
  let answer: Answer
  try {
    answer = (await handler(event)) as Answer
  } catch (error) {
    if (error instanceof Error && error.message === "Unauthorized") return "unauthenticated"
    throw error
  }
  if (answer.isAuthorized !== undefined) return answer.isAuthorized ? "allow" : "forbidden"
  if (!answer.principalId) throw new Error("a policy without principalId")
  const arn = String(event.methodArn ?? event.routeArn)
  const applies = (effect: string): boolean =>
    (answer.policyDocument?.Statement ?? []).some(
      ({ Effect, Resource }) => Effect === effect && [Resource].flat().some((pattern) => fits(pattern, arn)),
    )
  return applies("Allow") && !applies("Deny") ? "allow" : "forbidden"
}

/** IAM's wildcards: `*` is any text, `?` any character. */
function fits(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".")
  return new RegExp(`^${expression}$`).test(arn)
}
