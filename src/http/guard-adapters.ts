import type { AuthorizerParts } from "../authorizer/parts.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { unknownPeer } from "./access-request.ts"
import { answerOf, decided, identityOf, namedHeaders, requestFrom } from "./guarded-answer.ts"
import type { GuardedIdentity, GuardedRequest } from "./guarded-request.ts"
import { createService } from "./service.ts"

/** As much of a Fastify request as is read; the identity is put there as `hallpass`. */
export interface FastifyRequestLike {
  readonly raw: GuardedRequest
  hallpass?: GuardedIdentity
}

/** As much of a Fastify reply as is used. */
export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike
  header(name: string, value: string): FastifyReplyLike
  send(payload?: unknown): unknown
}

/**
 * The same as `guard`, as an `onRequest` hook of Fastify.
 *
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { fastify } from "fastify"
 * import { fastifyGuard } from "hallpass/http"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const app = fastify()
 * app.addHook("onRequest", fastifyGuard({ issuers: [issuer.config] })) // sets request.hallpass
 * app.get("/", async () => "hello")
 *
 * const { statusCode } = await app.inject({ url: "/", headers: { authorization: `Bearer ${issuer.token()}` } })
 * console.log(statusCode) // 200
 * ```
 */
export function fastifyGuard(
  config: AuthorizerConfig,
  parts: AuthorizerParts = {},
): (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown> {
  const service = createService(config, parts)
  return async (request, reply) => {
    const answer = await answerOf(service, request.raw)
    const identity = identityOf(answer)
    if (identity !== undefined) {
      request.hallpass = identity
      return undefined
    }
    for (const [name, value] of Object.entries(namedHeaders(answer))) reply.header(name, value)
    return reply.code(answer.status).header("cache-control", "no-store").send()
  }
}

/**
 * As much of a Hono context as is used; the identity is its variable `hallpass`.
 *
 * @typeParam R what Hono answers with
 */
export interface HonoContextLike<R> {
  readonly req: { readonly raw: { readonly method: string; readonly url: string; readonly headers: HeaderPairs } }
  /** With `@hono/node-server`: `incoming`, which shows duplicate headers. */
  readonly env?: unknown
  set(name: "hallpass", value: GuardedIdentity): void
  body(data: null, status: 401 | 403 | 503, headers: { [name: string]: string }): R
}

interface HeaderPairs {
  forEach(visit: (value: string, name: string) => void): void
}

/**
 * The same as `guard`, as middleware of Hono, on Node.js and wherever Hono runs on Node.js APIs.
 *
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { Hono } from "hono"
 * import { honoGuard } from "hallpass/http"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const app = new Hono()
 * app.use(honoGuard({ issuers: [issuer.config] })) // sets the variable "hallpass"
 * app.get("/", (context) => context.text("hello"))
 *
 * const { status } = await app.request("/", { headers: { authorization: `Bearer ${issuer.token()}` } })
 * console.log(status) // 200
 * ```
 */
export function honoGuard(
  config: AuthorizerConfig,
  parts: AuthorizerParts = {},
): <R>(context: HonoContextLike<R>, next: () => Promise<void>) => Promise<R | undefined> {
  const service = createService(config, parts)
  return async (context, next) => {
    const { incoming } = Object(context.env) as { readonly incoming?: GuardedRequest }
    const answer = await (incoming === undefined
      ? decided(service, () => readFetched(context.req.raw))
      : answerOf(service, incoming))
    const identity = identityOf(answer)
    if (identity !== undefined) {
      context.set("hallpass", identity)
      await next()
      return undefined
    }
    const headers = { ...namedHeaders(answer), "cache-control": "no-store" }
    return context.body(null, answer.status as 401 | 403 | 503, headers)
  }
}

/** A request of the Fetch standard: values of one name are joined with commas, which no token holds. */
function readFetched({ method, url, headers }: HonoContextLike<unknown>["req"]["raw"]): AccessRequest | Refusal {
  const raw: string[] = []
  headers.forEach((value, name) => void raw.push(name, value))
  // What follows scheme and host, as it was sent: `URL` would resolve dots in it.
  const target = /^[a-z]+:\/\/[^/?#]*(.*)$/s.exec(url)?.[1] ?? url
  return requestFrom(raw, method, target || "/", unknownPeer)
}
