import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager"
import { GetParameterCommand, ParameterVersionNotFound, SSMClient } from "@aws-sdk/client-ssm"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { SecretFailure } from "../../src/secret/failure.ts"
import { fetchSecret } from "../../src/secret/fetch.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { createSecretSource } from "../../src/secret/secret-source.ts"
import type { FetchedSecret, SecretFetchRecord } from "../../src/types/secret-options.ts"
import { mockClient } from "../support/aws-clients.ts"
import { startTimers, stopTimers } from "../support/deadlines.ts"
import { defaultSecretPolicy } from "../support/defaults.ts"
import { keyMap, keyOne, keyTwo, startMs } from "./values.ts"

beforeAll(stopTimers)
afterAll(startTimers)

const manager = mockClient(SecretsManagerClient)
const store = mockClient(SSMClient)
const current = keyMap({ two: keyTwo })
const previous = keyMap({ one: keyOne })
const secret = { secretsManager: "edge/hmac" }
const parameter = { ssm: "/edge/hmac" }
const limits = { timeoutMs: 5000 }

const stage = (VersionStage: string): object => ({ SecretId: "edge/hmac", VersionStage })
const notFound = new ResourceNotFoundException({ message: "no such version", $metadata: {} })
const serviceError = (name: string, httpStatusCode = 400): SecretsManagerServiceException =>
  new SecretsManagerServiceException({
    name,
    message: `it quotes ${keyOne}`,
    $fault: "client",
    $metadata: { httpStatusCode },
  })
const failureOf = (fetched: Promise<FetchedSecret>): Promise<string> =>
  fetched.then(
    () => "none",
    (error: unknown) => (error instanceof SecretFailure ? error.kind : `not a SecretFailure: ${error}`),
  )

beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-west-1")
  vi.stubEnv("AWS_SESSION_TOKEN", "")
})
afterEach(() => {
  manager.reset()
  store.reset()
  vi.unstubAllEnvs()
})

describe("Secrets Manager through the SDK", () => {
  it("gives AWSCURRENT and AWSPREVIOUS, the current one asked for first, and never asks for AWSPENDING", async () => {
    manager.on(GetSecretValueCommand, stage("AWSCURRENT")).resolves({ SecretString: current })
    manager.on(GetSecretValueCommand, stage("AWSPREVIOUS")).resolves({ SecretString: previous })
    expect(await fetchSecret(secret, limits)).toEqual({ current, previous })
    expect(manager.commandCalls(GetSecretValueCommand).map(({ args }) => args[0].input)).toEqual([
      stage("AWSCURRENT"),
      stage("AWSPREVIOUS"),
    ])
  })

  it("is content without AWSPREVIOUS, as before the first rotation", async () => {
    manager.on(GetSecretValueCommand, stage("AWSCURRENT")).resolves({ SecretString: current })
    manager.on(GetSecretValueCommand, stage("AWSPREVIOUS")).rejects(notFound)
    expect(await fetchSecret(secret, limits)).toEqual({ current })
  })

  it("fails as a whole when AWSPREVIOUS is there but cannot be read: a key in use would be missing", async () => {
    manager.on(GetSecretValueCommand, stage("AWSCURRENT")).resolves({ SecretString: current })
    manager.on(GetSecretValueCommand, stage("AWSPREVIOUS")).rejects(serviceError("ThrottlingException"))
    expect(await failureOf(fetchSecret(secret, limits))).toBe("throttled")
  })

  it.each<[string, Error, string]>([
    ["a secret that does not exist", notFound, "not_found"],
    ["a role without the permission", serviceError("AccessDeniedException"), "denied"],
    ["a key that may not be used", serviceError("DecryptionFailure"), "denied"],
    ["expired credentials", serviceError("ExpiredTokenException"), "denied"],
    ["throttling by name", serviceError("ThrottlingException"), "throttled"],
    ["throttling by status", serviceError("SomethingElse", 429), "throttled"],
    ["a fault of the service", serviceError("InternalServiceError", 500), "service"],
    ["a refused connection", Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), "network"],
    ["an aborted request", Object.assign(new Error("aborted"), { name: "AbortError" }), "timeout"],
    ["an answer that cannot be parsed", new SyntaxError(`Unexpected token in "${keyOne}"`), "service"],
  ])("says what is wrong with %s by a word, and quotes nothing", async (_, error, kind) => {
    manager.on(GetSecretValueCommand).rejects(error)
    const failure = await fetchSecret(secret, limits).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(SecretFailure)
    expect(failure).toMatchObject({ kind, message: `Could not fetch the secret: ${kind}` })
    expect((failure as Error).cause).toBeUndefined()
  })

  it("refuses a binary secret", async () => {
    manager.on(GetSecretValueCommand).resolves({ SecretBinary: Buffer.from(current) })
    expect(await failureOf(fetchSecret(secret, limits))).toBe("malformed")
  })

  it("asks the region that an ARN names", async () => {
    const regions: string[] = []
    manager.on(GetSecretValueCommand).callsFake(async (_input, getClient: () => SecretsManagerClient) => {
      regions.push(await getClient().config.region())
      return { SecretString: current }
    })
    await fetchSecret(secret, limits)
    await fetchSecret({ secretsManager: "arn:aws:secretsmanager:us-east-2:123456789012:secret:edge-AbCdEf" }, limits)
    expect(regions).toEqual(["eu-west-1", "eu-west-1", "us-east-2", "us-east-2"])
  })

  it("feeds a source: throttled at first, then the keys of both versions", async () => {
    let nowMs = startMs
    const records: SecretFetchRecord[] = []
    const source = createSecretSource({
      reference: secret,
      format: hmacKeysFormat,
      policy: defaultSecretPolicy,
      clock: () => nowMs,
      observer: { secretFetch: (record) => void records.push(record) },
    })
    manager.on(GetSecretValueCommand).rejects(serviceError("ThrottlingException"))
    expect(await source.refreshed(nowMs)).toBeUndefined()
    manager.reset()
    manager.on(GetSecretValueCommand, stage("AWSCURRENT")).resolves({ SecretString: current })
    manager.on(GetSecretValueCommand, stage("AWSPREVIOUS")).resolves({ SecretString: previous })
    expect(await source.refreshed(nowMs)).toBeUndefined() // left alone
    nowMs += 31_000
    const keys = await source.refreshed(nowMs)
    expect([keys?.has("one"), keys?.has("two")]).toEqual([true, true])
    expect(records.map(({ ok, failure }) => failure ?? ok)).toEqual(["throttled", true])
  })
})

describe("Parameter Store through the SDK", () => {
  const asked = (): unknown[] => store.commandCalls(GetParameterCommand).map(({ args }) => args[0].input)
  const decrypted = (Name: string): object => ({ Name, WithDecryption: true })

  it("gives the newest version and the one before, decrypted", async () => {
    store.on(GetParameterCommand, decrypted("/edge/hmac")).resolves({ Parameter: { Value: current, Version: 7 } })
    store.on(GetParameterCommand, decrypted("/edge/hmac:6")).resolves({ Parameter: { Value: previous, Version: 6 } })
    expect(await fetchSecret(parameter, limits)).toEqual({ current, previous })
    expect(asked()).toEqual([decrypted("/edge/hmac"), decrypted("/edge/hmac:6")])
  })

  it("asks for no version before the first", async () => {
    store.on(GetParameterCommand).resolves({ Parameter: { Value: current, Version: 1 } })
    expect(await fetchSecret(parameter, limits)).toEqual({ current })
    expect(asked()).toHaveLength(1)
  })

  it("is content when the version before is gone from the history", async () => {
    store.on(GetParameterCommand, decrypted("/edge/hmac")).resolves({ Parameter: { Value: current, Version: 101 } })
    const gone = new ParameterVersionNotFound({ message: "gone", $metadata: {} })
    store.on(GetParameterCommand, decrypted("/edge/hmac:100")).rejects(gone)
    expect(await fetchSecret(parameter, limits)).toEqual({ current })
  })

  it.each(["/edge/hmac:3", "/edge/hmac:blue", "arn:aws:ssm:eu-west-1:123456789012:parameter/edge/hmac:3"])(
    "takes %s alone, because the name selects it",
    async (ssm) => {
      store.on(GetParameterCommand, decrypted(ssm)).resolves({ Parameter: { Value: current, Version: 3 } })
      expect(await fetchSecret({ ssm }, limits)).toEqual({ current })
    },
  )

  it("finds the version before of a parameter named by its ARN", async () => {
    const ssm = "arn:aws:ssm:eu-west-1:123456789012:parameter/edge/hmac"
    store.on(GetParameterCommand, decrypted(ssm)).resolves({ Parameter: { Value: current, Version: 2 } })
    store.on(GetParameterCommand, decrypted(`${ssm}:1`)).resolves({ Parameter: { Value: previous, Version: 1 } })
    expect(await fetchSecret({ ssm }, limits)).toEqual({ current, previous })
  })

  it("fails without a value", async () => {
    store.on(GetParameterCommand).resolves({})
    expect(await failureOf(fetchSecret(parameter, limits))).toBe("malformed")
  })

  it.each<[string, string]>([
    ["ParameterNotFound", "not_found"],
    ["TooManyRequestsException", "throttled"],
    ["InvalidKeyId", "denied"],
  ])("calls %s %s", async (name, kind) => {
    store.on(GetParameterCommand).rejects(Object.assign(new Error("x"), { name }))
    expect(await failureOf(fetchSecret(parameter, limits))).toBe(kind)
  })
})
