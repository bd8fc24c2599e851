import type { GatewayEvent } from "./events.ts"
import type { HandlerSetting } from "./scenario.ts"

/** What a usual handler needs of a verified token. */
export interface Payload {
  readonly sub?: string | undefined
  readonly scope?: unknown
}

/** Verifies a token and gives its payload. Rejects when it is not good. */
export type VerifyToken = (token: string) => Promise<Payload>

type Strings = { readonly [name: string]: string | undefined }

interface UsualEvent {
  readonly type: string
  readonly methodArn?: string
  readonly routeArn?: string
  readonly authorizationToken?: string
  readonly headers?: Strings
  readonly httpMethod?: string
  readonly resource?: string
  readonly routeKey?: string
  readonly requestContext?: { readonly routeKey?: string }
}

/**
 * The authorizer as people write it around a verifying library: take the token, verify it, look up the scope that the
 * route demands, and answer for the method ARN of the request. It remembers nothing, and it does not ask what API
 * Gateway's cache makes of the answer.
 */
export function usualHandler(
  { rules, simple }: HandlerSetting,
  verify: VerifyToken,
): (event: GatewayEvent) => Promise<unknown> {
  const patterns = patternsOf(rules)
  return async (gatewayEvent) => {
    const event = gatewayEvent as unknown as UsualEvent
    const header = event.authorizationToken ?? event.headers?.Authorization ?? event.headers?.authorization
    const token = header?.startsWith("Bearer ") ? header.slice("Bearer ".length) : undefined
    let payload: Payload
    try {
      if (token === undefined) throw new Error("no token")
      payload = await verify(token)
    } catch {
      if (simple) return { isAuthorized: false }
      throw new Error("Unauthorized")
    }
    const allowed = rules === undefined || hasScope(payload, rules[routeKeyOf(event, patterns)]?.scopes[0])
    const context = { sub: payload.sub, scope: payload.scope }
    if (simple) return { isAuthorized: allowed, context }
    return {
      principalId: payload.sub,
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Action: "execute-api:Invoke",
            Effect: allowed ? "Allow" : "Deny",
            Resource: event.methodArn ?? event.routeArn,
          },
        ],
      },
      context,
    }
  }
}

function hasScope({ scope }: Payload, demanded: string | undefined): boolean {
  return demanded !== undefined && typeof scope === "string" && scope.split(" ").includes(demanded)
}

interface Pattern {
  readonly key: string
  readonly form: RegExp
}

/** Needed for TOKEN events only: they say the path, and not the template that it belongs to. */
function patternsOf(rules: HandlerSetting["rules"]): readonly Pattern[] {
  return Object.keys(rules ?? {}).map((key) => {
    const [method, path = ""] = key.split(" ")
    return { key, form: new RegExp(`^${method}${path.replace(/\{[^}]*\}/g, "[^/]+")}$`) }
  })
}

function routeKeyOf(event: UsualEvent, patterns: readonly Pattern[]): string {
  if (event.type === "TOKEN") {
    const [, , method = "", ...path] = (event.methodArn ?? "").split("/")
    const asked = `${method}/${path.join("/")}`
    return patterns.find(({ form }) => form.test(asked))?.key ?? ""
  }
  if (event.httpMethod !== undefined) return `${event.httpMethod} ${event.resource}`
  return event.routeKey ?? event.requestContext?.routeKey ?? ""
}
