import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { type GatewayEvent, rulesOf } from "./events.ts"
import { audience, type BenchKey, issuer } from "./tokens.ts"

export interface HallpassOptions {
  /** How many rules the route table has. */
  readonly rules: number
  /** An answer is right for one route, or for every route that the principal may call. */
  readonly mode: "route" | "principal"
  readonly responses: "simple" | "policy"
  /** Room in the cache of verified tokens. */
  readonly maxTokens: number
  /** As in the deployed function: decisions are counted and recorded. */
  readonly observed: boolean
}

/** hallpass, its keys fetched before the first request. */
export async function hallpassHandler(
  { jwk }: BenchKey,
  { rules, mode, responses, maxTokens, observed }: HallpassOptions,
): Promise<(event: GatewayEvent) => Promise<unknown>> {
  const observer = observed ? createPowertoolsObserver() : undefined
  const fetchKeySet = async () => ({ status: 200, headers: {}, body: JSON.stringify({ keys: [jwk] }) })
  const config: AuthorizerConfig = {
    issuers: [{ provider: "oidc", issuer, audience, jwksUri: `${issuer}keys.json` }],
    routes: rulesOf(rules),
    gateway: { resultTtlSeconds: mode === "route" ? 0 : 300, responses, tooLarge: "unavailable" },
    cache: { maxTokens },
  }
  const { handler, warmUp } = createAuthorizer(config, { fetchKeySet, ...(observer && { observer }) })
  await warmUp()
  if (observer === undefined) return handler
  // The same as in handlers/authorizer.ts.
  const recorded = async (event: GatewayEvent): Promise<unknown> => {
    try {
      return await handler(event)
    } finally {
      await observer.recorded()
    }
  }
  return (event) => (observer.writesAtOnce ? handler(event) : recorded(event))
}

/** The handler that the cold start is compared with. It answers HTTP APIs (payload 2.0) with simple responses. */
export async function awsJwtVerifyHandler({ jwk }: BenchKey): Promise<(event: GatewayEvent) => Promise<unknown>> {
  const keys = { COLD_JWKS_URI: `${issuer}keys.json`, COLD_JWKS: JSON.stringify({ keys: [jwk] }) }
  Object.assign(process.env, { COLD_ISSUER: issuer, COLD_AUDIENCE: audience, ...keys })
  const file: string = "../cold/handlers/aws-jwt-verify.mjs"
  return (await import(file)).handler
}
