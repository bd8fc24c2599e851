import type { Report } from "../problems/option-checks.ts"
import type { ClaimPath } from "../types/configuration.ts"
import { checkMlDsa } from "./ml-dsa.ts"
import type { IssuerProfile, Requirement } from "./profile.ts"

/** Options that few issuers need. The last two are there if the preset knows them. */
export interface FurtherSettings {
  readonly require: readonly Requirement[]
  readonly listFormat: "plain" | "bracketed"
  readonly accessTokenClaim?: ClaimPath
  readonly tokenUse?: "access" | "id"
}

/** What these options change of a profile. */
export function furtherRules(
  profile: IssuerProfile,
  { require, listFormat, accessTokenClaim, tokenUse }: FurtherSettings,
  path: string,
  report: Report,
): Partial<IssuerProfile> {
  checkMlDsa(profile, path, report)
  if (accessTokenClaim !== undefined) checkAccessTokenClaim(accessTokenClaim, tokenUse, path, report)
  return {
    require: [...profile.require, ...require],
    ...(listFormat === "bracketed" && { readBracketed: namesInBrackets }),
    ...(accessTokenClaim !== undefined && { accessTokenClaim }),
  }
}

/**
 * `[a, b]`, as Amazon Cognito writes the values of a SAML attribute: each is form-encoded, so that it holds no comma.
 */
function namesInBrackets(text: string): readonly string[] | undefined {
  if (text === "[]") return []
  if (!/^\[[^[\]"]+\]$/.test(text)) return undefined
  try {
    const names = text
      .slice(1, -1)
      .split(",")
      .map((name) => decodeURIComponent(name.trim().replaceAll("+", " ")))
    return names.includes("") ? undefined : names
  } catch {
    return undefined // a wrong escape
  }
}

/** Claims that ID tokens have as well (OpenID Connect Core 1.0 sections 2 and 5.1; RFC 7519 section 4.1). */
const inIdTokens =
  /^(?:iss|sub|aud|exp|nbf|iat|jti|azp|nonce|auth_time|acr|amr|at_hash|c_hash|sid|\w*name|profile|picture|website|email\w*|gender|birthdate|zoneinfo|locale|phone_\w+|address|updated_at|events)$/

/** The claim that marks this issuer's access tokens. */
function checkAccessTokenClaim(
  claim: ClaimPath,
  tokenUse: FurtherSettings["tokenUse"],
  path: string,
  report: Report,
): void {
  const [name = ""] = [claim].flat()
  if (inIdTokens.test(name)) {
    report(
      `${path}.accessTokenClaim`,
      "is a claim that ID tokens have as well. Name one that only access tokens of this issuer have",
    )
  }
  if (tokenUse === "id") report(`${path}.accessTokenClaim`, "goes with access tokens only. Leave it out")
}
