import { createPublicKey, verify } from "node:crypto"
import { createAuthorizer } from "../../src/index.ts"
import type { ResultRow } from "../results.ts"
import { benchKey, issuer, type Prepared, spoiledTokens, tokens } from "../tokens.ts"
import { entry } from "./growth.ts"
import { type Contestant, inTurns } from "./rounds.ts"

interface Kind {
  readonly name: string
  /** The reason that each of them is refused for. */
  readonly code: string
  /** Whether the refusal needs no signature check: then it has to cost less than one. */
  readonly cheap: boolean
  readonly tokens: readonly string[]
}

/** Most that a refusal may cost that needs no signature check, over that check. */
const mostOfACheck = 0.5
const key = benchKey("RS256")

function kindsOf(count: number): readonly Kind[] {
  const good = tokens(key, count, 800).map(({ token }) => token)
  const spoiled = (spoil: Parameters<typeof spoiledTokens>[3]): readonly string[] =>
    spoiledTokens(key, count, 800, spoil).map(({ token }) => token)
  const none = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url")
  return [
    { name: "malformed", code: "token_malformed", cheap: true, tokens: good.map((token) => token.replace(".", ".=")) },
    {
      name: "too long",
      code: "token_too_long",
      cheap: true,
      tokens: good.map((token) => `${token}${"A".repeat(16_384)}`),
    },
    {
      ...{ name: "alg none", code: "algorithm_not_allowed", cheap: true },
      tokens: good.map((token) => `${none}.${token.split(".")[1]}.AAAA`),
    },
    { name: "unknown issuer", code: "issuer_unknown", cheap: true, tokens: spoiled("other issuer") },
    { name: "wrong audience", code: "audience_mismatch", cheap: false, tokens: spoiled("other audience") },
    { name: "expired", code: "token_expired", cheap: false, tokens: spoiled("expired") },
    { name: "bad signature", code: "signature_invalid", cheap: false, tokens: spoiled("bad signature") },
  ]
}

/** 100,000 bad tokens, event to answer, by what is wrong with them, beside one bare signature check. */
export async function badTokens(quick: boolean): Promise<readonly ResultRow[]> {
  const [distinct, rounds] = quick ? [100, 3] : [2050, 7]
  const kinds = kindsOf(distinct)
  const { handler, decide } = createAuthorizer({ issuers: [entry(issuer, key, [key.jwk])] })
  const eventOf = (token: string): object => ({
    type: "TOKEN",
    methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders/7",
    authorizationToken: `Bearer ${token}`,
  })
  const refusing = await Promise.all(
    kinds.map(async ({ name, code, tokens: bad }): Promise<Contestant> => {
      const events = bad.map(eventOf)
      for (const event of events) {
        const { reason } = await decide(event)
        if (reason !== code) throw new Error(`a token that should be ${code} is ${reason}`)
      }
      return { name, run: (count) => refuseAll(handler, events, count) }
    }),
  )
  const floor = "crypto.verify"
  const medians = await inTurns([bareCheck(floor), ...refusing], { rounds, perRound: distinct })
  const check = medians.get(floor) ?? Number.NaN
  const rows = kinds.map(({ name, cheap }): ResultRow => {
    const value = medians.get(name) ?? Number.NaN
    const ratio = value / check
    const row = { case: `bad tokens: ${name}`, subject: "hallpass", value, unit: "us", ratio, ratioTo: floor } as const
    return cheap
      ? { ...row, budget: mostOfACheck, holds: ratio <= mostOfACheck, note: "Refused without a signature check." }
      : row
  })
  return [{ case: "bad tokens: none of them", subject: floor, value: check, unit: "us" }, ...rows]
}

/** What API Gateway turns into a 401: a rejection with exactly this text. */
async function refuseAll(handler: (event: unknown) => Promise<unknown>, events: readonly object[], count: number) {
  let refused = 0
  for (let i = 0; i < count; i++) {
    try {
      await handler(events[i % events.length])
    } catch {
      refused++
    }
  }
  if (refused !== count) throw new Error("a bad token was let through")
}

/** One signature, with bytes and key at hand. */
function bareCheck(name: string): Contestant {
  const publicKey = createPublicKey({ key: key.jwk, format: "jwk" })
  const good = tokens(key, 200, 800)
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const { signed, signature } = good[i % good.length] as Prepared
      if (!verify("sha256", signed, publicKey, signature)) throw new Error("a good signature is bad")
    }
  }
  return { name, run }
}
