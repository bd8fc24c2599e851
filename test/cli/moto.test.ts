import { fileURLToPath } from "node:url"
import {
  APIGatewayClient,
  CreateAuthorizerCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutMethodCommand,
} from "@aws-sdk/client-api-gateway"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { attach } from "../../src/cli/attach.ts"
import { check } from "../../src/cli/check.ts"
import { startTimers, stopTimers } from "../support/deadlines.ts"
import { useMotoServer } from "../support/moto-server.ts"
import { moto } from "../support/tools.ts"
import { functionArn, runHere, uri } from "./account.ts"

// Moto lists no authorizers of HTTP APIs and changes no methods: those are tried with aws-sdk-client-mock.

beforeAll(stopTimers)
afterAll(startTimers)

const config = fileURLToPath(new URL("../../examples/openapi/authorizer.json", import.meta.url))
useMotoServer()

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

describe.skipIf(!moto.isThere)("15-7: against moto_server", () => {
  it("check --account reads the routes of a REST API and their authorizers", async () => {
    const apiId = [await restApi({ orders: true, health: false, open: false })]
    const { code, document } = await runHere(check, { config, account: true, apiId, public: ["GET /health"] }, true)
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
    const more = { config, functionArn, invokeRoleArn: "arn:aws:iam::123456789012:role/invoke" }
    const { text } = await runHere(attach, { apiId: await restApi({ orders: false }), ...more })
    expect(text).toContain("apigateway update-authorizer")
    expect(text).toContain("apigateway update-method")
    const { text: other } = await runHere(attach, { apiId: await restApi({ orders: true }), ...more })
    expect(other).not.toContain("update-method")
  })

  it("an API that is not there is one line", async () => {
    const asked = runHere(check, { config, account: true, apiId: ["abcdefghij"] })
    await expect(asked).rejects.toThrow(/^abcdefghij is no API of eu-west-1\. Check the id and --region$/)
  })
})
