import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import { checkEnvironmentSecret } from "../../src/secret/check-reference.ts"
import type { SecretFormat } from "../../src/secret/format.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { createSecretSource } from "../../src/secret/secret-source.ts"
import { sharedSecretsFormat } from "../../src/secret/shared-secrets.ts"
import { defaultSecretPolicy } from "../support/defaults.ts"
import { keyMap, keyOne, keyTwo, sharedOne, sharedTwo, startMs } from "./values.ts"

/** Everything that can be made of a value by printing it, and its own and inherited texts. */
function printed(value: unknown): string {
  const deep = inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true, showProxy: true })
  const error = value instanceof Error ? `${value.stack}${inspect(value.cause)}` : ""
  return `${deep}${JSON.stringify(value)}${String(value)}${error}${JSON.stringify(Object.entries(value ?? {}))}`
}
/** A value in the forms in which it could show itself. */
const forms = (text: string, encoding: BufferEncoding): string[] => {
  const bytes = Buffer.from(text, encoding)
  return [
    text,
    text.toUpperCase(),
    bytes.toString("base64"),
    bytes.toString("hex"),
    inspect(bytes).slice(8, 40),
    bytes.join(","),
  ]
}
const secretForms = [
  ...[keyOne, keyTwo].flatMap((key) => forms(key, "hex")),
  ...[sharedOne, sharedTwo].flatMap((secret) => forms(secret, "utf8")),
]
const leaks = (text: string): string[] => secretForms.filter((form) => text.includes(form))

describe("a secret is never printed", () => {
  it("and the search for it would find it", () => {
    expect(leaks(printed({ key: Buffer.from(keyOne, "hex") }))).not.toEqual([])
    expect(leaks(printed(new Error("x", { cause: sharedOne })))).toEqual([sharedOne])
  })

  it.each<[string, SecretFormat<unknown>, string, string]>([
    ["HMAC keys", hmacKeysFormat, keyMap({ one: keyOne }), keyMap({ two: keyTwo })],
    ["shared secrets", sharedSecretsFormat, sharedOne, JSON.stringify([sharedTwo])],
  ])("by %s, nor by the source that holds them", async (_, format, current, previous) => {
    const records: unknown[] = []
    const parts = {
      ...{ format, policy: defaultSecretPolicy, clock: () => startMs },
      observer: {
        secretFetch: (record: object) => records.push(record),
        secretEvent: (record: object) => records.push(record),
      },
    }
    const fetch = async (): Promise<{ current: string; previous: string }> => ({ current, previous })
    const remote = createSecretSource({ ...parts, reference: { ssm: "/edge" }, fetch })
    const values = await remote.refreshed(startMs)
    await remote.forced(startMs)
    const fixed = createSecretSource({ ...parts, reference: { env: "E" }, environment: { E: current } })
    expect(records).toHaveLength(3)
    expect([values, remote, fixed.current(startMs), fixed, records].flatMap((each) => leaks(printed(each)))).toEqual([])
  })

  const almost = (text: string): string[] => [
    `{${text}`,
    `["${text}"`,
    `{"${text}":["${text}"]}`,
    `["${text}",1]`,
    `"${text}"`,
  ]
  it.each<[string, SecretFormat<unknown>, string[]]>([
    ["HMAC keys", hmacKeysFormat, [keyOne, ...almost(keyOne), keyMap({ one: keyOne, two: keyTwo.slice(2) })]],
    [
      "shared secrets",
      sharedSecretsFormat,
      [`${sharedOne} `, ...almost(sharedOne).slice(0, 4), JSON.stringify([sharedOne, "short"])],
    ],
  ])("by the refusal of badly written %s", (_, format, texts) => {
    for (const text of texts) {
      let refused: unknown
      try {
        format.parse({ current: text })
      } catch (error) {
        refused = error
      }
      expect(refused, text).toBeInstanceOf(Error)
      expect(leaks(printed(refused))).toEqual([])
      const problems: string[] = []
      const report = (path: string, message: string): void => void problems.push(path, message)
      checkEnvironmentSecret({ env: "E" }, format, "keys", report, { E: text })
      expect(problems).toHaveLength(2)
      expect(leaks(problems.join())).toEqual([])
    }
  })

  it("by a fetch that fails with a text that quotes it", async () => {
    const records: object[] = []
    const source = createSecretSource({
      ...{ reference: { ssm: "/edge" }, format: hmacKeysFormat, policy: defaultSecretPolicy, clock: () => startMs },
      observer: { secretFetch: (record) => void records.push(record) },
      fetch: async () => {
        throw new Error(`Unexpected token in ${keyOne}`, { cause: keyTwo })
      },
    })
    expect(await source.refreshed(startMs)).toBeUndefined()
    expect(records).toEqual([{ secret: "ssm:/edge", ok: false, failure: "service" }])
    expect(leaks(printed(source))).toEqual([])
  })
})
