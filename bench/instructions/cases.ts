import { type AuthorizerConfig, type AuthorizerParts, createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { createVerifier } from "../../src/verify.ts"
import { http2 } from "../../test/support/events.ts"
import material from "./tokens.json" with { type: "json" }

/** One hot path, ready to be called again and again. Rejects when an answer is not the right one. */
export type HotCase = (index: number) => Promise<void>

type Algorithm = "RS256" | "ES256"

const { issuer, audience, nowSeconds } = material
const clock = (): number => nowSeconds * 1000
const parts = { clock }
const issuerWith = (alg: Algorithm): AuthorizerConfig["issuers"] => [
  { provider: "oidc", issuer, audience, algorithms: [alg], jwks: { keys: [material[alg].jwk] } },
]
const each = (tokens: readonly string[]) => (index: number) => tokens[index % tokens.length] as string

function verifyUncached(alg: Algorithm): HotCase {
  const { verify } = createVerifier({ issuers: issuerWith(alg), cache: { maxTokens: 0 } }, parts)
  const tokenAt = each(material[alg].tokens)
  return async (index) => {
    const { issuer: verified } = await verify(tokenAt(index))
    if (verified !== issuer) throw new Error("a good token became another issuer's")
  }
}

function refuseExpired(): HotCase {
  const { verify } = createVerifier({ issuers: issuerWith("RS256") }, parts)
  const tokenAt = each(material.RS256.expired)
  return async (index) => {
    const code = await verify(tokenAt(index)).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
    if (code !== "token_expired") throw new Error(`an expired token is ${code}`)
  }
}

const headers = {
  ...{ accept: "application/json", "accept-encoding": "gzip, deflate, br", host: "api.example.com" },
  ...{ "user-agent": "Mozilla/5.0 (X11; Linux x86_64)", "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https" },
}
const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4"
const bearers = material.RS256.tokens.map((token) => `Bearer ${token}`)

function walkRestToken(): HotCase {
  const { handler } = createAuthorizer({ issuers: issuerWith("RS256") }, parts)
  const events = bearers.map((authorizationToken, index) => ({
    ...{ type: "TOKEN", methodArn: `${stage}/prod/GET/orders/${index}`, authorizationToken },
  }))
  return allowing(handler, events)
}

/**
 * Fifty routes, of which the tokens' scopes permit some.
 *
 * @param more the observer of the deployed function
 */
function walkHttp2(more: AuthorizerParts = {}): HotCase {
  const services = Array.from({ length: 25 }, (_, index) => index)
  const routes = Object.fromEntries(
    services.flatMap((service) => {
      const area = service === 0 ? "orders" : `area-${service}`
      return [
        [`GET /${area}/{id}`, { scopes: [`${area}:read`] }],
        [`POST /${area}`, { scopes: [`${area}:write`] }],
      ]
    }),
  )
  const gateway = { resultTtlSeconds: 300, identitySources: ["token"] } as const
  const { handler } = createAuthorizer({ issuers: issuerWith("RS256"), routes, gateway }, { ...parts, ...more })
  return allowing(
    handler,
    bearers.map((bearer, index) => http2(bearer, { path: `/orders/${index}`, template: "/orders/{id}", headers })),
  )
}

function allowing(handler: (event: unknown) => Promise<unknown>, events: readonly unknown[]): HotCase {
  return async (index) => {
    const answer = (await handler(events[index % events.length])) as {
      policyDocument: { Statement: readonly { Effect: string }[] }
    }
    if (answer.policyDocument.Statement[0]?.Effect !== "Allow") throw new Error("a good token is not allowed")
  }
}

/** The hot paths by name. */
export const hotCases: { readonly [name: string]: () => HotCase } = {
  "verify RS256, not cached": () => verifyUncached("RS256"),
  "verify ES256, not cached": () => verifyUncached("ES256"),
  "REST TOKEN walk, token cached": walkRestToken,
  "HTTP 2.0 walk, token cached, principal policy of 50 routes": () => walkHttp2(),
  "the same walk, observed": () =>
    walkHttp2({ observer: createPowertoolsObserver({ clock, flushAfterSeconds: 3600 }) }),
  "refusal of an expired token": refuseExpired,
}
