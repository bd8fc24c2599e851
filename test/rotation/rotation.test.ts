import { describe, expect, it } from "vitest"
import { handler } from "../../handlers/rotate-edge-secret.ts"
import { RotationFailed, rotateEdgeSecret } from "../../src/edge.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { type ModelledSecret, modelSecret } from "../secret/modelled-secret.ts"
import { keyMap, keyOne, keyTwo, startMs } from "../secret/values.ts"

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const
type Step = (typeof steps)[number]
const before = keyMap({ "k-old": keyOne })

/** A secret for which Secrets Manager has just begun a rotation: the version is there, empty, and AWSPENDING. */
function rotating(current: string | undefined = before, token = "token-1"): ModelledSecret {
  const secret = modelSecret(current)
  begin(secret, token)
  return secret
}
const begin = (secret: ModelledSecret, token: string): void => void secret.labels.set(token, new Set(["AWSPENDING"]))
const clock = (): number => startMs
const take = (Step: string, ClientRequestToken = "token-1"): Promise<void> =>
  rotateEdgeSecret({ Step, SecretId: "edge/hmac", ClientRequestToken }, { clock })
const failure = (taken: Promise<void>): Promise<unknown> =>
  taken.then(
    () => undefined,
    (error: unknown) => error,
  )
async function takeAll(token = "token-1"): Promise<void> {
  for (const step of steps) await take(step, token)
}
const keysAt = (secret: ModelledSecret, id: string): [string, string][] =>
  Object.entries(JSON.parse(secret.values.get(id) ?? "{}") as { [id: string]: string })

describe("a rotation", () => {
  it("ends with a fresh key of 32 bytes and a new id that is current, and with the key before as previous", async () => {
    const secret = rotating()
    await takeAll()
    expect(secret.state()).toEqual({ v0: ["AWSPREVIOUS"], "token-1": ["AWSCURRENT"] })
    const [[id, key] = ["", ""], ...more] = keysAt(secret, "token-1")
    expect(more).toEqual([])
    expect(id).toMatch(/^k-2026-01-01-[0-9a-f]{16}$/)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    const keys = hmacKeysFormat.parse({
      current: secret.values.get(secret.at("AWSCURRENT") ?? "") ?? "",
      previous: secret.values.get(secret.at("AWSPREVIOUS") ?? "") ?? "",
    })
    expect([keys.has(id), keys.has("k-old")]).toEqual([true, true])
  })

  it("and another one drop the key before that, with an id and a key that are new again", async () => {
    const secret = rotating()
    await takeAll()
    begin(secret, "token-2")
    await takeAll("token-2")
    expect(secret.state()).toEqual({ "token-1": ["AWSPREVIOUS"], "token-2": ["AWSCURRENT"] })
    const [[firstId, firstKey] = [], [secondId, secondKey] = []] = [
      ...keysAt(secret, "token-1"),
      ...keysAt(secret, "token-2"),
    ]
    expect(firstId).not.toBe(secondId)
    expect(firstKey).not.toBe(secondKey)
  })

  it.each<[string, string | undefined]>([
    ["a placeholder", "made by CloudFormation: 8#kL"],
    ["no value at all", undefined],
  ])("begins with %s as well", async (_, current) => {
    const secret = rotating(current)
    await takeAll()
    expect(secret.at("AWSCURRENT")).toBe("token-1")
    expect(() => hmacKeysFormat.parse({ current: secret.values.get("token-1") ?? "" })).not.toThrow()
  })

  it("changes nothing in setSecret and testSecret", async () => {
    const secret = rotating()
    await take("createSecret")
    const [labels, values] = [secret.state(), [...secret.values]]
    await take("setSecret")
    await take("testSecret")
    expect([secret.state(), [...secret.values]]).toEqual([labels, values])
    expect(new Set(secret.calls.slice(3))).toEqual(new Set(["DescribeSecret", "GetSecretValue"]))
  })
})

describe("the deployed handler", () => {
  it("rotates the secret of its event", async () => {
    const secret = rotating()
    for (const Step of steps) await handler({ Step, SecretId: "edge/hmac", ClientRequestToken: "token-1" })
    expect(secret.state()).toEqual({ v0: ["AWSPREVIOUS"], "token-1": ["AWSCURRENT"] })
  })

  it("rejects, so that Secrets Manager ends the attempt", async () => {
    rotating()
    await expect(handler({ Step: "createSecret" })).rejects.toThrow(RotationFailed)
  })
})

describe("a step that comes again", () => {
  it.each(steps)("%s changes nothing the second time", async (repeated) => {
    const secret = rotating()
    for (const step of steps) {
      await take(step)
      if (step !== repeated) continue
      const [labels, values] = [secret.state(), [...secret.values]]
      await take(step)
      expect([secret.state(), [...secret.values]]).toEqual([labels, values])
    }
    expect(secret.state()).toEqual({ v0: ["AWSPREVIOUS"], "token-1": ["AWSCURRENT"] })
  })

  it.each(steps)("%s changes nothing after the rotation has ended", async (step) => {
    const secret = rotating()
    await takeAll()
    const [labels, values] = [secret.state(), [...secret.values]]
    await take(step)
    expect([secret.state(), [...secret.values]]).toEqual([labels, values])
  })

  it("keeps the first key when two attempts of createSecret run at once", async () => {
    const secret = rotating()
    await Promise.all([take("createSecret"), take("createSecret")])
    expect(keysAt(secret, "token-1")).toHaveLength(1)
    await take("testSecret")
  })

  const planned: [Step, string, boolean][] = [
    ["createSecret", "DescribeSecret", false],
    ["createSecret", "GetSecretValue", false],
    ["createSecret", "PutSecretValue", false],
    ["setSecret", "GetSecretValue", false],
    ["testSecret", "GetSecretValue", false],
    ["finishSecret", "GetSecretValue", false],
    ["finishSecret", "UpdateSecretVersionStage", false],
    ["finishSecret", "UpdateSecretVersionStage", true],
  ]
  it.each(planned)(
    "%s fails with %s (took effect: %s), and the next attempt goes on from there",
    async (at, call, after) => {
      const secret = rotating()
      for (const step of steps) {
        if (step === at) {
          secret.failing = { call, error: "InternalServiceError", after }
          expect(await failure(take(step))).toMatchObject({
            name: "RotationFailed",
            message: `${step}: ${call} failed with InternalServiceError`,
          })
        }
        await take(step)
      }
      expect(secret.state()).toEqual({ v0: ["AWSPREVIOUS"], "token-1": ["AWSCURRENT"] })
      expect(keysAt(secret, "token-1")).toHaveLength(1)
    },
  )

  it("does not fail when PutSecretValue took effect and only its answer was lost", async () => {
    const secret = rotating()
    secret.failing = { call: "PutSecretValue", error: "InternalServiceError", after: true }
    await take("createSecret")
    expect(keysAt(secret, "token-1")).toHaveLength(1)
  })

  it("takes AWSPENDING away when finishSecret was cut off in the middle", async () => {
    const secret = rotating()
    for (const step of steps.slice(0, 3)) await take(step)
    secret.failing = { call: "UpdateSecretVersionStage", error: "ThrottlingException", after: true }
    await failure(take("finishSecret"))
    expect(secret.state()).toEqual({ v0: ["AWSPREVIOUS"], "token-1": ["AWSCURRENT", "AWSPENDING"] })
    await take("finishSecret")
    expect(secret.state()).toEqual({ v0: ["AWSPREVIOUS"], "token-1": ["AWSCURRENT"] })
  })
})

describe("a rotation is refused, and nothing becomes current", () => {
  it.each<[Step]>([["setSecret"], ["testSecret"], ["finishSecret"]])(
    "when %s comes before createSecret",
    async (step) => {
      const secret = rotating()
      expect(await failure(take(step))).toMatchObject({
        name: "RotationFailed",
        message: `${step}: the new version has no value; createSecret comes first`,
      })
      expect(secret.state()).toEqual({ v0: ["AWSCURRENT"], "token-1": ["AWSPENDING"] })
    },
  )

  it.each(steps)("when the token of %s is not that of a version", async (step) => {
    const secret = rotating()
    expect(await failure(take(step, "token-9"))).toMatchObject({
      message: expect.stringMatching(/no version with this/),
    })
    expect(await failure(take(step, "constructor"))).toMatchObject({
      message: expect.stringMatching(/no version with this/),
    })
    expect(secret.at("AWSCURRENT")).toBe("v0")
  })

  it.each(steps)("when the token of %s is that of a version with another label", async (step) => {
    const secret = rotating()
    await takeAll()
    expect(await failure(take(step, "v0"))).toMatchObject({
      message: `${step}: the version of this ClientRequestToken is not AWSPENDING`,
    })
    expect(secret.at("AWSCURRENT")).toBe("token-1")
  })

  it("when the secret does not rotate", async () => {
    const secret = rotating()
    secret.rotationEnabled = false
    expect(await failure(take("createSecret"))).toMatchObject({
      message: "createSecret: rotation is not enabled for the secret",
    })
    expect(secret.values.size).toBe(1)
  })

  it.each<[string, string]>([
    ["is malformed", "not a map"],
    ["is weak", keyMap({ k: "00".repeat(31) })],
  ])("when the new version, written by somebody else, %s", async (_, value) => {
    for (const step of steps) {
      const secret = rotating()
      secret.values.set("token-1", value)
      const refused = await failure(take(step))
      expect(refused).toBeInstanceOf(RotationFailed)
      expect((refused as Error).message).toMatch(
        /^\w+: the value of the new version cannot be used: it must be a JSON object/,
      )
      expect(secret.at("AWSCURRENT")).toBe("v0")
    }
  })

  it("when the new version has another key by the id of the current one, in testSecret", async () => {
    const secret = rotating()
    secret.values.set("token-1", keyMap({ "k-old": keyTwo }))
    expect(await failure(take("testSecret"))).toMatchObject({
      message: expect.stringMatching(/never used again$/),
    })
  })

  it("but not when both versions are equal, as in the test that Secrets Manager makes without rotating", async () => {
    const secret = rotating()
    secret.values.set("token-1", before)
    expect(await failure(take("testSecret"))).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ["no event", undefined],
    ["an unknown step", { Step: "deleteSecret", SecretId: "edge/hmac", ClientRequestToken: "token-1" }],
    ["an inherited step", { Step: "toString", SecretId: "edge/hmac", ClientRequestToken: "token-1" }],
    ["no secret", { Step: "createSecret", ClientRequestToken: "token-1" }],
    ["no token", { Step: "createSecret", SecretId: "edge/hmac" }],
    ["a token that is no text", { Step: "createSecret", SecretId: "edge/hmac", ClientRequestToken: 7 }],
  ])("for %s", async (_, event) => {
    const secret = rotating()
    expect(await failure(rotateEdgeSecret(event, { clock }))).toBeInstanceOf(RotationFailed)
    expect(secret.calls).toEqual([])
  })

  it("and no refusal quotes a key or an error text of the service", async () => {
    const secret = rotating()
    secret.values.set("token-1", keyMap({ k: keyTwo.slice(2) }))
    const refused = (await failure(take("testSecret"))) as Error
    secret.failing = { call: "DescribeSecret", error: "AccessDeniedException" }
    const denied = (await failure(take("testSecret"))) as Error
    expect(denied.message).toBe("testSecret: DescribeSecret failed with AccessDeniedException")
    for (const error of [refused, denied]) {
      expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(new RegExp(`${keyTwo.slice(2)}|${keyOne}|planned`))
      expect(error.cause).toBeUndefined()
    }
  })
})
