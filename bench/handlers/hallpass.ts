import { type AuthorizerConfig, type AuthorizerParts, createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import type { GatewayEvent } from "./events.ts"
import type { HandlerSetting } from "./scenario.ts"

/** What answers are right for: one route, or everything that the principal may call. */
export const modes = ["route", "principal"] as const
export type Mode = (typeof modes)[number]

/** How one authorizer is set up besides what every handler is made for. */
export interface HallpassOptions {
  readonly mode: Mode
  /** Room in the cache of verified tokens. */
  readonly maxTokens: number
  /** Whether decisions are counted and logged, as in the deployed function. */
  readonly observed: boolean
}

/** hallpass as it is deployed, its keys fetched before the first request. */
export async function hallpassHandler(
  setting: HandlerSetting,
  { mode, maxTokens, observed }: HallpassOptions,
): Promise<(event: GatewayEvent) => Promise<unknown>> {
  const { issuer, audience, jwks, rules, simple } = setting
  const config: AuthorizerConfig = {
    issuers: [{ provider: "oidc", issuer, audience, jwksUri: `${issuer}keys.json` }],
    ...(rules && { routes: rules }),
    gateway: { resultTtlSeconds: mode === "route" ? 0 : 300, responses: simple ? "simple" : "policy" },
    cache: { maxTokens },
  }
  const observer = observed ? createPowertoolsObserver() : undefined
  const parts: AuthorizerParts = {
    fetchKeySet: async () => ({ status: 200, headers: {}, body: JSON.stringify(jwks) }),
    ...(observer && { observer }),
  }
  const authorizer = createAuthorizer(config, parts)
  await authorizer.warmUp()
  const { handler } = authorizer
  if (observer === undefined) return handler
  // The same as in handlers/authorizer.ts.
  return async (event) => {
    try {
      return await handler(event)
    } finally {
      await observer.recorded()
    }
  }
}
