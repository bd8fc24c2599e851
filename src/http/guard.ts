import type { AuthorizerParts } from "../authorizer/parts.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { answerOf, identityOf, namedHeaders } from "./guarded-answer.ts"
import type { GuardedRequest, GuardedResponse } from "./guarded-request.ts"
import { createService } from "./service.ts"

/**
 * Answers a request that is refused, and passes one on that is allowed.
 *
 * @returns whether the request is allowed; never rejects
 */
export type Guard = (request: GuardedRequest, response: GuardedResponse, next?: () => void) => Promise<boolean>

/**
 * Guards a service of node:http or Express with the configuration of an authorizer: behind a load balancer, a Function
 * URL or in a container. A refusal is answered here: 401 with `WWW-Authenticate`, 403 or 503. The `gateway` block is
 * ignored; the path decides.
 *
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { once } from "node:events"
 * import { createServer } from "node:http"
 * import { guard } from "hallpass/http"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const allow = guard({ issuers: [issuer.config] }) // with Express: app.use(guard(config))
 * const server = createServer(async (request, response) => {
 *   if (await allow(request, response)) response.end("hello")
 * })
 *
 * await once(server.listen(0, "127.0.0.1"), "listening")
 * const { port } = server.address() as { port: number }
 * const answer = await fetch(`http://127.0.0.1:${port}/`)
 * console.log(answer.status, answer.headers.get("www-authenticate")) // 401 Bearer realm="hallpass"
 * server.close()
 * ```
 */
export function guard(config: AuthorizerConfig, parts: AuthorizerParts = {}): Guard {
  const service = createService(config, parts)
  return async (request, response, next) => {
    const answer = await answerOf(service, request)
    const identity = identityOf(answer)
    if (identity === undefined) {
      const own = { "cache-control": "no-store", "content-length": "0" }
      response.writeHead(answer.status, { ...namedHeaders(answer), ...own })
      response.end()
      return false
    }
    request.hallpass = identity
    next?.()
    return true
  }
}
