import { type AuthorizerAnswer, createAuthorizer } from "../../../src/index.ts"
import type { OidcIssuer, VerifierConfig } from "../../../src/types/configuration.ts"
import type { DecisionRecord } from "../../../src/types/decision.ts"
import type { Observer } from "../../../src/types/observer.ts"
import type { EventKind } from "../../../src/types/request.ts"
import { createVerifier } from "../../../src/verify.ts"
import { oidcIssuer } from "../../support/config.ts"
import { http2, restToken } from "../../support/events.ts"
import type { KeyServer } from "../../support/key-server.ts"
import { discoveryPath, type Fault } from "./fault.ts"

/** A public door: a token goes in, and what its caller hears comes out as one word. */
export type Door = (config: VerifierConfig, parts: { clock: () => number; observer: Observer }) => Ask
export type Ask = (token: string) => Promise<string>

export const verifier: Door = (config, parts) => {
  const { verify } = createVerifier(config, parts)
  return (token) =>
    verify(token).then(
      () => "verified",
      (error: { name: string; code: string }) => {
        const expected = error.code === "keys_unavailable" ? "Unavailable" : "TokenRefused"
        return error.name === expected ? error.code : `${error.name}: ${error.code}`
      },
    )
}

/**
 * The handler, set to deny: a bad token gets a policy, so that nothing but the rule itself keeps an undecided question
 * from becoming a Deny, which API Gateway would cache. Every token goes in twice at once, from a REST and an HTTP API.
 */
export const handler: Door = (config, { clock, observer }) => {
  const recorded = new Map<unknown, DecisionRecord>()
  const decision = (record: DecisionRecord): void => void recorded.set(record.eventKind, record)
  // Nothing is kept, so a refusal that may end soon is answered as well, and has its own code (docs/policies.md).
  const gateway = { unauthorized: "deny", responses: "simple", resultTtlSeconds: 0 } as const
  const authorizer = createAuthorizer({ ...config, gateway }, { clock, observer: { ...observer, decision } })

  async function answered(kind: EventKind, event: unknown): Promise<string> {
    let answer: AuthorizerAnswer
    try {
      answer = await authorizer.handler(event)
    } catch (error) {
      const { name, code, message } = error as { name: string; code: string; message: string }
      return name === "Unavailable" && message !== "Unauthorized" ? code : `${name}: ${message}`
    }
    const { outcome, reason = "" } = recorded.get(kind) ?? {}
    const allowed = `${[...new Set(allowances(answer))]}`
    if (allowed === "true" && outcome === "allow") return "verified"
    return allowed === "false" && outcome === "unauthenticated" ? reason : `${allowed}, ${outcome}: ${reason}`
  }

  return async (token) => {
    const rest = answered("rest-token", restToken(`Bearer ${token}`))
    const http = answered("http-2.0", http2(`Bearer ${token}`))
    return (await rest) === (await http) ? rest : `REST ${await rest}, HTTP ${await http}`
  }
}

/** What the parts of an answer say. */
function allowances(answer: AuthorizerAnswer): readonly boolean[] {
  if ("isAuthorized" in answer) return [answer.isAuthorized]
  return answer.policyDocument.Statement.map(({ Effect }) => Effect === "Allow")
}

export const doors: { readonly [name: string]: Door } = { createVerifier: verifier, "the handler": handler }

/** Configures a door for a key server, without the cache of verified tokens: every answer comes out of the key set. */
export function configFor({ discovery, keys }: Fault, server: KeyServer): VerifierConfig {
  const place: Partial<OidcIssuer> =
    discovery === true ? { discoveryUrl: `${server.origin}${discoveryPath}` } : { jwksUri: `${server.origin}/keys` }
  const { jwks: _inline, ...issuer } = oidcIssuer({ ...place, algorithms: ["RS256", "ES256"] })
  return {
    issuers: [issuer],
    keys: { ca: server.ca, refreshAfterSeconds: 300, waitAfterSeconds: 7200, ...keys },
    cache: { maxTokens: 0 },
  }
}
