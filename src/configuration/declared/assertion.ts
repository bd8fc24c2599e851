import {
  block,
  byDefault,
  list,
  number,
  type Option,
  option,
  required,
  text,
  words,
} from "../../problems/declaration.ts"
import { checkSigningKey, signingKeyPlaces } from "../../secret/check-reference.ts"
import type { AssertionClaim, AssertionOptions } from "../../types/assertion-options.ts"
import type { SigningKeyReference } from "../../types/secret-options.ts"

/** The `assertion` block as declared, with its defaults. */
export interface AssertionSettings {
  readonly issuer: string
  readonly audience: string
  readonly keys: readonly SigningKeyReference[]
  readonly claims: readonly AssertionClaim[]
  readonly marginSeconds: number
}

const signingKey: Option<SigningKeyReference> = option("secretReference", [signingKeyPlaces], checkSigningKey)

const name = text(
  /^[!-)+-~]{1,512}$/,
  "must be text of 1 to 512 printable ASCII characters without blanks and *, for example https://hallpass.example.com",
)

export const assertionBlock: Option<AssertionOptions, "optional", AssertionSettings> = block<
  AssertionOptions,
  AssertionSettings
>({
  issuer: required(name, ""),
  audience: required(name, ""),
  keys: required(list(signingKey), []),
  claims: byDefault(list(words("scope", "client_id", "roles", "groups", "permissions", "tenant"), 0), [
    "scope",
    "client_id",
  ]),
  marginSeconds: byDefault(number(10, 300, "seconds"), 60),
})
