import { randomBytes } from "node:crypto"
import { type Persona, rsaMembers } from "./persona.ts"

const tenant = "4b1d7f60-3a52-4c8e-9d21-5e6f7a8b9c0d"
const api = "8e2c5a14-7b3d-4f96-a0c8-1d2e3f4a5b6c"
const issuerName = `https://login.microsoftonline.com/${tenant}/v2.0`

/**
 * Entra ID, version 2.0: the audience is the API's client id, scopes are the string `scp`, and keys have an `issuer`
 * but no `alg`.
 */
export const entra: Persona = {
  name: "entra",
  issuer: { provider: "entra", tenant, audience: api, version: 2 },
  issuerName,
  audience: api,
  otherAudience: "f00dcafe-1111-4222-8333-444455556666",
  scope: "Orders.Read",
  otherScope: "Orders.Archive",
  keySetPath: `/${tenant}/discovery/v2.0/keys`,
  discoveryPath: `/${tenant}/v2.0/.well-known/openid-configuration`,
  tokenPath: `/${tenant}/oauth2/v2.0/token`,
  newKeyId: () => randomBytes(20).toString("base64url"),
  publishedKey: (key, keyId) => ({ ...rsaMembers(key), use: "sig", kid: keyId, x5t: keyId, issuer: issuerName }),
  header: (keyId) => ({ typ: "JWT", alg: "RS256", kid: keyId }),
  claims: ({ issuedAt, expiresAt, audience, scope }) => ({
    aud: audience,
    iss: issuerName,
    iat: issuedAt,
    nbf: issuedAt,
    exp: expiresAt,
    azp: "2c9e8d7f-6a5b-4c3d-9e1f-0a9b8c7d6e5f",
    azpacr: "0",
    name: "Mira Olsen",
    oid: "b7a6c5d4-e3f2-4a1b-8c9d-0e1f2a3b4c5d",
    preferred_username: "mira.olsen@northwind.example",
    scp: scope,
    sub: "q1Lk7yFZ0w3rTtGm2cVbN8sXhPpJdR5uEoAiK9zYfQM",
    tid: tenant,
    uti: randomBytes(16).toString("base64url"),
    ver: "2.0",
  }),
  // Entra writes what an app may do as roles; its tokens have no scp.
  appClaims: ({ scope, client = "7d6c5b4a-3f2e-4d1c-8b0a-9f8e7d6c5b4a" }) => ({
    ...{ azp: client, azpacr: "1", idtyp: "app", roles: scope.split(" "), scp: undefined, name: undefined },
    ...{ oid: "c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f", sub: "c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f" },
    preferred_username: undefined,
  }),
  idClaims: () => ({ azp: undefined, azpacr: undefined, scp: undefined, nonce: "n-0S6_WzA2Mj", rh: "1.local" }),
}
