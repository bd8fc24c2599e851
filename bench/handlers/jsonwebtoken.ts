import jsonwebtoken from "jsonwebtoken"
import { JwksClient } from "jwks-rsa"
import type { GatewayEvent } from "./events.ts"
import type { HandlerSetting } from "./scenario.ts"
import { type Payload, usualHandler } from "./usual.ts"

/**
 * The usual handler with jsonwebtoken and jwks-rsa, whose cache and rate limit are on. What it would fetch is at hand.
 * The key goes from one to the other as PEM, as both document it.
 */
export function jsonWebTokenHandler(setting: HandlerSetting): (event: GatewayEvent) => Promise<unknown> {
  const { issuer, audience, jwks } = setting
  const client = new JwksClient({
    ...{ jwksUri: `${issuer}keys.json`, cache: true, rateLimit: true, jwksRequestsPerMinute: 10 },
    fetcher: async () => ({ keys: [...jwks.keys] }),
  })
  return usualHandler(setting, async (token) => {
    const decoded = jsonwebtoken.decode(token, { complete: true })
    const key = await client.getSigningKey(decoded?.header.kid)
    return jsonwebtoken.verify(token, key.getPublicKey(), { issuer, audience, algorithms: ["RS256"] }) as Payload
  })
}
