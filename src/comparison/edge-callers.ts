import { attributeClaim, edgeIssuer } from "../edge/asserted-principal.ts"
import { type IssuerProfile, plainProfile } from "../provider/profile.ts"
import { principalId } from "../shared/principal-id.ts"
import type { AuthorizerConfig, ClaimPath, IssuerConfig } from "../types/configuration.ts"
import type { Claims, Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { SideIssuer } from "./side-issuer.ts"
import { type ListName, listNames } from "./terms.ts"

/**
 * What an edge adds to the callers of a configuration. Its headers are written as claims, and its evidence is taken to
 * hold.
 */
export interface EdgeCallers {
  readonly identity: SideIssuer | undefined
  /** The principal that headers are, written as claims with the issuer `edge`. */
  principalOf(claims: Claims): Principal | Refusal
  /** The claims without the attributes of an edge. */
  without(claims: Claims): Claims
  /** The principal of a token with the attributes that the claims name: `edge:department`. */
  withAttributes(principal: Principal, claims: Claims): Principal
  /** Where lists come from that the issuer does not give: the attributes. */
  extended(profile: IssuerProfile): IssuerProfile
}

const subjectInvalid = refusal("subject_invalid")

export function readEdge({ edge }: AuthorizerConfig): EdgeCallers {
  const keys = Object.keys(edge?.headers ?? {})
  const isIdentity = edge?.role === "identity"
  const attributes = isIdentity || edge === undefined ? [] : keys
  const pathsOf = (name: ListName, write: (key: string) => string): readonly ClaimPath[] =>
    keys.includes(name) ? [write(name)] : []
  const plain = (key: string): string => key
  const profile: IssuerProfile = {
    ...{ ...plainProfile, provider: "oidc", name: edgeIssuer, issuers: [{ issuer: edgeIssuer, require: [] }] },
    ...{ keyPlace: { jwks: undefined }, algorithms: [] },
    ...{ scopes: pathsOf("scopes", plain), roles: pathsOf("roles", plain) },
    ...{ groups: pathsOf("groups", plain), permissions: pathsOf("permissions", plain) },
  }
  return {
    identity: isIdentity
      ? { profile, config: { provider: "oidc", issuer: edgeIssuer, audience: "edge" } satisfies IssuerConfig }
      : undefined,
    principalOf({ iss: _, ...claims }) {
      const subject = typeof claims.sub === "string" ? claims.sub : ""
      const id = principalId(edgeIssuer, subject)
      if (subject === "" || id === undefined) return subjectInvalid
      const lists = listNames.map((name) => [name, keys.includes(name) ? listIn(claims[name]) : []])
      const held = Object.fromEntries(lists) as Pick<Principal, ListName>
      return { id, issuer: edgeIssuer, provider: "edge", subject, kind: "user", ...held, expiresAt: 0, claims }
    },
    without: (claims) =>
      Object.fromEntries(Object.entries(claims).filter(([name]) => !name.startsWith(attributeClaim("")))),
    withAttributes(principal, claims) {
      const given = attributes.filter((key) => claims[attributeClaim(key)] !== undefined)
      if (given.length === 0) return principal
      const added = Object.fromEntries(given.map((key) => [attributeClaim(key), claims[attributeClaim(key)]]))
      const list = (name: ListName): readonly string[] =>
        attributes.includes(name)
          ? [...new Set([...principal[name], ...listIn(added[attributeClaim(name)])])]
          : principal[name]
      const { entitledToNothing, ...known } = principal
      return {
        ...known,
        ...(entitledToNothing === true && list("roles").length === 0 && { entitledToNothing }),
        ...{ roles: list("roles"), groups: list("groups"), permissions: list("permissions") },
        claims: { ...principal.claims, ...added },
      }
    },
    extended: (issuer) => {
      const more = (name: ListName): readonly ClaimPath[] =>
        issuer[name].length > 0 || !attributes.includes(name) ? issuer[name] : [attributeClaim(name)]
      return { ...issuer, roles: more("roles"), groups: more("groups"), permissions: more("permissions") }
    },
  }
}

function listIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}
