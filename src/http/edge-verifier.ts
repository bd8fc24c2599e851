import type { Answers } from "../answer/answer.ts"
import { createRequestDecider } from "../authorizer/create-service.ts"
import type { AuthorizerParts } from "../authorizer/parts.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { Unavailable } from "../types/errors.ts"
import type { Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"
import { TokenRefused } from "../types/token-refused.ts"
import { readGuarded } from "./guarded-answer.ts"
import type { GuardedRequest } from "./guarded-request.ts"
import { forOneRequest } from "./service-answers.ts"

/** The part of a configuration that trusted headers need. Role `identity` takes an empty list of issuers. */
export type EdgeVerifierConfig = Pick<
  AuthorizerConfig,
  "issuers" | "keys" | "secrets" | "cache" | "clockToleranceSeconds"
> &
  Required<Pick<AuthorizerConfig, "edge">>

/** Verifies what an edge asserts, in any backend. */
export interface EdgeVerifier {
  /**
   * Who the edge says that the caller is.
   *
   * @param request of node:http or Express, or an object with `method`, `url`, `rawHeaders` and `socket.remoteAddress`
   * @throws TokenRefused (rejects) if the headers prove nothing; `code` is a row of the reason table
   * @throws Unavailable (rejects) if keys or secrets cannot be fetched
   */
  verify(request: GuardedRequest): Promise<Principal>
  /** Fetches keys and secrets ahead. Never rejects. */
  warmUp(): Promise<void>
}

/**
 * Creates a verifier of trusted edge headers for a backend that the edge reaches without API Gateway: the same
 * evidence, the same refusals. There are no routes: what the principal may do is up to the backend. A signature covers
 * the request's own host, method and path. The address is that of the connection.
 *
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { createEdgeVerifier, signEdgeRequest } from "hallpass/edge"
 *
 * const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
 * process.env.EDGE_KEYS = JSON.stringify({ k1: keyHex })
 * const verifier = createEdgeVerifier({
 *   issuers: [],
 *   edge: {
 *     role: "identity",
 *     headers: { user: "x-edge-user" },
 *     evidence: [{ hmac: { header: "x-edge-signature", keys: { env: "EDGE_KEYS" } } }],
 *   },
 * })
 *
 * const signature = signEdgeRequest({
 *   ...{ keyId: "k1", key: Buffer.from(keyHex, "hex"), unixSeconds: Math.floor(Date.now() / 1000) },
 *   ...{ method: "GET", host: "api.example.com", path: "/orders", headers: { "X-Edge-User": "ann" } },
 * })
 * const rawHeaders = ["Host", "api.example.com", "X-Edge-User", "ann", "X-Edge-Signature", signature]
 * const { subject } = await verifier.verify({ method: "GET", url: "/orders?page=2", rawHeaders, socket: {} })
 * console.log(subject) // ann
 * ```
 */
export function createEdgeVerifier(config: EdgeVerifierConfig, parts: AuthorizerParts = {}): EdgeVerifier {
  const { decide, warmUp } = createRequestDecider(config, parts, () => answers)
  return {
    async verify(request) {
      const result = await decide(readGuarded(request, true))
      if (!("refused" in result)) return result
      throw result.outcome === "unavailable" ? new Unavailable(result.code) : new TokenRefused(result.code)
    },
    warmUp,
  }
}

/** The principal itself, or why there is none. */
const answers: Answers<Principal | Refusal> = {
  ...forOneRequest,
  allow: (_request, principal) => principal,
  refuse: (_request, refused) => refused,
}
