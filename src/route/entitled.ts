import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"

export const entitledToNothing: Refusal = refusal("app_without_roles")

/** What is demanded where nothing else is: not every token that an issuer signs entitles to something. */
export function refuseUnentitled(principal: Principal): Refusal | undefined {
  return principal.entitledToNothing === true ? entitledToNothing : undefined
}
