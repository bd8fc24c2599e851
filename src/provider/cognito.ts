import { byDefault, oneOrMore, required, text, words } from "../problems/declaration.ts"
import type { CognitoIssuer } from "../types/configuration.ts"
import { keyPlaceOf, type Preset, preset } from "./options.ts"
import { logoutMark } from "./profile.ts"

interface CognitoSettings {
  readonly userPoolId: string
  readonly clientIds: readonly string[]
  readonly tokenUse: "access" | "id"
  readonly issuerType: "original" | "updated"
  readonly audience?: readonly string[]
  readonly endpoint?: string
}

const options = () => ({
  // Emulators have pools such as local_AbCdEf123.
  userPoolId: required(text(/^[A-Za-z0-9-]+_[A-Za-z0-9]+$/, "user_pool"), ""),
  clientIds: required(oneOrMore(text()), []),
  tokenUse: byDefault(words("access", "id"), "access"),
  issuerType: byDefault(words("original", "updated"), "original"),
  audience: oneOrMore(text()),
  // Whether plain http is allowed is checked where the keys are fetched from.
  endpoint: text(/^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/, "loopback"),
})

/**
 * Amazon Cognito user pools: access tokens have `client_id` and no `aud` (unless resource-bound), ID tokens the other
 * way round, and `token_use` distinguishes them. Key ids hold `+`, `/` and `=`.
 */
export const cognito: Preset = preset<CognitoIssuer, CognitoSettings>(options, (settings, base, path, report, raw) => {
  const { userPoolId, clientIds, tokenUse, endpoint } = settings
  if (userPoolId !== "" && raw.endpoint === undefined && !/^[a-z]+(?:-[a-z]+)+-\d+_/.test(userPoolId))
    report(`${path}.userPoolId`, "user_pool")
  for (const name of raw.endpoint === undefined ? [] : ["jwks", "jwksUri", "issuerType"])
    if (raw[name] !== undefined) report(`${path}.${name}`, "not_with", "endpoint")
  const region = userPoolId.slice(0, userPoolId.indexOf("_"))
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  const host = settings.issuerType === "updated" ? "issuer-cognito-idp" : "cognito-idp"
  const issuer = `${endpoint ?? `https://${host}.${region}.${suffix}`}/${userPoolId}`
  const audiences = [{ claim: tokenUse === "access" ? "client_id" : "aud", anyOf: clientIds }]
  if (settings.audience !== undefined) {
    if (tokenUse === "id") report(`${path}.audience`, "cognito_audience")
    else audiences.push({ claim: "aud", anyOf: settings.audience })
  }
  return {
    ...base,
    provider: "cognito",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    keyPlace: keyPlaceOf(settings, { jwksUri: `${issuer}/.well-known/jwks.json` }, path, report),
    audiences,
    require: [{ claim: "token_use", value: tokenUse, code: "token_kind_refused" }],
    // ID tokens carry at_hash; the token_use check above tells the kinds apart.
    refuseClaims: [logoutMark],
    groups: settings.groups ?? ["cognito:groups"],
    clientId: tokenUse === "access" ? ["client_id"] : ["aud"],
    kind: [
      { kind: "user", when: { present: "username" } },
      { kind: "user", when: { present: "cognito:username" } },
      { kind: "app", when: "always" },
    ],
    tenant: { value: userPoolId },
  }
})
