import { auth0 } from "./auth0.ts"
import { cognito } from "./cognito.ts"
import { entra } from "./entra.ts"
import { type Issuer, startIssuer } from "./issuer.ts"
import { okta } from "./okta.ts"

/** Starts every persona. */
export function startIssuers(): Promise<Issuer[]> {
  return Promise.all([okta, auth0, entra, cognito].map(startIssuer))
}
