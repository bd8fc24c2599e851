import type { Report } from "../problems/option-checks.ts"
import type { ClaimPath } from "../types/configuration.ts"
import { checkMlDsa } from "./ml-dsa.ts"
import type { IssuerProfile, Requirement } from "./profile.ts"

/** Options that few issuers need. The last one is there if the preset knows it. */
export interface FurtherSettings {
  readonly require: readonly Requirement[]
  readonly listFormat: "plain" | "bracketed"
  readonly accessTokenClaim?: ClaimPath
}

/** What these options change of a profile. */
export function furtherRules(
  profile: IssuerProfile,
  { require, listFormat, accessTokenClaim }: FurtherSettings,
  path: string,
  report: Report,
): Partial<IssuerProfile> {
  checkMlDsa(profile, path, report)
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
