import type { TokenWish } from "../server/control-api.ts"
import { usualScope } from "./demo.ts"
import { scopesAsClaims } from "./provider-claims.ts"
import { ControlRefused, type LocalStack } from "./stack.ts"

const maxRemembered = 200
/** A token is used again for half of its life. */
const reuseMs = 1_800_000
const remembered = new WeakMap<LocalStack, Map<string, string>>()

/**
 * The token of a wish: the one that the same wish got before, until its issuer's key is replaced or the clock is moved.
 * With a new token for each request, API Gateway would find no kept answer.
 */
export async function sameTokenFor(stack: LocalStack, wish: TokenWish, isNew: boolean): Promise<string> {
  const tokens = remembered.get(stack) ?? new Map<string, string>()
  remembered.set(stack, tokens)
  const { clockOffsetSeconds, rotations, clock } = stack
  const moment = [rotations.get(stack.issuers.find(wish.issuer)?.name ?? ""), clockOffsetSeconds]
  const key = JSON.stringify([wish, ...moment, Math.floor(clock() / reuseMs)])
  const known = isNew ? undefined : tokens.get(key)
  if (known !== undefined) return known
  const token = await tokenFor(stack, wish)
  if (tokens.size >= maxRemembered) tokens.delete(tokens.keys().next().value ?? "")
  tokens.set(key, token)
  return token
}

/** Signs a token of a local issuer. @throws ControlRefused (rejects) if there is no such issuer */
export async function tokenFor(
  { issuers, options }: LocalStack,
  { issuer, claims, defects }: TokenWish,
): Promise<string> {
  const found = issuers.find(issuer)
  if (found === undefined) {
    const names = issuers.all.map(({ name }) => name).join(", ")
    throw new ControlRefused(
      names === "" ? "The stack has no local issuers, and only they sign tokens." : `The local issuers are ${names}.`,
    )
  }
  // An ID token has no scopes, and with one it might pass for an access token.
  const usual =
    options.mode === "demo" && !defects?.includes("idToken") ? scopesAsClaims(found.configuration, [usualScope]) : {}
  return found.token({ claims: { ...usual, ...claims }, ...(defects !== undefined && { defects }) })
}
