import { type Report, text, texts, word } from "../problems/option-checks.ts"
import { algorithmsOf, commonOptions, issuerKeys, keyPlaceOf, type RawIssuer } from "./options.ts"
import { type IssuerProfile, logoutMark, plainProfile } from "./profile.ts"

/**
 * Amazon Cognito user pools: access tokens have `client_id` and no `aud` (unless resource-bound), ID tokens the other
 * way round, and `token_use` distinguishes them. Key ids hold `+`, `/` and `=`.
 */
export function cognito(raw: RawIssuer, path: string, report: Report): IssuerProfile {
  issuerKeys(raw, ["userPoolId", "clientIds", "tokenUse", "issuerType", "audience", "endpoint"], path, report)
  const userPoolId = text(raw.userPoolId, `${path}.userPoolId`, report) ?? ""
  const endpoint = raw.endpoint === undefined ? undefined : text(raw.endpoint, `${path}.endpoint`, report)
  // Emulators have pools such as local_AbCdEf123. Whether plain http is allowed is checked where the keys are fetched
  // from.
  const poolForm = endpoint === undefined ? /^[a-z]+(?:-[a-z]+)+-\d+_[A-Za-z0-9]+$/ : /^[A-Za-z0-9-]+_[A-Za-z0-9]+$/
  if (userPoolId !== "" && !poolForm.test(userPoolId)) report(`${path}.userPoolId`, "user_pool")
  if (endpoint !== undefined) {
    if (!/^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/.test(endpoint))
      report(`${path}.endpoint`, "loopback")
    for (const name of ["jwks", "jwksUri", "issuerType"])
      if (raw[name] !== undefined) report(`${path}.${name}`, "not_with", "endpoint")
  }
  const region = userPoolId.slice(0, userPoolId.indexOf("_"))
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  const issuerType = word(raw.issuerType, `${path}.issuerType`, report, ["original", "updated"], "original")
  const host = issuerType === "updated" ? "issuer-cognito-idp" : "cognito-idp"
  const issuer = `${endpoint ?? `https://${host}.${region}.${suffix}`}/${userPoolId}`
  const tokenUse = word(raw.tokenUse, `${path}.tokenUse`, report, ["access", "id"], "access")
  const clientIds = texts(raw.clientIds, `${path}.clientIds`, report)
  const audiences = [{ claim: tokenUse === "access" ? "client_id" : "aud", anyOf: clientIds }]
  if (raw.audience !== undefined) {
    if (tokenUse === "id") report(`${path}.audience`, "cognito_audience")
    else audiences.push({ claim: "aud", anyOf: texts(raw.audience, `${path}.audience`, report) })
  }
  const options = commonOptions(raw, path, report)
  return {
    ...plainProfile,
    ...options,
    provider: "cognito",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    keyPlace: keyPlaceOf(raw, { jwksUri: `${issuer}/.well-known/jwks.json` }, path, report),
    algorithms: algorithmsOf(raw, ["RS256"], path, report),
    audiences,
    require: [{ claim: "token_use", value: tokenUse, code: "token_kind_refused" }],
    // ID tokens carry at_hash; the token_use check above tells the kinds apart.
    refuseClaims: [logoutMark],
    groups: options.groups.length > 0 ? options.groups : ["cognito:groups"],
    clientId: tokenUse === "access" ? ["client_id"] : ["aud"],
    kind: [
      { kind: "user", when: { present: "username" } },
      { kind: "user", when: { present: "cognito:username" } },
      { kind: "app", when: "always" },
    ],
    tenant: { value: userPoolId },
  }
}
