import type { TokenWish } from "../server/control-api.ts"
import { usualScope } from "./demo.ts"
import { scopesAsClaims } from "./provider-claims.ts"
import { ControlRefused, type LocalStack } from "./stack.ts"

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
  const usual = options.mode === "demo" ? scopesAsClaims(found.configuration, [usualScope]) : {}
  return found.token({ claims: { ...usual, ...claims }, ...(defects !== undefined && { defects }) })
}
