// What calls AWS, against another implementation of its services. They share one server, which takes a second to start.
import { createHash, createPublicKey, verify } from "node:crypto"
import { fileURLToPath } from "node:url"
import {
  APIGatewayClient,
  CreateAuthorizerCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutMethodCommand,
} from "@aws-sdk/client-api-gateway"
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms"
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager"
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { attach } from "../../src/cli/attach.ts"
import { check } from "../../src/cli/check.ts"
import { rotateEdgeSecret } from "../../src/edge.ts"
import { createAuthorizer } from "../../src/index.ts"
import { assertionKeySet } from "../../src/mesh.ts"
import { fetchSecret } from "../../src/secret/fetch.ts"
import { functionArn, runHere, uri } from "../cli/account.ts"
import { keyMap, keyOne, keyTwo, startMs } from "../secret/values.ts"
import { configOf, contextOf, nowMs } from "../support/assertion.ts"
import { startTimers, stopTimers } from "../support/deadlines.ts"
import { useMotoServer } from "../support/moto-server.ts"
import { moto } from "../support/tools.ts"

beforeAll(stopTimers)
afterAll(startTimers)

const limits = { timeoutMs: 15_000 }
useMotoServer()

describe.skipIf(!moto.isThere)("secrets and keys, against moto_server", () => {
  it("18-4: a key of KMS signs assertions, and its published half verifies them", async () => {
    const { KeyMetadata } = await new KMSClient().send(
      new CreateKeyCommand({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }),
    )
    const config = configOf({ keys: [{ kms: KeyMetadata?.KeyId ?? "" }] }, { secrets: { timeoutMs: 8000 } })
    const clock = (): number => nowMs
    const { assertion } = await contextOf(createAuthorizer(config, { clock }))
    const [, input = "", signature = ""] = /^(.+)\.(.+)$/.exec(String(assertion)) ?? []
    const [jwk] = (await assertionKeySet(config, { clock })).keys
    const key = createPublicKey({ key: { ...jwk }, format: "jwk" })
    // moto takes a digest for a message and hashes it once more: it does not read MessageType.
    const signed = createHash("sha256").update(input).digest()
    const jose = { key, dsaEncoding: "ieee-p1363" } as const
    expect(verify("sha256", signed, jose, Buffer.from(signature, "base64url"))).toBe(true)
  })

  it("a secret has its current version, then the one before as well, by name and by ARN", async () => {
    const client = new SecretsManagerClient()
    const { ARN = "" } = await client.send(
      new CreateSecretCommand({ Name: "edge/a", SecretString: keyMap({ one: keyOne }) }),
    )
    expect(await fetchSecret({ secretsManager: "edge/a" }, limits)).toEqual({ current: keyMap({ one: keyOne }) })
    await client.send(new PutSecretValueCommand({ SecretId: "edge/a", SecretString: keyMap({ two: keyTwo }) }))
    const both = { current: keyMap({ two: keyTwo }), previous: keyMap({ one: keyOne }) }
    expect(await fetchSecret({ secretsManager: "edge/a" }, limits)).toEqual(both)
    expect(await fetchSecret({ secretsManager: ARN }, limits)).toEqual(both)
  })

  it("a secret that is not there is not found", async () => {
    await expect(fetchSecret({ secretsManager: "edge/none" }, limits)).rejects.toMatchObject({ kind: "not_found" })
    await expect(fetchSecret({ ssm: "/edge/none" }, limits)).rejects.toMatchObject({ kind: "not_found" })
  })

  it("a SecureString has its newest version and the one before, or the one that the name selects", async () => {
    const client = new SSMClient()
    const put = (Value: string): Promise<unknown> =>
      client.send(new PutParameterCommand({ Name: "/edge/hmac", Value, Type: "SecureString", Overwrite: true }))
    await put("first")
    expect(await fetchSecret({ ssm: "/edge/hmac" }, limits)).toEqual({ current: "first" })
    await put("second")
    await put("third")
    expect(await fetchSecret({ ssm: "/edge/hmac" }, limits)).toEqual({ current: "third", previous: "second" })
    expect(await fetchSecret({ ssm: "/edge/hmac:1" }, limits)).toEqual({ current: "first" })
  })

  it("a rotation ends with a new current key and with the one before, and its steps may come again", async () => {
    const SecretId = "edge/rotated"
    const client = new SecretsManagerClient()
    const { VersionId: old = "" } = await client.send(
      new CreateSecretCommand({ Name: SecretId, SecretString: keyMap({ one: keyOne }) }),
    )
    const ClientRequestToken = "11111111-2222-4333-8444-555555555555"
    // moto makes the version current at once when no function is named; the labels go back to where a rotation begins.
    await client.send(
      new RotateSecretCommand({ SecretId, ClientRequestToken, RotationRules: { AutomaticallyAfterDays: 30 } }),
    )
    const move = (VersionStage: string, MoveToVersionId?: string, RemoveFromVersionId?: string): Promise<unknown> =>
      client.send(
        new UpdateSecretVersionStageCommand({
          ...{ SecretId, VersionStage },
          ...(MoveToVersionId && { MoveToVersionId }),
          ...(RemoveFromVersionId && { RemoveFromVersionId }),
        }),
      )
    await move("AWSCURRENT", old, ClientRequestToken)
    await move("AWSPREVIOUS", undefined, ClientRequestToken)
    await move("AWSPENDING", ClientRequestToken)
    const labels = async (): Promise<unknown> =>
      (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages
    expect(await labels()).toEqual({ [old]: ["AWSCURRENT"], [ClientRequestToken]: ["AWSPENDING"] })

    const take = (Step: string): Promise<void> =>
      rotateEdgeSecret({ Step, SecretId, ClientRequestToken }, { clock: () => startMs })
    await expect(take("finishSecret")).rejects.toMatchObject({ name: "RotationFailed" })
    for (const step of ["createSecret", "createSecret", "setSecret", "testSecret"]) await take(step)
    expect(await fetchSecret({ secretsManager: SecretId }, limits)).toEqual({ current: keyMap({ one: keyOne }) })
    for (const step of ["finishSecret", "finishSecret", "createSecret"]) await take(step)
    expect(await labels()).toEqual({ [old]: ["AWSPREVIOUS"], [ClientRequestToken]: ["AWSCURRENT"] })
    const { current, previous } = await fetchSecret({ secretsManager: SecretId }, limits)
    expect(current).toMatch(/^\{"k-2026-01-01-[0-9a-f]{16}":"[0-9a-f]{64}"\}$/)
    expect(previous).toBe(keyMap({ one: keyOne }))
  })
})

// Moto lists no authorizers of HTTP APIs and changes no methods: those are tried with aws-sdk-client-mock.

const orders = fileURLToPath(new URL("../../examples/openapi/authorizer.json", import.meta.url))

/** An API with one route per entry; `true` has the authorizer. */
async function restApi(routes: { readonly [path: string]: boolean }): Promise<string> {
  const client = new APIGatewayClient()
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: "orders" }))
  const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
  const settings = { type: "REQUEST" as const, identitySource: "method.request.header.Authorization" }
  const { id: authorizerId } = await client.send(
    new CreateAuthorizerCommand({
      ...{ restApiId, name: "hallpass", authorizerUri: uri, authorizerResultTtlInSeconds: 300 },
      ...settings,
    }),
  )
  for (const [pathPart, hasAuthorizer] of Object.entries(routes)) {
    const { id: resourceId } = await client.send(
      new CreateResourceCommand({ restApiId, parentId: items[0]?.id, pathPart }),
    )
    const auth = hasAuthorizer ? { authorizationType: "CUSTOM", authorizerId } : { authorizationType: "NONE" }
    await client.send(new PutMethodCommand({ restApiId, resourceId, httpMethod: "GET", ...auth }))
  }
  return restApiId ?? ""
}

describe.skipIf(!moto.isThere)("15-7: an account, against moto_server", () => {
  it("check --account reads the routes of a REST API and their authorizers", async () => {
    const apiId = [await restApi({ orders: true, health: false, open: false })]
    const { code, document } = await runHere(
      check,
      { config: orders, account: true, apiId, public: ["GET /health"] },
      true,
    )
    const { api } = document as {
      api: { routes: { route: string; authorizer: string }[]; findings: { severity: string; route: string }[] }
    }
    const authorizers = Object.fromEntries(api.routes.map(({ route, authorizer }) => [route, authorizer]))
    expect(authorizers).toEqual({ "GET /orders": "hallpass", "GET /health": "none", "GET /open": "none" })
    const errors = api.findings.filter(({ severity }) => severity === "error")
    expect(errors.map(({ route }) => route)).toEqual(["GET /open"])
    expect(code).toBe(1)
  })

  it("attach --dry-run finds what is missing, and what is there already", async () => {
    const more = { config: orders, functionArn, invokeRoleArn: "arn:aws:iam::123456789012:role/invoke" }
    const { text } = await runHere(attach, { apiId: await restApi({ orders: false }), ...more })
    expect(text).toContain("apigateway update-authorizer")
    expect(text).toContain("apigateway update-method")
    const { text: other } = await runHere(attach, { apiId: await restApi({ orders: true }), ...more })
    expect(other).not.toContain("update-method")
  })

  it("an API that is not there is one line", async () => {
    const asked = runHere(check, { config: orders, account: true, apiId: ["abcdefghij"] })
    await expect(asked).rejects.toThrow(/^abcdefghij is no API of eu-west-1\. Check the id and --region$/)
  })
})
