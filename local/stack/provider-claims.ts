import type { IssuerConfig } from "../../src/index.ts"

/** A claim that holds a list, as a text with blanks or as a JSON list. */
export interface ListClaim {
  readonly name: string
  readonly type: "text" | "list"
}

const scopeLists: { readonly [provider: string]: ListClaim } = {
  okta: { name: "scp", type: "list" },
  entra: { name: "scp", type: "text" },
  "entra-external-id": { name: "scp", type: "text" },
  "entra-b2c": { name: "scp", type: "text" },
  adfs: { name: "scp", type: "text" },
}

/** Where the tokens of an issuer have their scopes. */
export function scopeClaimOf({ provider }: IssuerConfig): ListClaim {
  return scopeLists[provider] ?? { name: "scope", type: "text" }
}

/** Where the tokens of an issuer have their groups, if it is one claim at the top. */
export function groupsClaimOf(issuer: IssuerConfig): ListClaim {
  const { groups, provider } = issuer as { readonly groups?: unknown; readonly provider: string }
  if (typeof groups === "string") return { name: groups, type: "list" }
  return { name: provider === "cognito" ? "cognito:groups" : "groups", type: "list" }
}

/** Claims with these scopes. */
export function scopesAsClaims(issuer: IssuerConfig, scopes: readonly string[]): { readonly [claim: string]: unknown } {
  const { name, type } = scopeClaimOf(issuer)
  return { [name]: type === "list" ? scopes : scopes.join(" ") }
}
