import { claimPath, type Report, text, texts } from "../problems/option-checks.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { algorithmsOf, commonOptions, issuerKeys, issuerText, keyPlaceOf, type RawIssuer } from "./options.ts"
import { type IssuerProfile, plainProfile } from "./profile.ts"

const own = ["baseUrl", "tenantDomain", "issuer", "audience", "permissions", "accessTokenClaim"]

/**
 * WSO2 Identity Server and API Manager: `iss` is the token endpoint, and `aut` says who acts. `aud` is the client id
 * unless an API resource is configured. Header `x5t` is base64url of hexadecimal text. Older servers send it without a
 * `kid` that the key set has.
 */
export function wso2(raw: RawIssuer, path: string, report: Report): IssuerProfile {
  issuerKeys(raw, own, path, report)
  const base = baseOf(raw, path, report)
  const issuer = raw.issuer === undefined ? `${base}/oauth2/token` : issuerText(raw.issuer, `${path}.issuer`, report)
  const options = commonOptions(raw, path, report)
  checkKnownIssuer(issuer, raw, path, report)
  // Until version 7 the sub of a program's token was the name of the person who registered it.
  const program = { when: { claim: "aut", equals: "APPLICATION" }, mark: "client_id%3D" }
  return {
    ...plainProfile,
    ...options,
    provider: "wso2",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    keyPlace: keyPlaceOf(raw, { jwksUri: `${base}/oauth2/jwks` }, path, report),
    algorithms: algorithmsOf(raw, ["RS256"], path, report),
    selectByThumbprint: true,
    audiences: [{ claim: "aud", anyOf: texts(raw.audience, `${path}.audience`, report) }],
    accessTokenEvidence: true,
    refuseNonceWithoutScope: true,
    roles: options.roles.length > 0 ? options.roles : ["roles"],
    groups: options.groups.length > 0 ? options.groups : ["groups"],
    permissions: raw.permissions === undefined ? [] : [claimPath(raw.permissions, `${path}.permissions`, report)],
    clientId: ["client_id", "azp"],
    subject: [{ claims: ["client_id"], ...program }, { claims: ["azp"], ...program }, { claims: ["sub"] }],
    kind: [
      { kind: "app", when: { claim: "aut", equals: "APPLICATION" } },
      { kind: "user", when: { claim: "aut", equals: "APPLICATION_USER" } },
    ],
    tenant: { claim: "org_id" },
  }
}

/** Where the server is, with the tenant's path. */
function baseOf(raw: RawIssuer, path: string, report: Report): string {
  const base = text(raw.baseUrl, `${path}.baseUrl`, report) ?? "https://unset.invalid"
  if (!/^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(base))
    report(`${path}.baseUrl`, "must be scheme, host and port, such as https://is.example.com:9443, without a path")
  if (raw.tenantDomain === undefined) return base
  const tenantDomain = text(raw.tenantDomain, `${path}.tenantDomain`, report) ?? ""
  if (!/^[\w.-]+$/.test(tenantDomain)) report(`${path}.tenantDomain`, "must be a domain name, such as acme.example")
  return `${base}/t/${tenantDomain}`
}
