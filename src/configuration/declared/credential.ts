import type { CheckedCredential } from "../../credential/extract.ts"
import { block, byDefault, number, type Option, option, text } from "../../problems/declaration.ts"
import type { CredentialOptions } from "../../types/configuration.ts"

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/ // RFC 9110 section 5.1
const name = text(token, "header_name")
const word = text(token, "scheme")

/** One word, or null for a token without a scheme. */
const scheme: Option<string | null> = option("orNull", [word], (value, path, report) =>
  value === null ? null : word.check(value, path, report),
)

/** The header is read by default only if no other place is named: see `withPlace`. */
export const credentialBlock: Option<CredentialOptions, "optional", CheckedCredential> = block<
  CredentialOptions,
  CheckedCredential
>({
  header: name,
  scheme: byDefault(scheme, "Bearer"),
  cookie: name,
  query: text(),
  subprotocol: name,
  maxLength: byDefault(number(256, 16_384, "characters"), 16_384),
})

/** The block with the header that is read if no place is named. */
export function withPlace(credential: CheckedCredential): CheckedCredential {
  const { header, cookie, query, subprotocol } = credential
  return [header, cookie, query, subprotocol].some((place) => place !== undefined)
    ? credential
    : { ...credential, header: "Authorization" }
}
