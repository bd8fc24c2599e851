import type { IssuerConfig } from "../types/configuration.ts"

/** The claims set of a token, before it is signed. A member that is undefined is left out. */
export type TestClaims = { readonly [claim: string]: unknown }

/** What the shape of a provider's tokens is made of. */
export interface ShapeParts {
  /** Seconds since the epoch. */
  readonly now: number
  /** A text that no other token has. */
  readonly unique: () => string
}

/** How one issuer writes its tokens and keys. */
export interface Shape {
  readonly issuer: string
  /** The JOSE header without `alg` and `kid`. */
  readonly header: TestClaims
  /** Members of the published key in addition to those of every public key. */
  readonly key: (kid: string) => TestClaims
  /** An access token of a person, as the provider issues it. */
  readonly access: (parts: ShapeParts) => TestClaims
  /** What makes it an ID token for the same audience. */
  readonly id: (parts: ShapeParts) => TestClaims
  /** The claims that name the audience. */
  readonly audience: TestClaims
}

/** The options of one provider. */
export type Of<P extends IssuerConfig["provider"]> = Extract<IssuerConfig, { readonly provider: P }>
export const first = (value: string | readonly string[]): string =>
  typeof value === "string" ? value : (value[0] ?? "")
const lifetimeSeconds = 3600
export const times = ({ now }: ShapeParts): TestClaims => ({ iat: now, exp: now + lifetimeSeconds })
export const client = "test-client"
export const plainKey = (kid: string): TestClaims => ({ use: "sig", kid, alg: "RS256" })

export const tenantOfTests = "11111111-2222-4333-8444-555555555555"
