import type { IssuerConfig } from "../types/configuration.ts"
import { entra, entraB2c, entraExternalId } from "./entra-shapes.ts"
import { client, first, type Of, plainKey, type Shape, tenantOfTests, times } from "./shape.ts"

function okta({ domain, authorizationServer = "default", audience }: Of<"okta">): Shape {
  const issuer = `https://${domain}/oauth2/${authorizationServer}`
  return {
    issuer,
    header: {},
    key: plainKey,
    audience: { aud: first(audience) },
    access: (parts) => ({
      ...{ ver: 1, jti: `AT.${parts.unique()}`, iss: issuer, aud: first(audience), ...times(parts) },
      ...{ cid: "0oatestclient00000", uid: "00utestuser0000000", scp: ["openid"], sub: "ann@example.com" },
    }),
    id: (parts) => ({
      jti: `ID.${parts.unique()}`,
      cid: undefined,
      scp: undefined,
      uid: undefined,
      nonce: "n",
      amr: ["pwd"],
    }),
  }
}

function auth0({ domain, audience }: Of<"auth0">): Shape {
  const issuer = `https://${domain}/`
  return {
    issuer,
    header: { typ: "JWT" },
    key: plainKey,
    audience: { aud: [first(audience), `${issuer}userinfo`] },
    access: (parts) => ({
      ...{ iss: issuer, sub: "auth0|0123456789abcdef01234567", aud: [first(audience), `${issuer}userinfo`] },
      ...{ ...times(parts), azp: client, scope: "openid profile", permissions: [] },
    }),
    id: () => ({
      ...{ aud: first(audience), azp: undefined, scope: undefined, permissions: undefined, nonce: "n", sid: "s" },
      ...{ name: "Ann", email: "ann@example.com" },
    }),
  }
}

function adfs({ domain, issuer = `http://${domain}/adfs/services/trust`, audience }: Of<"adfs">): Shape {
  return {
    issuer,
    header: { typ: "JWT" },
    key: (kid) => ({ use: "sig", kid, x5t: kid, alg: "RS256" }),
    audience: { aud: first(audience) },
    access: (parts) => ({
      ...{ aud: first(audience), iss: issuer, ...times(parts), apptype: "Public", appid: tenantOfTests },
      ...{ authmethod: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", ver: "1.0", scp: "openid" },
      ...{ sub: "S-1-5-21-1004336348-1177238915-682003330-512", upn: "ann@example.com" },
    }),
    id: () => ({ appid: undefined, apptype: undefined, scp: undefined, nonce: "n", unique_name: "ann" }),
  }
}

function wso2({ baseUrl, tenantDomain, issuer, audience }: Of<"wso2">): Shape {
  const base = tenantDomain === undefined ? baseUrl : `${baseUrl}/t/${tenantDomain}`
  const name = issuer ?? `${base}/oauth2/token`
  return {
    issuer: name,
    header: { typ: "at+jwt" },
    key: plainKey,
    audience: { aud: first(audience) },
    access: (parts) => ({
      ...{ sub: "0b6d1c02-3f1e-4c9a-9d0c-7a1b2c3d4e5f", aut: "APPLICATION_USER", iss: name, client_id: client },
      ...{ aud: first(audience), nbf: parts.now, azp: client, scope: "openid", ...times(parts), jti: parts.unique() },
    }),
    id: () => ({
      client_id: undefined,
      aut: undefined,
      scope: undefined,
      azp: first(audience),
      nonce: "n",
      at_hash: "aA",
    }),
  }
}

function cognito({ userPoolId, clientIds, tokenUse = "access", audience, issuerType }: Of<"cognito">): Shape {
  const region = userPoolId.slice(0, userPoolId.indexOf("_"))
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  const issuer = `https://${issuerType === "updated" ? "issuer-" : ""}cognito-idp.${region}.${suffix}/${userPoolId}`
  const clientId = first(clientIds)
  const sub = "9d3f1b77-5c2e-4a68-8f04-6b1a2c3d4e5f"
  const common = { "cognito:groups": [], iss: issuer, sub }
  const id = { token_use: "id", aud: clientId, "cognito:username": "ann", email: "ann@example.com" }
  const named =
    tokenUse === "id" ? { aud: clientId } : { client_id: clientId, ...(audience && { aud: first(audience) }) }
  return {
    issuer,
    header: {},
    key: plainKey,
    audience: named,
    access: (parts) => ({
      ...{ ...common, ...times(parts), auth_time: parts.now, jti: parts.unique(), origin_jti: parts.unique() },
      ...(tokenUse === "id"
        ? id
        : { token_use: "access", scope: "aws.cognito.signin.user.admin", username: "ann", version: 2, ...named }),
    }),
    id: () => ({ ...id, client_id: undefined, scope: undefined, username: undefined, version: undefined }),
  }
}

function oidc({ issuer, audience, tokenUse = "access" }: Of<"oidc">): Shape {
  const id = { scope: undefined, client_id: undefined, nonce: "n", at_hash: "aGFzaA", auth_time: 1, name: "Ann" }
  return {
    issuer,
    header: { typ: tokenUse === "id" ? "JWT" : "at+jwt" },
    key: plainKey,
    audience: { aud: first(audience) },
    access: (parts) => ({
      ...{ iss: issuer, sub: "ann", aud: first(audience), ...times(parts), jti: parts.unique() },
      ...(tokenUse === "id" ? { auth_time: parts.now } : { client_id: client, scope: "openid" }),
    }),
    id: ({ now }) => ({ ...id, auth_time: now }),
  }
}

const shapes: { readonly [P in IssuerConfig["provider"]]: (config: Of<P>) => Shape } = {
  okta,
  auth0,
  entra,
  "entra-external-id": entraExternalId,
  "entra-b2c": entraB2c,
  adfs,
  wso2,
  cognito,
  oidc,
}

/** The shape of a configured issuer's tokens. */
export function shapeOf(config: IssuerConfig): Shape {
  return (shapes[config.provider] as (config: IssuerConfig) => Shape)(config)
}
