import { inspect } from "node:util"
import { expect } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import type { IssuerConfig } from "../../src/types/configuration.ts"
import type { Observer } from "../../src/types/observer.ts"
import type { Principal } from "../../src/types/principal.ts"
import type { ReasonCode } from "../../src/types/reasons.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "./config.ts"
import { http2 } from "./events.ts"
import { clock } from "./mint.ts"

/** The one answer that both doors gave. */
export interface Verdict {
  readonly reason: "ok" | ReasonCode
  readonly principal?: Principal
}

const defaultIssuers: readonly IssuerConfig[] = [oidcIssuer()]
const opened = new WeakMap<readonly IssuerConfig[], ReturnType<typeof open>>()

function open(issuers: readonly IssuerConfig[]) {
  const seen: unknown[] = []
  const note = (record: unknown): void => {
    seen.push(record)
  }
  const observer: Observer = { decision: note, keySet: note, keyFetch: note, fault: note }
  const fetched: string[] = []
  const fetchKeySet = (url: string): Promise<never> => {
    fetched.push(url)
    return Promise.reject(new Error("the tests allow no network"))
  }
  const parts = { clock, observer, fetchKeySet }
  return {
    verifier: createVerifier({ issuers }, parts),
    authorizer: createAuthorizer({ issuers }, parts),
    seen,
    fetched,
  }
}

/**
 * Sends one token through `createVerifier` and, in an event, through `createAuthorizer`, each of them twice (the second
 * time from the caches), and demands of every one of the four the same reason. What else holds for every token in the
 * world is checked here as well: a refusal is a 401, it fetches nothing, and neither error nor record holds a part of
 * the token or of its claims (SR-053, SR-163, SR-164).
 */
export async function verdictOf(token: string, issuers: readonly IssuerConfig[] = defaultIssuers): Promise<Verdict> {
  const doors = opened.get(issuers) ?? open(issuers)
  opened.set(issuers, doors)
  const first = await verified(doors.verifier, token)
  expect((await verified(doors.verifier, token)).reason, "the second look gives another answer").toBe(first.reason)

  const event = http2(`Bearer ${token}`)
  for (let i = 0; i < 2; i++) {
    const decision = await doors.authorizer.decide(event)
    // The credential is read before the token: what has no token's form may be refused there already.
    const alike = decision.reason === first.reason || (isForm(first.reason) && isCredential(decision.reason))
    if (!alike) expect(decision.reason, "the doors differ").toBe(first.reason)
    if (first.reason !== "ok") {
      expect(decision.outcome).toBe("unauthenticated")
      expect(decision).not.toHaveProperty("principal")
      await expect(doors.authorizer.handler(event)).rejects.toThrow(/^Unauthorized$/)
    }
  }
  if (first.reason !== "ok") leaksNothing(token, first.error, doors.seen)
  else leaksNothing(token, undefined, doors.seen)
  expect(doors.fetched, "a token made the authorizer fetch something").toEqual([])
  doors.seen.length = 0
  return first.principal === undefined ? { reason: first.reason } : { reason: first.reason, principal: first.principal }
}

const isForm = (reason: string): boolean => /^token_(?:malformed|opaque|encrypted|too_long)$/.test(reason)
const isCredential = (reason: string): boolean => /^credential_(?:malformed|ambiguous|missing)$/.test(reason)

/** The reason alone. */
export async function reasonOf(token: string, issuers?: readonly IssuerConfig[]): Promise<"ok" | ReasonCode> {
  return (await verdictOf(token, issuers)).reason
}

async function verified(
  verifier: { verify(token: string): Promise<Principal> },
  token: string,
): Promise<Verdict & { error?: unknown }> {
  try {
    return { reason: "ok", principal: await verifier.verify(token) }
  } catch (error) {
    const { name, code } = error as { name: string; code: ReasonCode }
    expect(name, inspect(error)).toBe("TokenRefused")
    return { reason: code, error }
  }
}

/**
 * Fails when a text of 12 characters or more of the token, or a canary out of its claims, is in an error or a
 * record.
 */
export function leaksNothing(token: string, ...seen: readonly unknown[]): void {
  const text = inspect(seen, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  expect(text).not.toContain("canary")
  for (const part of token.split(".")) {
    if (part.length >= 12) expect(text).not.toContain(part.slice(0, 64))
  }
}
