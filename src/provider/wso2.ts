import { claimPath, required, text } from "../problems/declaration.ts"
import type { ClaimPath, Wso2Issuer } from "../types/configuration.ts"
import { accessTokenClaim } from "./access-token-claim.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { audience, issuerText, keyPlaceOf, type Preset, preset } from "./options.ts"

interface Wso2Settings {
  readonly baseUrl: string
  readonly tenantDomain?: string
  readonly issuer?: string
  readonly audience: readonly string[]
  readonly permissions?: ClaimPath
  readonly accessTokenClaim?: ClaimPath
}

const serverAddress = text(
  /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/,
  "must be scheme, host and port, such as https://is.example.com:9443, without a path",
)

const options = () => ({
  baseUrl: required(serverAddress, "https://unset.invalid"),
  tenantDomain: text(/^[\w.-]+$/, "must be a domain name, such as acme.example"),
  issuer: issuerText,
  audience,
  permissions: claimPath,
  accessTokenClaim,
})

/**
 * WSO2 Identity Server and API Manager: `iss` is the token endpoint, and `aut` says who acts. `aud` is the client id
 * unless an API resource is configured. Header `x5t` is base64url of hexadecimal text. Older servers send it without a
 * `kid` that the key set has.
 */
export const wso2: Preset = preset<Wso2Issuer, Wso2Settings>(options, (settings, base, path, report) => {
  const { baseUrl, tenantDomain } = settings
  const server = tenantDomain === undefined ? baseUrl : `${baseUrl}/t/${tenantDomain}`
  const { issuer = `${server}/oauth2/token` } = settings
  checkKnownIssuer(issuer, settings, path, report)
  // Until version 7 the sub of a program's token was the name of the person who registered it.
  const program = { when: { claim: "aut", equals: "APPLICATION" }, mark: "client_id%3D" }
  return {
    ...base,
    provider: "wso2",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    keyPlace: keyPlaceOf(settings, { jwksUri: `${server}/oauth2/jwks` }, path, report),
    selectByThumbprint: true,
    audiences: [{ claim: "aud", anyOf: settings.audience }],
    accessTokenEvidence: true,
    refuseNonceWithoutScope: true,
    roles: settings.roles ?? ["roles"],
    groups: settings.groups ?? ["groups"],
    permissions: settings.permissions === undefined ? [] : [settings.permissions],
    clientId: ["client_id", "azp"],
    subject: [{ claims: ["client_id"], ...program }, { claims: ["azp"], ...program }, { claims: ["sub"] }],
    kind: [
      { kind: "app", when: { claim: "aut", equals: "APPLICATION" } },
      { kind: "user", when: { claim: "aut", equals: "APPLICATION_USER" } },
    ],
    tenant: { claim: "org_id" },
  }
})
