import type { Persona } from "./persona.ts"
import type { SignedToken } from "./signer.ts"

/** The tokens of the table of `npm start -- --check`, good and bad. `missing` is no token at all. */
export const tokenNames = ["good", "expired", "wrong-audience", "wrong-scope", "tampered", "missing"] as const
export type TokenName = (typeof tokenNames)[number]

/** What to sign for a name of the table. */
export function wishFor(name: Exclude<TokenName, "missing">, { otherScope }: Persona): SignedToken {
  switch (name) {
    case "good":
      return {}
    case "expired":
      return { defects: ["expired"] }
    case "wrong-audience":
      return { defects: ["wrongAudience"] }
    case "wrong-scope":
      return { scope: otherScope }
    case "tampered":
      return { defects: ["tampered"] }
  }
}
