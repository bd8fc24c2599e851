import { generateKeyPairSync, X509Certificate } from "node:crypto"
import { GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda"
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager"
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm"
import { generate } from "selfsigned"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { AuthorizerConfig, DiagnosisFinding } from "../../src/policy.ts"
import { diagnose } from "../../src/policy.ts"
import { command, file } from "../cli/in-process.ts"
import { mockClient } from "../support/aws-clients.ts"

const day = 86_400_000
const nowMs = Date.parse("2026-11-30T00:00:00Z")
const clock = () => nowMs
const keys = JSON.stringify({ k1: "9f1c3a7e5b2d8f60419ac3e7d52b80f6a1947ce3d0b85f2617ea9c04d3b6f81e" })
const secret = "q7Rk2vXw9LmZ4tBn8sYc3dHf6gJp1aEu"
const jwks = {
  keys: [{ ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }), kid: "a" }],
}
const issuer = { provider: "oidc", issuer: "https://id.acme.example", audience: "a", algorithms: ["ES256"], jwks }
const gateway = { resultTtlSeconds: 0 }
const headers = { user: "x-edge-user" }

type Evidence = NonNullable<AuthorizerConfig["edge"]>["evidence"][number]
const edgeWith = (...evidence: Evidence[]) =>
  ({ issuers: [], gateway, edge: { role: "identity", headers, evidence } }) as AuthorizerConfig
const hmac = (reference: object) => edgeWith({ hmac: { header: "x-edge-signature", keys: reference as never } })
const text = (findings: readonly DiagnosisFinding[] = []) =>
  findings.map(({ severity, message }) => `${severity}: ${message}`)

describe("15-8: the edge's secrets", () => {
  const manager = mockClient(SecretsManagerClient)
  const store = mockClient(SSMClient)
  beforeEach(() => {
    manager.reset()
    store.reset()
  })

  const managed = hmac({ secretsManager: "edge/hmac" })
  const described = (changedDays: number, more: object = {}) => {
    manager.on(GetSecretValueCommand).resolves({ SecretString: keys })
    manager
      .on(DescribeSecretCommand)
      .resolves({ LastChangedDate: new Date(nowMs - changedDays * day), CreatedDate: new Date(0), ...more })
  }

  it("says the age of a secret that is rotated, and when the next rotation is", async () => {
    described(10, { RotationEnabled: true, NextRotationDate: new Date(nowMs + 20 * day) })
    const { edge, grade } = await diagnose(managed, { clock })
    expect(grade).toBe("good")
    expect(text(edge?.findings)).toEqual([
      "info: edge.evidence[0].hmac: secretsManager:edge/hmac is good, with two versions, changed on 2026-11-20, next rotation 2026-12-20T00:00:00.000Z.",
    ])
  })

  it.each<[string, number, object, RegExp]>([
    ["an old secret that nothing rotates", 400, {}, /is 400 days old, and nothing rotates it/],
    [
      "a rotation that is overdue",
      60,
      { RotationEnabled: true, NextRotationDate: new Date(nowMs - day) },
      /was to be rotated on 2026-11-29/,
    ],
  ])("warns of %s", async (_, days, more, message) => {
    described(days, more)
    const { edge } = await diagnose(managed, { clock })
    expect(edge?.grade).toBe("fair")
    expect(edge?.findings[0]?.message).toMatch(message)
    expect(JSON.stringify(edge)).not.toContain("9f1c3a7e")
  })

  it("a secret whose age is not to be known is still looked at", async () => {
    manager.on(GetSecretValueCommand).resolves({ SecretString: keys })
    manager.on(DescribeSecretCommand).rejects(Object.assign(new Error("x"), { name: "AccessDeniedException" }))
    const { edge } = await diagnose(managed, { clock })
    expect(text(edge?.findings)[0]).toMatch(/^info: .* is good.* Its age is not known/)
  })

  it.each<[string, () => void, RegExp]>([
    [
      "is not there",
      () =>
        manager
          .on(GetSecretValueCommand)
          .rejects(Object.assign(new Error("secret text"), { name: "ResourceNotFoundException" })),
      /there is no such secret/,
    ],
    [
      "may not be read",
      () =>
        manager
          .on(GetSecretValueCommand)
          .rejects(Object.assign(new Error("secret text"), { name: "AccessDeniedException" })),
      /access is denied/,
    ],
    [
      "has another form",
      () => manager.on(GetSecretValueCommand).resolves({ SecretString: "not json" }),
      /has another form/,
    ],
    [
      "is guessable",
      () => manager.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ k: "00".repeat(32) }) }),
      /too easy to guess/,
    ],
  ])("a secret that %s is an error, and its text is in no finding", async (_, prepare, message) => {
    prepare()
    const { edge, grade } = await diagnose(managed, { clock })
    expect(grade).toBe("bad")
    expect(edge?.findings[0]).toMatchObject({ severity: "error", when: "now", message: expect.stringMatching(message) })
    expect(JSON.stringify(edge)).not.toMatch(/secret text|not json|0000/)
  })

  it("asks Parameter Store for a parameter and for the day of its last change", async () => {
    store
      .on(GetParameterCommand)
      .resolves({ Parameter: { Value: keys, Version: 1, LastModifiedDate: new Date(nowMs - 100 * day) } })
    const { edge } = await diagnose(hmac({ ssm: "/edge/hmac" }), { clock })
    expect(edge?.findings[0]?.message).toMatch(/ssm:\/edge\/hmac is 100 days old/)
  })

  it("a variable of the function need not be here; one that is here is looked at", async () => {
    const config = file("env.json", hmac({ env: "EDGE_KEYS" }))
    const missing = await command(["doctor", "--config", config])
    expect(missing.code).toBe(0)
    expect(missing.stdout).toMatch(/the variable EDGE_KEYS is not set on this\s+machine/)
    vi.stubEnv("EDGE_KEYS", keys)
    expect((await command(["doctor", "--config", config])).stdout).toMatch(/EDGE_KEYS is good/)
    vi.unstubAllEnvs()
  })

  it("an edge that mints tokens is an issuer of its own", async () => {
    const { issuers } = await diagnose(edgeWith({ jws: { header: "x-edge-identity", issuer: issuer as never } }), {
      clock,
    })
    expect(issuers).toMatchObject([
      { issuer: "https://id.acme.example", path: "edge.evidence[0].jws.issuer", facts: { keys: 1 } },
    ])
  })
})

describe("15-8: the edge's pins", () => {
  const made = (days: number) =>
    generate([{ name: "commonName", value: "bigip" }], {
      ...{ keyType: "ec", algorithm: "sha256", notBeforeDate: new Date(nowMs - day) },
      notAfterDate: new Date(nowMs + days * day),
    })
  const pinOf = async (pem: string) => {
    const der = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" })
    return Buffer.from(await crypto.subtle.digest("SHA-256", new Uint8Array(der)))
  }
  const pinned = (...spkiSha256: string[]) =>
    edgeWith({ mtls: { spkiSha256 }, secret: { header: "x-origin", values: { env: "ORIGIN" } } })
  beforeEach(() => vi.stubEnv("ORIGIN", secret))
  afterEach(() => vi.unstubAllEnvs())

  it.each<[number, "error" | "warning" | "info", RegExp]>([
    [300, "info", /is pinned, and ends on 2027-09-26/],
    [20, "warning", /ends in 20 days, on 2026-12-20/],
    [3, "error", /ends in 3 days/],
    [-0.5, "error", /ended on 2026-11-29/],
  ])("a certificate with %s days left", async (days, severity, message) => {
    const { cert } = await made(days)
    const pin = await pinOf(cert)
    for (const form of [pin.toString("hex"), pin.toString("base64")]) {
      const { edge } = await diagnose(pinned(form), { clock, certificate: cert })
      expect(edge?.findings[1]).toMatchObject({ check: "pins", severity, message: expect.stringMatching(message) })
    }
  })

  it("a certificate that no pin holds is an error; without one, pins have no end", async () => {
    const [one, other] = await Promise.all([made(300), made(300)])
    const config = pinned((await pinOf(other.cert)).toString("hex"))
    expect((await diagnose(config, { clock, certificate: one.cert })).edge?.findings[1]?.message).toMatch(
      /no pin holds/,
    )
    expect((await diagnose(config, { clock })).edge?.findings[1]?.message).toMatch(/1 pin\. A pin has no end/)
    const path = file("pinned.json", config)
    const { code, stdout } = await command(["doctor", "-c", path, "--certificate", file("one.pem", one.cert)])
    expect({ code, isSaid: stdout.includes("no pin holds") }).toEqual({ code: 1, isSaid: true })
    const wrong = await command(["doctor", "-c", path, "--certificate", file("none.pem", "none")])
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("is no certificate in PEM form") })
  })
})

describe("15-8: the deployed function", () => {
  const lambda = mockClient(LambdaClient)
  const config = { issuers: [issuer], routes: { "GET /a": {} } }
  const path = file("function.json", config)
  const good = {
    ...{
      FunctionName: "hallpass",
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      MemorySize: 512,
      Timeout: 9,
      State: "Active",
    },
    Environment: { Variables: { HALLPASS_CONFIG: JSON.stringify({ routes: { "GET /a": {} }, issuers: [issuer] }) } },
  }
  beforeEach(() => {
    lambda.reset()
    lambda.on(GetFunctionConcurrencyCommand).rejects(new Error("not allowed"))
  })
  const look = async (settings: object) => {
    lambda.on(GetFunctionConfigurationCommand).resolves({ ...good, ...settings } as never)
    const { code, stdout } = await command(["doctor", "-c", path, "--function", "hallpass", "--json"])
    return { code, ...JSON.parse(stdout).function }
  }

  it("is good as the template deploys it", async () => {
    expect(await look({})).toEqual({
      ...{ code: 0, name: "hallpass", grade: "good", findings: [] },
      settings: { runtime: "nodejs24.x", architecture: "arm64", memoryMb: 512, timeoutSeconds: 9 },
    })
  })

  it.each<[string, object, string, string, RegExp]>([
    ["an old runtime", { Runtime: "nodejs20.x" }, "runtime", "error", /needs nodejs22\.x/],
    ["another language", { Runtime: "python3.13" }, "runtime", "error", /needs Node\.js/],
    ["an image", { Runtime: undefined, PackageType: "Image" }, "runtime", "info", /container image/],
    ["little memory", { MemorySize: 128 }, "memory", "warning", /128 MB/],
    ["the other architecture", { Architectures: ["x86_64"] }, "architecture", "info", /arm64/],
    [
      "a short timeout",
      { Timeout: 3 },
      "timeout",
      "error",
      /ends after 3 s, and one fetch of a key set may take 3000 ms/,
    ],
    ["a long timeout", { Timeout: 30 }, "timeout", "info", /give up after 10 s/],
    ["a failed state", { State: "Failed", StateReason: "no subnet\u001b[2J" }, "state", "error", /no subnet \[2J/],
    ["a failed update", { LastUpdateStatus: "Failed" }, "state", "error", /last update has failed/],
    ["a sleeping function", { State: "Inactive" }, "state", "warning", /its next call waits/],
    ["a VPC", { VpcConfig: { SubnetIds: ["subnet-1"] } }, "network", "info", /NAT gateway/],
    [
      "TLS without verification",
      { Environment: { Variables: { ...good.Environment.Variables, NODE_TLS_REJECT_UNAUTHORIZED: "0" } } },
      "environment",
      "error",
      /believed/,
    ],
    [
      "another configuration",
      { Environment: { Variables: { HALLPASS_CONFIG: JSON.stringify({ issuers: [issuer] }) } } },
      "environment",
      "warning",
      /another configuration/,
    ],
    [
      "a broken configuration",
      { Environment: { Variables: { HALLPASS_CONFIG: "{" } } },
      "environment",
      "error",
      /hold no configuration/,
    ],
    ["no configuration", { Environment: undefined }, "environment", "info", /in the function's bundle/],
  ])("finds %s", async (_, settings, check, severity, message) => {
    const { code, findings } = await look(settings)
    const found = findings.find((finding: DiagnosisFinding) => finding.check === check)
    expect(found).toMatchObject({ severity, message: expect.stringMatching(message) })
    expect(code).toBe(severity === "error" ? 1 : 0)
  })

  it("finds a reserved concurrency of 0, and secrets of the edge that the function lacks", async () => {
    lambda.on(GetFunctionConcurrencyCommand).resolves({ ReservedConcurrentExecutions: 0 })
    expect((await look({})).findings[0].message).toMatch(/every call is throttled/)
    const edge = file("function-edge.json", hmac({ env: "EDGE_KEYS" }))
    lambda.on(GetFunctionConfigurationCommand).resolves({ ...good, Environment: {} } as never)
    const { code, stdout } = await command(["doctor", "-c", edge, "--function", "hallpass"])
    expect(code).toBe(1)
    expect(stdout).toMatch(/The function has no variable EDGE_KEYS/)
  })

  it.each<[string, Error, string]>([
    [
      "no such function",
      Object.assign(new Error("x"), { name: "ResourceNotFoundException" }),
      "there is no such function",
    ],
    [
      "no permission",
      Object.assign(new Error("x"), { name: "AccessDeniedException" }),
      "may not call lambda:GetFunctionConfiguration",
    ],
    ["no credentials", Object.assign(new Error("x"), { name: "CredentialsProviderError" }), "no valid AWS credentials"],
    ["no region", new Error("Region is missing"), "no AWS region is set"],
    [
      "a text of the service",
      Object.assign(new Error("secret \u001b[2J"), { name: "ServiceException" }),
      "ServiceException",
    ],
  ])("%s is one line and exit code 2", async (_, error, message) => {
    lambda.on(GetFunctionConfigurationCommand).rejects(error)
    const { code, stdout, stderr } = await command(["doctor", "-c", path, "--function", "hallpass"])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain("secret")
  })

  it("prints its settings", async () => {
    lambda.on(GetFunctionConfigurationCommand).resolves(good as never)
    const { stdout } = await command(["doctor", "-c", path, "--function", "hallpass"])
    expect(stdout).toContain("good  Function hallpass\n      nodejs24.x, arm64, 512 MB, timeout 9 s\n")
    expect(stdout).toMatch(/Nothing is wrong\.\n$/)
  })
})
