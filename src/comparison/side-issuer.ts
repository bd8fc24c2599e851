import type { IssuerProfile } from "../provider/profile.ts"
import type { IssuerConfig } from "../types/configuration.ts"

/** A configured issuer with what its preset makes of it. */
export interface SideIssuer {
  readonly config: IssuerConfig
  readonly profile: IssuerProfile
}
