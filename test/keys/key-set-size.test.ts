import { afterEach, describe, expect, it, vi } from "vitest"
import type { FetchedDocument } from "../../src/index.ts"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey, withKid } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

const good = testKey("rsa", "1")
const { x, y } = testKey("p256").jwk
const other = (i: number): object => ({ kty: "EC", crv: "P-256", x, y, kid: `other-${i}` })
const others = (count: number): object[] => Array.from({ length: count }, (_, i) => other(i))

afterEach(() => {
  vi.restoreAllMocks()
})

/** What comes of a good token when the issuer serves this text, and what was recorded of the set. */
async function serving(body: string): Promise<{ result: string; record: KeySetRecord | undefined; turns: number }> {
  const { jwks: _inline, ...issuer } = oidcIssuer({
    jwksUri: "https://issuer.example/keys",
    algorithms: ["RS256", "ES256"],
  })
  const records: KeySetRecord[] = []
  const fetchKeySet = async (): Promise<FetchedDocument> => ({ status: 200, headers: {}, body })
  const observer = { keySet: (record: KeySetRecord) => void records.push(record) }
  const verifier = createVerifier(
    { issuers: [issuer], keys: { maxBytes: 4_194_304 } },
    { clock, fetchKeySet, observer },
  )
  let turns = 0
  let over = false
  const count = (): void => {
    turns++
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  const result = await verifier.verify(mint({}, { key: good })).then(
    () => "ok",
    (error: { code: string }) => error.code,
  )
  over = true
  return { result, record: records[0], turns }
}
const setOf = (...members: readonly unknown[]): string => JSON.stringify({ keys: members })
/** So long that the set is not parsed whole. */
const filler = "x".repeat(70_000)
const long = (...members: readonly unknown[]): string =>
  JSON.stringify({ filler: filler.slice(0, 65_000), keys: members })

describe("part 4: the members of a key set that are looked at", () => {
  it.each([
    ["usable", others],
    ["unusable", (count: number) => Array.from({ length: count }, () => ({ kty: "none" }))],
    ["of odd types", (count: number) => Array.from({ length: count }, (_, i) => [null, 1, "key", [], true][i % 5])],
  ])("are the first 100, where the others are %s", async (_what, before) => {
    for (const set of [setOf, long]) {
      const hundredth = await serving(set(...before(99), good.jwk, ...others(50)))
      expect(hundredth.result).toBe("ok")
      expect(hundredth.record?.skipped.too_many).toBe(50)
      const next = await serving(set(...before(100), good.jwk))
      expect(next.result).not.toBe("ok")
    }
  })

  it("are the first 100 of an inline set and of a snapshot, too", async () => {
    const keys = [...others(100), good.jwk]
    const inline = createVerifier(
      { issuers: [oidcIssuer({ jwks: { keys }, algorithms: ["ES256", "RS256"] })] },
      { clock },
    )
    await expect(inline.verify(mint())).rejects.toMatchObject({ code: "key_unknown" })
  })
})

describe("2.4: a long key set is read as a short one", () => {
  it.each<[string, string, string]>([
    [
      "with another member before its keys",
      JSON.stringify({ a: filler.slice(0, 65_000), keys: [good.jwk, ...others(9)], b: "," }),
      "ok",
    ],
    ["of many keys", setOf(...others(99), good.jwk, ...others(2000)), "ok"],
    ["behind a byte order mark", `\uFEFF${setOf(good.jwk, { a: filler })}`, "ok"],
    ["with a huge member", setOf({ ...good.jwk, kid: "huge", x5c: [filler] }, good.jwk), "ok"],
    ["with a huge key of the same kid", setOf({ ...good.jwk, x5c: [filler] }, good.jwk), "ok"],
    [
      "with a deep member",
      `{"keys":[{"issuer":${"[".repeat(40_000)}${"]".repeat(40_000)}},${JSON.stringify(good.jwk)}]}`,
      "ok",
    ],
    [
      "with brackets, quotes and commas in texts",
      setOf({ a: `]},{"keys":[\\"\\\\"${filler}` }, { a: '],"\\' }, good.jwk),
      "ok",
    ],
    ["with blanks everywhere", JSON.stringify({ keys: [good.jwk, ...others(600)] }, null, "\t\r\n "), "ok"],
    [
      "with two lists of keys, the last one good",
      `{"keys":[{"a":"${filler}"}],"keys":[${JSON.stringify(good.jwk)}]}`,
      "ok",
    ],
    [
      "with two lists of keys, the last one empty",
      `{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"}],"keys":[ ]}`,
      "keys_unavailable",
    ],
    [
      "with a list of keys and then another value",
      `{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"}],"keys":1}`,
      "keys_unavailable",
    ],
    [
      "whose keys are in an object of it",
      `{"a":{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"}]}}`,
      "keys_unavailable",
    ],
    [
      "whose keys are in a list of it",
      `{"a":[{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"}]}]}`,
      "keys_unavailable",
    ],
    [
      "whose keys are under __proto__",
      `{"__proto__":{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"}]}}`,
      "keys_unavailable",
    ],
    ["whose keys are an object", JSON.stringify({ keys: { 0: good.jwk, a: filler } }), "keys_unavailable"],
    ["that is a list", JSON.stringify([good.jwk, { a: filler }]), "keys_unavailable"],
    ["that is a text", JSON.stringify(setOf(good.jwk, { a: filler })), "keys_unavailable"],
    ["that ends too early", setOf(good.jwk, { a: filler }).slice(0, -1), "keys_unavailable"],
    ["that ends in a text", setOf(good.jwk, { a: filler }).slice(0, -100), "keys_unavailable"],
    ["with more behind it", `${setOf(good.jwk, { a: filler })}{}`, "keys_unavailable"],
    ["with a comma too many", `{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"},]}`, "keys_unavailable"],
    ["with a comma too few", `{"keys":[${JSON.stringify(good.jwk)}{"a":"${filler}"}]}`, "keys_unavailable"],
    [
      "with a bracket of the other kind",
      `{"keys":[${JSON.stringify(good.jwk)},{"a":"${filler}"}}]}`,
      "keys_unavailable",
    ],
    [
      "with a member that is no JSON",
      `{"keys":[${JSON.stringify(good.jwk)},{a:"${filler.slice(0, 60_000)}"}],"b":"${filler.slice(0, 60_000)}"}`,
      "keys_unavailable",
    ],
    ["as the argument of a call", `callback(${setOf(good.jwk, { a: filler })})`, "keys_unavailable"],
  ])("%s", async (_what, body, result) => {
    expect(body.length).toBeGreaterThan(65_536)
    expect((await serving(body)).result).toBe(result)
  })

  it("a huge member is counted as too_large, a deep one as what it lacks", async () => {
    const body = setOf({ ...good.jwk, kid: "huge", x5c: [filler] }, good.jwk, { kty: "none" })
    expect((await serving(body)).record).toEqual({
      issuer: oidcIssuer().issuer,
      usable: 1,
      skipped: { too_large: 1, key_type: 1 },
    })
  })
})

describe("part 4: a key set does not block the event loop", () => {
  const size = 4_000_000
  it.each<[string, string, number]>([
    ["4 MB of lists", `{"keys":[${JSON.stringify(good.jwk)},${"[],".repeat(size / 3)}[]]}`, 60],
    ["4 MB of nesting", `{"keys":[${JSON.stringify(good.jwk)},${"[".repeat(size / 2)}${"]".repeat(size / 2)}]}`, 60],
    ["100 keys", setOf(good.jwk, ...others(99)), 12],
  ])("%s: reading gives it a turn whenever some milliseconds have passed", async (_what, body, turns) => {
    let now = 0
    vi.spyOn(performance, "now").mockImplementation(() => {
      now += 6 // so much time passes between two looks at the clock
      return now
    })
    const read = await serving(body)
    expect(read.result).toBe("ok")
    expect(read.turns).toBeGreaterThanOrEqual(turns)
  })

  it("and a short one is read in one go", async () => {
    vi.spyOn(performance, "now").mockReturnValue(0)
    const read = await serving(setOf(good.jwk, withKid(testKey("rsa", "2"), "2").jwk))
    expect(read.result).toBe("ok")
    expect(read.turns).toBeLessThanOrEqual(2)
  })
})
