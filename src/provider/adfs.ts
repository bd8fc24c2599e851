import { claimName, type Report, texts } from "../problems/option-checks.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { algorithmsOf, commonOptions, domainOf, issuerKeys, issuerText, keyPlaceOf, type RawIssuer } from "./options.ts"
import { type IssuerProfile, plainProfile, type SubjectRule } from "./profile.ts"

/**
 * What AD FS calls a user, the most stable claim first. Which of them a token has is up to the rules of the
 * application.
 */
const userClaims = ["sub", "primarysid", "nameid", "upn", "unique_name", "winaccountname"]

/**
 * Active Directory Federation Services. Access tokens name `access_token_issuer` of the discovery document as `iss`, ID
 * tokens name `issuer`; the key is named by `x5t`, often without `kid`; `sub` is there only if a rule issues it.
 */
export function adfs(raw: RawIssuer, path: string, report: Report): IssuerProfile {
  issuerKeys(raw, ["domain", "issuer", "audience", "subject"], path, report)
  const domain = domainOf(raw, path, report)
  const issuer =
    raw.issuer === undefined ? `http://${domain}/adfs/services/trust` : issuerText(raw.issuer, `${path}.issuer`, report)
  const idTokens = `https://${domain}/adfs`
  if (issuer === idTokens)
    report(`${path}.issuer`, "is what ID tokens name as iss. Set it to access_token_issuer of the discovery document")
  const options = commonOptions(raw, path, report)
  checkKnownIssuer(issuer, raw, path, report)
  return {
    ...plainProfile,
    ...options,
    provider: "adfs",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    lookalikes: [{ issuer: idTokens, code: "token_kind_refused" }],
    keyPlace: keyPlaceOf(raw, { jwksUri: `${idTokens}/discovery/keys` }, path, report),
    algorithms: algorithmsOf(raw, ["RS256"], path, report),
    selectByThumbprint: true,
    audiences: [{ claim: "aud", anyOf: texts(raw.audience, `${path}.audience`, report) }],
    require: [{ claim: "appid", code: "token_kind_refused" }],
    refuseClaims: ["nonce", ...plainProfile.refuseClaims],
    scopes: ["scp"],
    roles: options.roles.length > 0 ? options.roles : ["role"],
    groups: options.groups.length > 0 ? options.groups : ["group"],
    clientId: ["appid"],
    subject: subjectOf(raw, path, report),
    // Nothing marks the token of a program: a user's token without claims about the user looks the same.
    kind: ["upn", "unique_name", "winaccountname", "primarysid"].map((present) => ({
      kind: "user",
      when: { present },
    })),
  }
}

function subjectOf(raw: RawIssuer, path: string, report: Report): readonly SubjectRule[] {
  // A public client acts for a user always; only a confidential one may act for itself.
  const program: SubjectRule = {
    claims: ["appid"],
    mark: "appid%3D",
    when: { claim: "apptype", equals: "Confidential" },
  }
  if (raw.subject !== undefined) return [{ claims: [claimName(raw.subject, `${path}.subject`, report)] }, program]
  return [
    ...userClaims.map((claim) => ({ claims: [claim], ...(claim === "sub" ? {} : { mark: `${claim}%3D` }) })),
    program,
  ]
}
