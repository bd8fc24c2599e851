import { randomBytes } from "node:crypto"
import { type Persona, rsaMembers } from "./persona.ts"

const domain = "northwind.okta.com"
const issuerName = `https://${domain}/oauth2/default`

/** Okta, a custom authorization server: no `typ`, scopes as the array `scp`, the client in `cid`, the user in `uid`. */
export const okta: Persona = {
  name: "okta",
  issuer: { provider: "okta", domain, authorizationServer: "default", audience: "api://orders" },
  issuerName,
  audience: "api://orders",
  otherAudience: "api://billing",
  scope: "orders:read",
  otherScope: "orders:archive",
  keySetPath: "/oauth2/default/v1/keys",
  discoveryPath: "/oauth2/default/.well-known/openid-configuration",
  tokenPath: "/oauth2/default/v1/token",
  newKeyId: () => randomBytes(32).toString("base64url"),
  publishedKey: (key, keyId) => ({ ...rsaMembers(key), alg: "RS256", kid: keyId, use: "sig" }),
  header: (keyId) => ({ kid: keyId, alg: "RS256" }),
  claims: ({ issuedAt, expiresAt, audience, scope }) => ({
    ver: 1,
    jti: `AT.${randomBytes(24).toString("base64url")}`,
    iss: issuerName,
    aud: audience,
    iat: issuedAt,
    exp: expiresAt,
    cid: "0oa1localwebclient0h7",
    uid: "00u1localmiraolsen0h7",
    scp: ["openid", scope],
    auth_time: issuedAt - 90,
    sub: "mira.olsen@northwind.example",
  }),
  appClaims: ({ scope, client = "0oa1localnightlyjob00h7" }) => ({
    ...{ cid: client, sub: client, scp: scope.split(" "), uid: undefined, auth_time: undefined },
  }),
  idClaims: () => ({
    ...{ jti: `ID.${randomBytes(24).toString("base64url")}`, cid: undefined, scp: undefined, uid: undefined },
    ...{ amr: ["pwd"], idp: "00o1localidp0h7", nonce: "n-0S6_WzA2Mj", name: "Mira Olsen" },
  }),
}
