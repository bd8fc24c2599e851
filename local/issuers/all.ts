import { auth0 } from "./auth0.ts"
import { cognito } from "./cognito.ts"
import { entra } from "./entra.ts"
import { type Issuer, startIssuer } from "./issuer.ts"
import { okta } from "./okta.ts"
import type { Persona } from "./persona.ts"

export const personas: readonly Persona[] = [okta, auth0, entra, cognito]

/** Starts every persona. @param clock milliseconds since the epoch */
export function startIssuers(clock?: () => number): Promise<Issuer[]> {
  return Promise.all(personas.map((persona) => startIssuer(persona, clock)))
}
