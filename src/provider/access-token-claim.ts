import { claimPath, type Option, option } from "../problems/declaration.ts"
import type { ClaimPath } from "../types/configuration.ts"

/** Claims that ID tokens have as well (OpenID Connect Core 1.0 sections 2 and 5.1; RFC 7519 section 4.1). */
const inIdTokens =
  /^(?:iss|sub|aud|exp|nbf|iat|jti|azp|nonce|auth_time|acr|amr|at_hash|c_hash|sid|\w*name|profile|picture|website|email\w*|gender|birthdate|zoneinfo|locale|phone_\w+|address|updated_at|events)$/

/** The claim that marks an issuer's access tokens. */
export const accessTokenClaim: Option<ClaimPath> = option("claimPath", [], (value, path, report) => {
  const claim = claimPath.check(value, path, report)
  const [name = ""] = [claim].flat()
  if (inIdTokens.test(name))
    report(path, "is a claim that ID tokens have as well. Name one that only access tokens of this issuer have")
  return claim
})
