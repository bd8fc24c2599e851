import { createPublicKey } from "node:crypto"
import { GetPublicKeyCommand, KMSClient } from "@aws-sdk/client-kms"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { AuthorizerConfig } from "../../src/index.ts"
import { diagnose } from "../../src/policy.ts"
import { command, file } from "../cli/in-process.ts"
import { configOf, newKey, nowMs } from "../support/assertion.ts"
import { mockClient } from "../support/aws-clients.ts"

const key = newKey()
const id = "11111111-2222-3333-4444-555555555555"
const clock = (): number => nowMs
const describeSecret = async (): Promise<undefined> => undefined
const kms = mockClient(KMSClient)
beforeEach(() => vi.stubEnv("AWS_REGION", "eu-west-1"))
afterEach(() => {
  kms.reset()
  vi.unstubAllEnvs()
})

async function findingsOf(config: AuthorizerConfig, current = key.pem) {
  const secrets = async (): Promise<{ current: string }> => ({ current })
  const { assertion, grade } = await diagnose(config, { clock, secrets, describeSecret })
  expect(JSON.stringify(assertion)).not.toMatch(/canary|PRIVATE/)
  return { grade, lines: assertion?.findings.map(({ severity, message }) => `${severity}: ${message}`) }
}

describe("18-4: hallpass doctor looks at the keys of assertions", () => {
  it("every one, those that only wait included", async () => {
    const config = configOf({ keys: [{ secretsManager: "mesh/signing" }, { ssm: "/mesh/next" }] })
    const { grade, lines } = await findingsOf(config)
    expect(grade).toBe("good")
    expect(lines).toEqual([
      expect.stringMatching(/^info: assertion\.keys\[0\]: secretsManager:mesh\/signing is good/),
      expect.stringMatching(/^info: assertion\.keys\[1\]: ssm:\/mesh\/next is good/),
    ])
  })

  it("a key of another form is an error, and is not quoted", async () => {
    const { grade, lines } = await findingsOf(configOf(), "canary")
    expect([grade, lines]).toEqual(["bad", [expect.stringMatching(/^error: .* cannot be used: it has another form/)]])
  })

  it("a key of KMS by its public half", async () => {
    const PublicKey = createPublicKey(key.pem).export({ type: "spki", format: "der" })
    kms.on(GetPublicKeyCommand).resolves({ KeyUsage: "SIGN_VERIFY", PublicKey })
    const config = configOf({ keys: [{ kms: id }] })
    expect(await findingsOf(config)).toMatchObject({
      grade: "good",
      lines: [expect.stringContaining(`kms:${id} is good`)],
    })
    kms.on(GetPublicKeyCommand).rejects(Object.assign(new Error("canary"), { name: "AccessDeniedException" }))
    expect(await findingsOf(config)).toMatchObject({
      grade: "bad",
      lines: [expect.stringContaining("access is denied")],
    })
  })

  it("a variable of the function need not be here", async () => {
    const config = file("doctor-assertion.json", configOf({ keys: [{ env: "MESH_KEY" }] }))
    const { code, stdout } = await command(["doctor", "--config", config])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Assertions\n.*\n?.*the variable MESH_KEY is not set/)
    const deployed = { FunctionName: "hallpass", Runtime: "nodejs24.x", Environment: { Variables: {} } } as const
    const { function: examined } = await diagnose(configOf({ keys: [{ env: "MESH_KEY" }] }), { clock, deployed })
    expect(examined?.findings.map(({ message }) => message).join()).toContain("The function has no variable MESH_KEY")
  })
})
