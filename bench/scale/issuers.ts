import type { ResultRow } from "../results.ts"
import { benchKey, tokens } from "../tokens.ts"
import { entry, growthOver } from "./growth.ts"

const key = benchKey("RS256")
/** Most issuers whose tokens take turns: in the larger configurations they stand evenly spread. */
const mostSpeaking = 50

/** 1 to 1,000 issuers in one configuration. */
export async function issuersOfAConfiguration(quick: boolean): Promise<readonly ResultRow[]> {
  const sizes = [1, 10, 100, 1000].map((size) => {
    const names = Array.from({ length: size }, (_, index) => `https://tenant-${index}.issuer.example/`)
    const step = Math.max(1, Math.floor(size / mostSpeaking))
    const speaking = names.filter((_, index) => index % step === 0)
    const perIssuer = Math.ceil(mostSpeaking / speaking.length)
    return {
      name: `${size.toLocaleString("en")} ${size === 1 ? "issuer" : "issuers"}`,
      issuers: names.map((name) => entry(name, key, [key.jwk])),
      tokens: speaking.flatMap((iss) => tokens(key, perIssuer, 800, { claims: { iss } })),
    }
  })
  return growthOver("issuers", sizes, quick ? { rounds: 3, perRound: 500 } : { rounds: 7, perRound: 2000 })
}
