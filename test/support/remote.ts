import type { OidcIssuer } from "../../src/types/configuration.ts"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier, type TokenVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "./config.ts"
import { clock } from "./mint.ts"

/** A verifier whose issuer serves this key set over a network that is a function, and what was recorded of the set. */
export function remoteVerifier(
  keys: readonly unknown[],
  changes: Partial<OidcIssuer> = {},
): { verifier: TokenVerifier; records: KeySetRecord[] } {
  const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys", ...changes })
  const records: KeySetRecord[] = []
  const document = { status: 200, headers: {}, body: JSON.stringify({ keys }) }
  const parts = {
    clock,
    fetchKeySet: () => Promise.resolve(document),
    observer: { keySet: (record: KeySetRecord) => void records.push(record) },
  }
  return { verifier: createVerifier({ issuers: [issuer] }, parts), records }
}
