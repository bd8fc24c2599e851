import { checkVerification } from "../configuration/check-configuration.ts"
import { checkSnapshot } from "../configuration/check-snapshot.ts"
import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import { makeTokenStore } from "../token/store.ts"
import type { VerifierConfig } from "../types/configuration.ts"
import { Unavailable } from "../types/errors.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { TokenRefused } from "../types/token-refused.ts"
import { connect } from "./connect.ts"
import { partsInUse, type VerifierParts } from "./parts.ts"

const keysUnavailable = refusal("keys_unavailable")

/** Tokens in, principals out; no gateway. */
export interface TokenVerifier {
  /**
   * Verifies one token: form, algorithm, issuer, key, signature, times, audience and what the preset demands.
   *
   * @param token a JWT in JWS Compact Serialization, without a scheme
   * @returns the frozen principal
   * @throws TokenRefused (rejects) if the token proves nothing; `code` is a row of the reason table
   * @throws Unavailable (rejects) if the issuer's keys cannot be fetched
   */
  verify(token: string): Promise<Principal>
  /**
   * The same at once, without a promise. If keys would have to be fetched, the fetch begins and this call is undecided.
   *
   * @throws TokenRefused
   * @throws Unavailable `keys_unavailable`: call `warmUp` first, or `verify`, which waits
   */
  verifySync(token: string): Principal
  /** Fetches the key sets ahead of the first token. Never rejects; what failed is tried again at first use. */
  warmUp(): Promise<void>
}

/**
 * Creates a verifier: tokens in, principals out, without a gateway. A wrong configuration is refused here, and not at
 * the first token.
 *
 * @param config the issuers, and limits of keys and cache if the defaults do not fit
 * @param parts what tests and advanced users replace: clock, network, observer, key snapshot
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { createTestIssuer } from "hallpass/testing"
 * import { createVerifier } from "hallpass/verify"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const verifier = createVerifier({ issuers: [issuer.config] })
 * const principal = await verifier.verify(issuer.token({ uid: "00u1", scp: ["orders:read"] }))
 * console.log(principal.subject, principal.scopes) // 00u1 [ 'orders:read' ]
 * ```
 */
export function createVerifier(config: VerifierConfig, parts: VerifierParts = {}): TokenVerifier {
  const inUse = partsInUse(parts)
  const snapshot = checkSnapshot(parts.keySnapshot, inUse.clock, explain)
  const checked = checkVerification(config, allPresets, explain)
  const { authenticate, warmUp } = connect(checked, inUse, snapshot, makeTokenStore)
  function authenticated(token: unknown): Principal | Refusal {
    try {
      const result = authenticate(token, inUse.clock())
      return result instanceof Promise ? keysUnavailable : result
    } catch (error) {
      void inUse.observer.fault?.(error)
      throw new Unavailable("internal")
    }
  }
  /** What arrives here is a fault; the error itself goes to no caller, because it may hold anything (SR-163). */
  async function faulted(error: unknown): Promise<never> {
    await inUse.observer.fault?.(error)
    throw new Unavailable("internal")
  }
  return {
    verify(token) {
      // Not an async function: awaiting what is there already costs a turn of the event loop's queue on every call.
      try {
        const result = authenticate(token, inUse.clock())
        return result instanceof Promise ? result.then(settle, faulted) : settle(result)
      } catch (error) {
        return faulted(error)
      }
    },
    verifySync(token) {
      const result = authenticated(token)
      if ("refused" in result) throw errorOf(result)
      return result
    },
    warmUp,
  }
}

function settle(result: Principal | Refusal): Promise<Principal> {
  if (!("refused" in result)) return Promise.resolve(result)
  return Promise.reject(errorOf(result))
}

function errorOf({ outcome, code }: Refusal): TokenRefused | Unavailable {
  return outcome === "unavailable" ? new Unavailable(code) : new TokenRefused(code)
}
