import type { ResultRow } from "../results.ts"
import { benchKey, issuer, tokens } from "../tokens.ts"
import { entry, growthOver } from "./growth.ts"

/** hallpass looks at so many keys of a set; the largest one seen in the field has 14. */
const mostUsed = 100

/** 1 to 500 keys in one set; the token names one of the last that counts. */
export async function keysOfASet(quick: boolean): Promise<readonly ResultRow[]> {
  // Elliptic curves, because 500 RSA keys would take a minute to make.
  const all = Array.from({ length: 500 }, (_, index) => {
    const key = benchKey("ES256")
    return { ...key, jwk: { ...key.jwk, kid: `key-${index}` } }
  })
  const sizes = [1, 10, 100, 500].flatMap((size) => {
    const keys = all.slice(0, size)
    const signer = keys[Math.min(size, mostUsed) - 1]
    if (signer === undefined) return []
    return {
      name: `${size} ${size === 1 ? "key" : "keys"}`,
      issuers: [
        entry(
          issuer,
          signer,
          keys.map(({ jwk }) => jwk),
        ),
      ],
      tokens: tokens(signer, 50, 800),
    }
  })
  const rows = await growthOver(
    "keys of a set",
    sizes,
    quick ? { rounds: 3, perRound: 300 } : { rounds: 7, perRound: 1000 },
  )
  const note = `Of a larger set the first ${mostUsed} keys are used.`
  return rows.map((row) => (row.case.endsWith(", 500 keys") ? { ...row, note } : row))
}
