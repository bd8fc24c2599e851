import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { extensionPort } from "../../src/secret/extension.ts"
import { SecretFailure } from "../../src/secret/failure.ts"
import { fetchSecret } from "../../src/secret/fetch.ts"
import type { FetchedSecret } from "../../src/types/secret-options.ts"
import { mockClient } from "../support/aws-clients.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { keyMap, keyOne, keyTwo } from "./values.ts"

beforeAll(stopTimers)
afterAll(startTimers)

const current = keyMap({ two: keyTwo })
const previous = keyMap({ one: keyOne })
const secret = { secretsManager: "edge/hmac" }
const limits = { timeoutMs: 5000 }
const sdk = mockClient(SecretsManagerClient)

/** The extension's endpoint on loopback: what it is asked, and what it answers. */
const asked: { path: string; token: unknown }[] = []
let answer: (url: URL, response: ServerResponse) => void
const server = createServer((request: IncomingMessage, response) => {
  asked.push({ path: request.url ?? "", token: request.headers["x-aws-parameters-secrets-token"] })
  answer(new URL(request.url ?? "", "http://localhost"), response)
})
let port: number

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  asked.length = 0
  vi.stubEnv("AWS_REGION", "eu-west-1")
  vi.stubEnv("AWS_SESSION_TOKEN", "the session token")
  vi.stubEnv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", String(port))
  sdk.on(GetSecretValueCommand).resolves({ SecretString: "from the SDK" })
})
afterEach(() => {
  sdk.reset()
  vi.unstubAllEnvs()
})

const json = (response: ServerResponse, value: unknown): void => void response.end(JSON.stringify(value))
/** As the extension passes on what the service said. */
const error = (name: string): string =>
  `operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 1-2-3, ${name}: message`
const refuse = (response: ServerResponse, text: string, status = 400): void => void response.writeHead(status).end(text)
const both = (url: URL, response: ServerResponse): void =>
  json(response, { SecretString: url.searchParams.get("versionStage") === "AWSCURRENT" ? current : previous })
const failureOf = (fetched: Promise<FetchedSecret>): Promise<unknown> =>
  fetched.then(
    () => "none",
    (thrown: unknown) => (thrown instanceof SecretFailure ? thrown.kind : thrown),
  )
const sdkCalls = (): number => sdk.commandCalls(GetSecretValueCommand).length

describe("Secrets Manager through the extension", () => {
  it("gives both versions, asks for the one before first, and shows the session token", async () => {
    answer = both
    expect(await fetchSecret(secret, limits)).toEqual({ current, previous })
    const [token, path] = ["the session token", "/secretsmanager/get?secretId=edge%2Fhmac&versionStage="]
    expect(asked).toEqual([
      { token, path: `${path}AWSPREVIOUS` },
      { token, path: `${path}AWSCURRENT` },
    ])
    expect(sdkCalls()).toBe(0)
  })

  it("is content without AWSPREVIOUS, as before the first rotation", async () => {
    answer = (url, response) =>
      url.searchParams.get("versionStage") === "AWSCURRENT"
        ? json(response, { SecretString: current })
        : refuse(response, error("ResourceNotFoundException"))
    expect(await fetchSecret(secret, limits)).toEqual({ current })
  })

  it.each<[string, string]>([
    ["AccessDeniedException", "denied"],
    ["ThrottlingException", "throttled"],
    ["ResourceNotFoundException", "not_found"],
  ])("passes on %s as %s, without a second request by the SDK", async (name, kind) => {
    answer = (_, response) => refuse(response, error(name))
    expect(await failureOf(fetchSecret(secret, limits))).toBe(kind)
    expect(sdkCalls()).toBe(0)
  })

  it("refuses a binary secret, and an answer without end", async () => {
    answer = (_, response) => json(response, { SecretBinary: "AAAA" })
    expect(await failureOf(fetchSecret(secret, limits))).toBe("malformed")
    answer = (_, response) => void response.end("x".repeat(300_000))
    expect(await failureOf(fetchSecret(secret, limits))).toBe("malformed")
  })

  it.each<[string, (response: ServerResponse) => void]>([
    [
      "is not ready yet, as during initialisation",
      (response) => refuse(response, "not ready to serve traffic, please wait"),
    ],
    ["answers in a way that nobody can interpret", (response) => refuse(response, "oops", 500)],
    ["answers 200 with something else than JSON", (response) => void response.end("<html>")],
  ])("leaves the question to the SDK when it %s", async (_, respond) => {
    answer = (_url, response) => respond(response)
    expect(await fetchSecret(secret, limits)).toEqual({ current: "from the SDK", previous: "from the SDK" })
  })

  it("leaves the question to the SDK when nobody listens", async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, "localhost", resolve))
    vi.stubEnv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", String((closed.address() as AddressInfo).port))
    await new Promise((resolve) => closed.close(resolve))
    expect(await fetchSecret(secret, limits)).toMatchObject({ current: "from the SDK" })
    expect(asked).toEqual([])
  })

  it("gives up at the deadline when it accepts and says nothing, and when it never ends", async () => {
    for (const stall of [
      (_response: ServerResponse, stalled: () => void) => stalled(),
      (response: ServerResponse, stalled: () => void) => void response.write('{"SecretString":', stalled),
    ]) {
      const { promise, resolve: stalled } = Promise.withResolvers<void>()
      answer = (_, response) => stall(response, stalled)
      const failure = failureOf(fetchSecret(secret, limits))
      await promise.then(passDeadlines)
      expect(await failure).toBe("timeout")
    }
    expect(sdkCalls()).toBe(0)
  })

  it("calls a connection that dies a network failure", async () => {
    answer = (_, response) => void response.socket?.destroy()
    expect(await failureOf(fetchSecret(secret, limits))).toBe("network")
  })

  it("8: is passed by for the latest value: it keeps an older one for up to five minutes", async () => {
    answer = both
    expect(await fetchSecret(secret, { ...limits, latest: true })).toMatchObject({ current: "from the SDK" })
    expect(asked).toEqual([])
    expect(await fetchSecret(secret, { ...limits, latest: false })).toEqual({ current, previous })
  })

  it("is not asked for a secret of another region, which it could not find", async () => {
    answer = both
    const arn = (region: string): string => `arn:aws:secretsmanager:${region}:123456789012:secret:edge-AbCdEf`
    expect(await fetchSecret({ secretsManager: arn("us-east-2") }, limits)).toMatchObject({ current: "from the SDK" })
    expect(asked).toEqual([])
    expect(await fetchSecret({ secretsManager: arn("eu-west-1") }, limits)).toEqual({ current, previous })
  })
})

describe("Parameter Store through the extension", () => {
  const parameter = (Value: string, Version: number): object => ({ Parameter: { Value, Version, Name: "/edge/hmac" } })

  it("gives the newest version and the one before, decrypted", async () => {
    answer = (url, response) =>
      json(response, url.searchParams.has("version") ? parameter(previous, 6) : parameter(current, 7))
    expect(await fetchSecret({ ssm: "/edge/hmac" }, limits)).toEqual({ current, previous })
    const path = "/systemsmanager/parameters/get?name=%2Fedge%2Fhmac&withDecryption=true"
    expect(asked.map((each) => each.path)).toEqual([path, `${path}&version=6`])
  })

  it.each([
    ["/edge/hmac:3", "version=3"],
    ["/edge/hmac:blue", "label=blue"],
  ])("takes %s alone", async (ssm, selection) => {
    answer = (_, response) => json(response, parameter(current, 3))
    expect(await fetchSecret({ ssm }, limits)).toEqual({ current })
    expect(asked.map((each) => each.path)).toEqual([
      `/systemsmanager/parameters/get?name=%2Fedge%2Fhmac&withDecryption=true&${selection}`,
    ])
  })

  it("is content when the version before is gone", async () => {
    answer = (url, response) =>
      url.searchParams.has("version")
        ? refuse(response, error("ParameterVersionNotFound"))
        : json(response, parameter(current, 7))
    expect(await fetchSecret({ ssm: "/edge/hmac" }, limits)).toEqual({ current })
  })
})

describe("the extension is looked for", () => {
  const token = { AWS_SESSION_TOKEN: "t" }

  it("where the environment names its port, and never without a session token", () => {
    expect(extensionPort({ ...token, PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: "2774" })).toBe(2774)
    expect(extensionPort({ PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: "2774" })).toBeUndefined()
  })

  it("and not on the default port of a machine without the layer: the request carries the session token", () => {
    expect(extensionPort(token)).toBeUndefined()
    expect(extensionPort({ ...token, PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: "elsewhere:80" })).toBeUndefined()
  })
})
