import type { AuthorizerAnswer } from "../answer/answer.ts"
import { assertedClaims, signingInput } from "../answer/assertion.ts"
import { maxKeyBytes } from "../answer/context.ts"
import type { PrincipalIdOf } from "../answer/principal-id.ts"
import type { CheckedAssertion } from "../configuration/check-assertion.ts"
import { SecretFailure } from "../secret/failure.ts"
import { kmsSource } from "../secret/kms-key.ts"
import { createSecretSource } from "../secret/secret-source.ts"
import type { SecretPolicy } from "../secret/settings.ts"
import { type SigningKey, signingKeysFormat } from "../secret/signing-keys.ts"
import type { Source } from "../shared/value-source.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { SigningKeyReference } from "../types/secret-options.ts"
import type { KeySetState } from "./connect.ts"
import type { Parts } from "./parts.ts"
import type { Walk } from "./walk.ts"

/** Makes assertions for the answers of an authorizer. */
export interface ConnectedAssertion {
  /**
   * The walk with an assertion about its principal, if its answer can allow something. Without a key that signs it is
   * `unavailable`: no answer allows a caller without the assertion. Never rejects.
   */
  asserted(walk: Walk): Walk | Promise<Walk>
  /** The answer to a walk with its assertion in the context. */
  added(answer: AuthorizerAnswer, walk: Walk): AuthorizerAnswer
  /** For readiness. */
  readonly keySet: KeySetState
  /** Fetches the key that signs ahead. Never rejects. */
  warmUp(): Promise<unknown>
}

/** What assertions are made with. */
export interface AssertionParts extends Pick<Parts, "clock" | "afterAnswer" | "observer" | "secrets"> {
  readonly idOf: PrincipalIdOf
}

/** An assertion, and the time in which it is given again. Milliseconds. */
interface Made {
  readonly token: string
  readonly fromMs: number
  readonly untilMs: number
}

const secretsUnavailable = refusal("secrets_unavailable")
const tooLarge = refusal("assertion_too_large")
const internal = refusal("internal")

/** Most bytes of an assertion: what one key of a context can hold. */
const maxBytes = maxKeyBytes - '"assertion":"",'.length
/** Characters of an ES256 signature, with the dot before it. */
const signatureLength = 87
/** Assertions that are remembered; the oldest one goes first. */
const maxMade = 5000

/** Where the keys of a reference come from. Nothing is fetched before the first call. */
export function signingKeySource(
  reference: SigningKeyReference,
  policy: SecretPolicy,
  { clock, afterAnswer, observer, secrets: fetch }: Pick<Parts, "clock" | "afterAnswer" | "observer" | "secrets">,
): Source<readonly SigningKey[]> {
  const parts = { policy, clock, afterAnswer, observer }
  return "kms" in reference
    ? kmsSource(reference.kms, parts)
    : createSecretSource({ ...parts, reference, format: signingKeysFormat, fetch })
}

/** Connects checked assertions with the key that signs. The others are only published. */
export function connectAssertion(checked: CheckedAssertion, parts: AssertionParts): ConnectedAssertion {
  const { keys, secretPolicy, keptSeconds, marginSeconds } = checked
  const { clock, observer, idOf } = parts
  /** With half of the margin left, the last request that the gateway answers by itself still arrives in time. */
  const reuseMs = marginSeconds * 500
  const [first] = keys
  if (first === undefined) throw new TypeError("assertions passed the configuration check without a key")
  const source = signingKeySource(first, secretPolicy, parts)
  const claimsOf = new WeakMap<Principal, string>()
  const made = new Map<string, Made>()
  const making = new Map<string, Promise<string | Refusal>>()

  function claimsAbout(principal: Principal): string {
    const known = claimsOf.get(principal)
    if (known !== undefined) return known
    const claims = assertedClaims(checked, principal, idOf(principal) ?? principal.id)
    claimsOf.set(principal, claims)
    return claims
  }

  async function make(claims: string): Promise<string | Refusal> {
    try {
      const [key] = source.current(clock()) ?? (await source.refreshed(clock())) ?? []
      if (key === undefined) return secretsUnavailable
      const nowMs = clock()
      // Not a second shorter than it has to be, although times are whole seconds.
      const expiresAt = Math.ceil(nowMs / 1000) + keptSeconds + marginSeconds
      const input = signingInput(claims, key.jwk.kid, Math.floor(nowMs / 1000), expiresAt)
      if (input.length + signatureLength > maxBytes) return tooLarge
      const token = `${input}.${await key.sign(input)}`
      // The environment was frozen while KMS signed: what is left would not last for a kept answer.
      if (clock() >= nowMs + reuseMs) return secretsUnavailable
      if (made.size >= maxMade) made.delete(made.keys().next().value as string)
      made.set(claims, { token, fromMs: nowMs, untilMs: nowMs + reuseMs })
      return token
    } catch (error) {
      if (error instanceof SecretFailure) return secretsUnavailable
      await observer.fault?.(error)
      return internal
    }
  }

  /** Requests of one caller that come at the same time share a signature. */
  function once(claims: string): Promise<string | Refusal> {
    const before = making.get(claims)
    if (before !== undefined) return before
    const token = make(claims).finally(() => making.delete(claims))
    making.set(claims, token)
    return token
  }

  return {
    asserted(walk) {
      const { principal, policy } = walk
      if (principal === undefined || policy === undefined) return walk
      const claims = claimsAbout(principal)
      const before = made.get(claims)
      const nowMs = clock()
      if (before !== undefined && nowMs >= before.fromMs && nowMs < before.untilMs) return having(walk, before.token)
      return once(claims).then((result) => (typeof result === "string" ? having(walk, result) : without(walk, result)))
    },
    added: (answer, { assertion }) =>
      assertion === undefined ? answer : { ...answer, context: { ...answer.context, assertion } },
    keySet: { issuer: checked.issuer, keys: source },
    warmUp: async () => (source.isFresh(clock()) ? undefined : source.refreshed(clock())),
  }
}

function having(walk: Walk, assertion: string): Walk {
  return { ...walk, assertion, stage: walk.refused === undefined ? "assertion" : walk.stage }
}

/** What would allow something allows nothing. */
function without(walk: Walk, refused: Refusal): Walk {
  return { ...walk, refused, stage: "assertion" }
}
