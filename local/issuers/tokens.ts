import { type CryptoKey, SignJWT } from "jose"
import type { Persona, TokenContent } from "./persona.ts"

/** The tokens that the local stack can mint, good and bad. `missing` is no token at all. */
export const tokenNames = ["good", "expired", "wrong-audience", "wrong-scope", "tampered", "missing"] as const
export type TokenName = (typeof tokenNames)[number]

export interface SigningKey {
  readonly keyId: string
  readonly privateKey: CryptoKey
}

const lifeSeconds = 3600

/** A token of the persona; `undefined` for `missing`. */
export async function mintToken(
  persona: Persona,
  key: SigningKey,
  name: TokenName,
  nowSeconds: number,
): Promise<string | undefined> {
  const good: TokenContent = {
    issuedAt: nowSeconds - 60,
    expiresAt: nowSeconds + lifeSeconds,
    audience: persona.audience,
    scope: persona.scope,
  }
  const sign = (content: TokenContent) =>
    new SignJWT(persona.claims(content)).setProtectedHeader(persona.header(key.keyId)).sign(key.privateKey)
  switch (name) {
    case "good":
      return sign(good)
    case "expired":
      return sign({ ...good, issuedAt: nowSeconds - 3 * lifeSeconds, expiresAt: nowSeconds - 2 * lifeSeconds })
    case "wrong-audience":
      return sign({ ...good, audience: persona.otherAudience })
    case "wrong-scope":
      return sign({ ...good, scope: persona.otherScope })
    case "tampered":
      return withOtherPayload(await sign({ ...good, scope: persona.otherScope }), await sign(good))
    case "missing":
      return undefined
  }
}

/**
 * What an attacker would try: the payload of one token, which has the scope, under the signature of another, which has
 * not.
 */
function withOtherPayload(signed: string, donor: string): string {
  const [header, , signature] = signed.split(".")
  return [header, donor.split(".")[1], signature].join(".")
}
