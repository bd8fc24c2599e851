import { claimName, required } from "../problems/declaration.ts"
import type { AdfsIssuer } from "../types/configuration.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { audience, domain, issuerText, keyPlaceOf, type Preset, preset } from "./options.ts"
import { plainProfile, type SubjectRule } from "./profile.ts"

interface AdfsSettings {
  readonly domain: string
  readonly issuer?: string
  readonly audience: readonly string[]
  readonly subject?: string
}

const options = () => ({ domain: required(domain), issuer: issuerText, audience, subject: claimName })

/**
 * What AD FS calls a user, the most stable claim first. Which of them a token has is up to the rules of the
 * application.
 */
const userClaims = ["sub", "primarysid", "nameid", "upn", "unique_name", "winaccountname"]

/**
 * Active Directory Federation Services. Access tokens name `access_token_issuer` of the discovery document as `iss`, ID
 * tokens name `issuer`; the key is named by `x5t`, often without `kid`; `sub` is there only if a rule issues it.
 */
export const adfs: Preset = preset<AdfsIssuer, AdfsSettings>(options, (settings, base, path, report) => {
  const { domain, issuer = `http://${domain}/adfs/services/trust` } = settings
  const idTokens = `https://${domain}/adfs`
  if (issuer === idTokens)
    report(`${path}.issuer`, "is what ID tokens name as iss. Set it to access_token_issuer of the discovery document")
  checkKnownIssuer(issuer, settings, path, report)
  return {
    ...base,
    provider: "adfs",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    lookalikes: [{ issuer: idTokens, code: "token_kind_refused" }],
    keyPlace: keyPlaceOf(settings, { jwksUri: `${idTokens}/discovery/keys` }, path, report),
    selectByThumbprint: true,
    audiences: [{ claim: "aud", anyOf: settings.audience }],
    require: [{ claim: "appid", code: "token_kind_refused" }],
    refuseClaims: ["nonce", ...plainProfile.refuseClaims],
    scopes: ["scp"],
    roles: settings.roles ?? ["role"],
    groups: settings.groups ?? ["group"],
    clientId: ["appid"],
    subject: subjectOf(settings.subject),
    // Nothing marks the token of a program: a user's token without claims about the user looks the same.
    kind: ["upn", "unique_name", "winaccountname", "primarysid"].map((present) => ({
      kind: "user",
      when: { present },
    })),
  }
})

function subjectOf(subject: string | undefined): readonly SubjectRule[] {
  // A public client acts for a user always; only a confidential one may act for itself.
  const program: SubjectRule = {
    claims: ["appid"],
    mark: "appid%3D",
    when: { claim: "apptype", equals: "Confidential" },
  }
  if (subject !== undefined) return [{ claims: [subject] }, program]
  return [
    ...userClaims.map((claim) => ({ claims: [claim], ...(claim === "sub" ? {} : { mark: `${claim}%3D` }) })),
    program,
  ]
}
