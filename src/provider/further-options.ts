import { claimPath, type Report, word } from "../problems/option-checks.ts"
import { checkMlDsa } from "./ml-dsa.ts"
import type { Preset, RawIssuer } from "./options.ts"
import type { IssuerProfile } from "./profile.ts"
import { requirements } from "./requirements.ts"

/**
 * A preset that also reads the options that few issuers need: `require`, `listFormat`, and `accessTokenClaim` if the
 * preset knows it.
 */
export function withFurtherOptions(preset: Preset): Preset {
  return (raw, path, report) => {
    const profile = preset(raw, path, report)
    checkMlDsa(profile, path, report)
    return {
      ...profile,
      require: [...profile.require, ...requirements(raw.require, `${path}.require`, report)],
      ...listFormatOf(raw, path, report),
      ...accessTokenClaimOf(raw, path, report),
    }
  }
}

function listFormatOf(raw: RawIssuer, path: string, report: Report): Pick<IssuerProfile, "readBracketed"> {
  const format = word(raw.listFormat, `${path}.listFormat`, report, ["plain", "bracketed"], "plain")
  return format === "bracketed" ? { readBracketed: namesInBrackets } : {}
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
function accessTokenClaimOf(raw: RawIssuer, path: string, report: Report): Pick<IssuerProfile, "accessTokenClaim"> {
  if (raw.accessTokenClaim === undefined) return {}
  const accessTokenClaim = claimPath(raw.accessTokenClaim, `${path}.accessTokenClaim`, report)
  const [name = ""] = [accessTokenClaim].flat()
  if (inIdTokens.test(name)) {
    report(
      `${path}.accessTokenClaim`,
      "is a claim that ID tokens have as well. Name one that only access tokens of this issuer have",
    )
  }
  if (raw.tokenUse === "id") report(`${path}.accessTokenClaim`, "goes with access tokens only. Leave it out")
  return { accessTokenClaim }
}
