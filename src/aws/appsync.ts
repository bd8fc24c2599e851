import type { AuthorizerParts } from "../authorizer/parts.ts"
import { compileRule } from "../route/rule.ts"
import { systemClock } from "../types/clock.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { type AppSyncOptions, appSyncOptions, type CheckedAppSyncOptions } from "./appsync-options.ts"
import { type CheckedParts, checkedTogether, type ServiceOptions } from "./check-options.ts"
import { createDecider } from "./decider.ts"
import { idMember, ownMember } from "./own-member.ts"
import { secondsLeft } from "./seconds-left.ts"
import { readEvent, serviceRequest } from "./service-request.ts"

/** What AppSync is answered. `ttlOverride` is always there: AppSync's own default is documented as 0 and as 300. */
export interface AppSyncAnswer {
  readonly isAuthorized: boolean
  /** `ctx.identity.resolverContext` of the resolvers: the context of the caller, as texts. */
  readonly resolverContext?: { readonly [key: string]: string }
  /** `Type.field`: AppSync sets these to null. */
  readonly deniedFields?: readonly string[]
  /** How long AppSync keeps the answer for the same token. Seconds. */
  readonly ttlOverride: number
}

/** A Lambda authorizer of an AppSync GraphQL API. */
export interface AppSyncAuthorizer {
  /**
   * Answers AppSync. It needs no `this`.
   *
   * @param event as AppSync sends it
   * @param invocation the Lambda context, for records
   * @throws Unavailable (rejects) if the request cannot be decided. AppSync fails the request then, and keeps nothing
   */
  handler(event: unknown, invocation?: unknown): Promise<AppSyncAnswer>
  /** Fetches the keys ahead. Never rejects. */
  warmUp(): Promise<void>
}

/**
 * Creates a Lambda authorizer for an AppSync GraphQL API (`AWS_LAMBDA`) from the configuration of an authorizer. The
 * credential is `authorizationToken`, with or without `Bearer`. The rule of `POST /graphql` decides, and `unmatched` if
 * there is none. An answer depends on the token alone, since AppSync keeps it for the token. The `gateway` block, and
 * the place in `credential`, are ignored; `edge` and `assertion` are refused.
 *
 * @param options how long an answer is kept, and the rules of single fields
 * @throws ConfigurationError with every problem at once
 * @see https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization
 * @example
 * ```ts
 * import { createAppSyncAuthorizer } from "hallpass/aws"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const config = { issuers: [issuer.config], routes: { "POST /graphql": { scopes: ["orders:read"] } } }
 * const fields = { "Mutation.createOrder": { scopes: ["orders:write"] } }
 * export const { handler } = createAppSyncAuthorizer(config, { ttlSeconds: 300, fields })
 *
 * const authorizationToken = issuer.token({ scp: ["orders:read"] })
 * const requestContext = { apiId: "aaaaaa123123123example123", requestId: "f4081827", queryString: "{ orders { id } }" }
 * const { isAuthorized, deniedFields, ttlOverride } = await handler({ authorizationToken, requestContext })
 * console.log(isAuthorized, deniedFields, ttlOverride) // true [ 'Mutation.createOrder' ] 300
 * ```
 */
export function createAppSyncAuthorizer(
  config: AuthorizerConfig,
  options: AppSyncOptions = {},
  parts: AuthorizerParts = {},
): AppSyncAuthorizer {
  return checkedTogether(appSync, config, options, (checked) => connected(checked, parts))
}

const appSync: ServiceOptions<AppSyncOptions, CheckedAppSyncOptions> = {
  service: "AppSync",
  declared: appSyncOptions,
  credential: () => ({ header: "authorization", scheme: "Bearer" }),
}

/** Nothing of a refusal is kept: a key or a clock may differ in a moment. */
const refused: AppSyncAnswer = Object.freeze({ isAuthorized: false, ttlOverride: 0 })

function connected(
  { config, options }: CheckedParts<CheckedAppSyncOptions>,
  parts: AuthorizerParts,
): AppSyncAuthorizer {
  const { decide, warmUp } = createDecider(config, parts)
  const { ttlSeconds, tokenPrefix } = options
  const { clock = systemClock } = parts
  const deniedTo = deniedFieldsOf(options)
  const read = (event: unknown): AccessRequest | Refusal => readAppSync(event, tokenPrefix)
  return {
    async handler(event, invocation) {
      const verdict = await decide(readEvent(event, read), invocation)
      if ("refused" in verdict) return refused
      const { principal, context } = verdict
      return {
        isAuthorized: true,
        // Texts only: a service gets no other values.
        resolverContext: context as { readonly [key: string]: string },
        deniedFields: deniedTo(principal),
        ttlOverride: secondsLeft(0, ttlSeconds, principal, clock),
      }
    },
    warmUp,
  }
}

/** The fields whose rule a principal does not meet. */
function deniedFieldsOf({ fields = {} }: CheckedAppSyncOptions): (principal: Principal) => readonly string[] {
  const rules = Object.entries(fields).map(([field, rule]) => ({ field, rule: compileRule(rule) }))
  return (principal) => rules.flatMap(({ field, rule }) => (rule.refuse(principal) === undefined ? [] : [field]))
}

const eventUnknown = refusal("event_unknown")
const credentialMissing = refusal("credential_missing")
const credentialMalformed = refusal("credential_malformed")

/** Members of the events of AppSync Event APIs, which want another answer. */
const eventApiMembers = ["channel", "channelNamespaceName", "operation"]

/** Nothing but the token is read: what else an event says must not change an answer that is kept for the token. */
function readAppSync(event: unknown, prefix: string | undefined): AccessRequest | Refusal {
  const context = ownMember(event, "requestContext")
  if (typeof ownMember(context, "apiId") !== "string") return eventUnknown
  if (eventApiMembers.some((name) => ownMember(context, name) !== undefined)) return eventUnknown
  const token = ownMember(event, "authorizationToken")
  if (token === undefined || token === null || token === "") return credentialMissing
  if (typeof token !== "string") return credentialMalformed
  const authorization = authorizationOf(token, prefix)
  if (authorization === undefined) return credentialMalformed
  const requestId = idMember(context, "requestId")
  return serviceRequest({ method: "POST", path: "/graphql", headers: { authorization }, requestId })
}

/** The token as the value of an Authorization header, which is read as everywhere. */
function authorizationOf(token: string, prefix: string | undefined): string | undefined {
  if (prefix === undefined && /^bearer /i.test(token)) return token
  const bare = token.startsWith(prefix ?? "") ? token.slice(prefix?.length ?? 0) : " "
  return bare.startsWith(" ") ? undefined : `Bearer ${bare}`
}
