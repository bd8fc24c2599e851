import { randomBytes } from "node:crypto"
import { type Persona, rsaMembers } from "./persona.ts"

const domain = "northwind.eu.auth0.com"
const issuerName = `https://${domain}/`

/**
 * Auth0, its own token profile: an issuer with a slash at the end, `typ: JWT`, two audiences, `permissions` beside
 * `scope`.
 */
export const auth0: Persona = {
  name: "auth0",
  issuer: { provider: "auth0", domain, audience: "https://orders.northwind.example" },
  issuerName,
  audience: "https://orders.northwind.example",
  otherAudience: "https://billing.northwind.example",
  scope: "read:orders",
  otherScope: "archive:orders",
  keySetPath: "/.well-known/jwks.json",
  discoveryPath: "/.well-known/openid-configuration",
  tokenPath: "/oauth/token",
  newKeyId: () => randomBytes(16).toString("base64url").slice(0, 21),
  publishedKey: (key, keyId) => ({ ...rsaMembers(key), use: "sig", kid: keyId, alg: "RS256" }),
  header: (keyId) => ({ alg: "RS256", typ: "JWT", kid: keyId }),
  claims: ({ issuedAt, expiresAt, audience, scope }) => ({
    iss: issuerName,
    sub: "auth0|66b0f2a91c7d4e0012ab34cd",
    // Asking for `openid` adds the user-info endpoint as a second audience.
    aud: [audience, `${issuerName}userinfo`],
    iat: issuedAt,
    exp: expiresAt,
    azp: "LocalWebClient00000000000000001a",
    scope: `openid ${scope}`,
    permissions: ["read:orders", "archive:orders"],
  }),
  appClaims: ({ audience, scope, client = "LocalNightlyJob0000000000000001a" }) => ({
    ...{
      sub: `${client}@clients`,
      aud: audience,
      azp: client,
      scope,
      gty: "client-credentials",
      permissions: undefined,
    },
  }),
  idClaims: ({ audience }) => ({
    ...{ aud: audience, azp: undefined, scope: undefined, permissions: undefined, nonce: "n-0S6_WzA2Mj", sid: "s1" },
    ...{ name: "Mira Olsen", email: "mira.olsen@northwind.example" },
  }),
}
