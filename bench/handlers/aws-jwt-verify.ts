import { JwtVerifier } from "aws-jwt-verify"
import { SimpleJwksCache } from "aws-jwt-verify/jwk"
import type { GatewayEvent } from "./events.ts"
import type { HandlerSetting } from "./scenario.ts"
import { usualHandler } from "./usual.ts"

/** The usual handler with aws-jwt-verify. Its keys are cached; what it would fetch for an unknown kid is at hand. */
export function awsJwtVerifyHandler(setting: HandlerSetting): (event: GatewayEvent) => Promise<unknown> {
  const { issuer, audience, jwks } = setting
  const body = new TextEncoder().encode(JSON.stringify(jwks)).buffer
  const verifier = JwtVerifier.create(
    { issuer, audience, jwksUri: `${issuer}keys.json` },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: async () => body } }) },
  )
  verifier.cacheJwks(jwks as unknown as Parameters<typeof verifier.cacheJwks>[0])
  return usualHandler(setting, (token) => verifier.verify(token) as Promise<{ sub?: string }>)
}
