import { randomBytes, randomUUID } from "node:crypto"
import { type Persona, rsaMembers } from "./persona.ts"

const userPoolId = "eu-west-1_Local4Pool"
const issuerName = `https://cognito-idp.eu-west-1.amazonaws.com/${userPoolId}`

/**
 * Amazon Cognito user pools: no `typ`, no `aud`, `client_id` identifies the API and `token_use` the kind of token.
 */
export const cognito: Persona = {
  name: "cognito",
  issuer: { provider: "cognito", userPoolId, clientIds: ["5n8localwebclient1q2w3e4r"], tokenUse: "access" },
  issuerName,
  audience: "5n8localwebclient1q2w3e4r",
  otherAudience: "7z9localotherclient5t6y7u8",
  scope: "https://orders.northwind.example/orders.read",
  otherScope: "https://orders.northwind.example/orders.archive",
  keySetPath: `/${userPoolId}/.well-known/jwks.json`,
  discoveryPath: `/${userPoolId}/.well-known/openid-configuration`,
  tokenPath: "/oauth2/token",
  newKeyId: cognitoKeyId,
  publishedKey: (key, keyId) => ({ ...rsaMembers(key), alg: "RS256", kid: keyId, use: "sig" }),
  header: (keyId) => ({ kid: keyId, alg: "RS256" }),
  claims: ({ issuedAt, expiresAt, audience, scope }) => ({
    sub: "9d3f1b77-5c2e-4a68-8f04-6b1a2c3d4e5f",
    "cognito:groups": ["order-desk"],
    iss: issuerName,
    version: 2,
    client_id: audience,
    origin_jti: randomUUID(),
    event_id: randomUUID(),
    token_use: "access",
    scope: `openid ${scope}`,
    auth_time: issuedAt,
    exp: expiresAt,
    iat: issuedAt,
    jti: randomUUID(),
    username: "mira",
  }),
  appClaims: ({ audience, scope }) => ({
    ...{ sub: audience, scope, username: undefined, "cognito:groups": undefined },
    ...{ origin_jti: undefined, event_id: undefined },
  }),
  idClaims: ({ audience }) => ({
    ...{ aud: audience, token_use: "id", client_id: undefined, scope: undefined, username: undefined },
    ...{ version: undefined, "cognito:username": "mira", email: "mira.olsen@northwind.example" },
  }),
}

/**
 * Cognito's key ids are plain base64: they hold `+`, `/` and `=`, and a comparison after URL decoding would fail.
 */
function cognitoKeyId(): string {
  for (;;) {
    const keyId = randomBytes(32).toString("base64")
    if (keyId.includes("+") && keyId.includes("/")) return keyId
  }
}
