import { describe, expect, it } from "vitest"
import { checkSecretOptions } from "../../src/configuration/declared/secrets.ts"
import { checkEnvironmentSecret, checkSecretReference, checkSigningKey } from "../../src/secret/check-reference.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { sharedSecretsFormat } from "../../src/secret/shared-secrets.ts"
import { defaultSecretPolicy } from "../support/defaults.ts"
import { keyMap, keyOne, sharedOne } from "./values.ts"

type Problems = { path: string; message: string }[]
function reporting<T>(check: (report: (path: string, message: string) => void) => T): { value: T; problems: Problems } {
  const problems: Problems = []
  return { value: check((path, message) => void problems.push({ path, message })), problems }
}
const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:edge/hmac-AbCdEf"

describe("a reference to a secret", () => {
  it.each([
    { env: "ORIGIN_SECRETS" },
    { secretsManager: "edge/hmac" },
    { secretsManager: arn },
    { ssm: "/edge/hmac" },
    { ssm: "edge.hmac:3" },
    { ssm: "arn:aws:ssm:eu-west-1:123456789012:parameter/edge/hmac:blue" },
  ])("may be %j", (reference) => {
    const { value, problems } = reporting((report) => checkSecretReference(reference, "keys", report))
    expect(problems).toEqual([])
    expect(value).toEqual(reference)
  })

  it.each<[unknown, string]>([
    [sharedOne, "keys"],
    [undefined, "keys"],
    [[{ env: "A" }], "keys"],
    [{}, "keys"],
    [{ env: "A", ssm: "/b" }, "keys"],
    [{ value: sharedOne }, "keys.value"],
    [{ env: "" }, "keys.env"],
    [{ env: sharedOne }, "keys.env"],
    [{ env: "1A" }, "keys.env"],
    [{ secretsManager: "edge hmac" }, "keys.secretsManager"],
    [{ secretsManager: "arn:aws:s3:::bucket" }, "keys.secretsManager"],
    [{ secretsManager: arn.replace("secretsmanager", "ssm") }, "keys.secretsManager"],
    [{ ssm: "/edge/hmac:3:4" }, "keys.ssm"],
    [{ ssm: "/edge?x=1" }, "keys.ssm"],
    [{ ssm: ["/edge"] }, "keys.ssm"],
  ])("is refused as %j, by its path and without its content", (reference, path) => {
    const { problems } = reporting((report) => checkSecretReference(reference, "keys", report))
    expect(problems.map((problem) => problem.path)).toContain(path)
    expect(JSON.stringify(problems)).not.toContain(sharedOne)
  })

  it("is explained with every place, and with KMS for a key that signs", () => {
    const places = '{ env: "NAME" }, { secretsManager: "name or ARN" }'
    const never = "; never write the value itself here"
    for (const [check, rest] of [
      [checkSecretReference, ' or { ssm: "name" }'],
      [checkSigningKey, ', { ssm: "name" } or { kms: "id or ARN of the key" }'],
    ] as const) {
      const { problems } = reporting((report) => check({}, "keys", report))
      const message = `must name exactly one place: ${places}${rest}${never}`
      expect(problems).toEqual([{ path: "keys", message }])
    }
  })
})

describe("a secret of the environment", () => {
  const check = (value: string | undefined, format: Parameters<typeof checkEnvironmentSecret>[1]): Problems =>
    reporting((report) => checkEnvironmentSecret({ env: "EDGE" }, format, "keys", report, { EDGE: value })).problems

  it("is read at start, and a good one is accepted", () => {
    expect(check(keyMap({ k1: keyOne }), hmacKeysFormat)).toEqual([])
    expect(check(sharedOne, sharedSecretsFormat)).toEqual([])
  })

  it.each([undefined, ""])("is refused when it is not set (%j)", (value) => {
    expect(check(value, hmacKeysFormat)).toEqual([
      { path: "keys.env", message: "names an environment variable that is not set. Set it, or correct the name" },
    ])
  })

  it("is refused when it is weak or malformed, with the form that is right and without the value", () => {
    const weak = keyMap({ k1: keyOne.slice(4) })
    const [problem, ...others] = check(weak, hmacKeysFormat)
    expect(others).toEqual([])
    expect(problem?.path).toBe("keys.env")
    expect(problem?.message).toMatch(/weak value: it must be a JSON object .* `openssl rand -hex 32`/)
    expect(problem?.message).not.toContain(keyOne.slice(4))
    expect(check("not JSON", hmacKeysFormat)[0]?.message).toMatch(/malformed value: it must be/)
    expect(check("too short", sharedSecretsFormat)[0]?.message).toMatch(/weak value: it must be one plain string/)
  })

  it("is asked for by env references only", () => {
    const check = reporting((report) => checkEnvironmentSecret({ ssm: "EDGE" }, hmacKeysFormat, "keys", report, {}))
    expect(check.problems).toEqual([])
  })
})

describe("the secrets block", () => {
  it("has defaults: refreshed after 300 s, waited for after an hour, gone after a day", () => {
    expect(reporting((report) => checkSecretOptions(undefined, "secrets", report)).value).toEqual({
      timeoutMs: 3000,
      refreshAfterSeconds: 300,
      waitAfterSeconds: 3600,
      expireAfterSeconds: 86_400,
    })
  })

  it("takes what it is given, and defaults for the rest", () => {
    const { value, problems } = reporting((report) => checkSecretOptions({ timeoutMs: 500 }, "secrets", report))
    expect(problems).toEqual([])
    expect(value).toEqual({ ...defaultSecretPolicy, timeoutMs: 500 })
  })

  it.each<[unknown, string]>([
    ["off", "secrets"],
    [{ timeoutMs: 99 }, "secrets.timeoutMs"],
    [{ refreshAfterSeconds: "300" }, "secrets.refreshAfterSeconds"],
    [{ refreshAfterSeconds: 29 }, "secrets.refreshAfterSeconds"],
    [{ expireAfterSeconds: Number.POSITIVE_INFINITY }, "secrets.expireAfterSeconds"],
    [{ maxAgeSeconds: 3 }, "secrets.maxAgeSeconds"],
    [{ refreshAfterSeconds: 7200 }, "secrets"],
    [{ expireAfterSeconds: 1800 }, "secrets"],
  ])("SR-160: is refused as %j", (block, path) => {
    const { problems } = reporting((report) => checkSecretOptions(block, "secrets", report))
    expect(problems.map((problem) => problem.path)).toContain(path)
  })
})
