import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { awsLine, quoted } from "../../src/cli/attach/calls.ts"
import { attach } from "../../src/cli/attach.ts"
import { check } from "../../src/cli/check.ts"
import { account, functionArn, runHere, uri } from "./account.ts"
import { program } from "./hallpass.ts"

const config = fileURLToPath(new URL("../../examples/openapi/authorizer.json", import.meta.url))
beforeAll(() => {
  for (const [name, value] of Object.entries({
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  }))
    vi.stubEnv(name, value)
})
afterAll(() => vi.unstubAllEnvs())
let aws = account()
beforeEach(() => {
  aws = account()
})
const run = (options: object, json = false) => runHere(attach, { config, functionArn, ...options }, json)

describe("15-7: hallpass check --account", () => {
  const account = (options: object = {}) => runHere(check, { config, account: true, ...options }, true)
  const routesOf = (document: unknown) =>
    (document as { api: { routes: { route: string; authorizer: string; api: string }[] } }).api.routes

  it("reads every page of every API of the region, and names routes without an authorizer", async () => {
    const { code, document } = await account()
    expect(routesOf(document).map(({ route, authorizer, api }) => [api, route, authorizer])).toEqual([
      ["orders (rest1)", "GET /", "none"],
      ["orders (rest1)", "GET /orders", "none"],
      ["orders (rest1)", "OPTIONS /orders", "none"],
      ["orders-http (http1)", "GET /orders", "none"],
      ["orders-http (http1)", "GET /health", "none"],
      ["orders-http (http1)", "POST /orders", "iam"],
      ["chat\u001b[31m (socket1)", "$connect", "none"],
    ])
    expect(code).toBe(1)
    expect(aws.calls()).toEqual([])
  })

  it("--api-id reads one API, of any kind; --public lists what is open", async () => {
    for (const [id, count] of [
      ["rest1", 3],
      ["http1", 3],
      ["socket1", 1],
    ] as const)
      expect(routesOf((await account({ apiId: [id] })).document)).toHaveLength(count)
    aws.httpRoutes = [{ RouteId: "r2", RouteKey: "GET /health", AuthorizationType: "NONE" }]
    expect((await account({ apiId: ["http1"], public: ["GET /health"] })).code).toBe(0)
  })

  it("--stage reads what is deployed, by the export", async () => {
    expect(routesOf((await account({ apiId: ["rest1"], stage: "prod" })).document).map(({ route }) => route)).toEqual([
      "GET /orders",
    ])
  })

  it("compares the settings", async () => {
    const settings = {
      type: "TOKEN",
      identitySource: "method.request.header.X-Other",
      authorizerResultTtlInSeconds: 600,
    }
    aws.restAuthorizers.push({ id: "a", name: "hallpass", authorizerUri: uri, ...settings })
    aws.restMethod = { authorizationType: "CUSTOM", authorizerId: "a" }
    const { document } = await account({ apiId: ["rest1"] })
    const { findings } = (document as { api: { findings: { severity: string; message: string }[] } }).api
    const errors = findings.filter(({ severity }) => severity === "error").map(({ message }) => message)
    expect(errors).toEqual([
      "has no authorizer",
      "orders (rest1): the authorizer hallpass keeps answers for 600 seconds, and gateway.resultTtlSeconds is 300",
      expect.stringContaining("keeps answers without method.request.header.Authorization in the cache key"),
    ])
  })

  it("is one line for an unknown id, an id that is none, and the wrong options", async () => {
    await expect(account({ apiId: ["nope"] })).rejects.toThrow(/^nope is no API of eu-west-1/)
    await expect(account({ apiId: ["a/b"] })).rejects.toThrow(/is no id of an API/)
    await expect(account({ api: ["x.yaml"] })).rejects.toThrow(/two questions/)
    await expect(runHere(check, { config, apiId: ["x"] })).rejects.toThrow(/--api-id goes with --account/)
  })
})

describe("15-7: hallpass attach", () => {
  it("prints the calls for a REST API, and performs none", async () => {
    const { code, text } = await run({ apiId: "rest1" })
    expect(code).toBe(0)
    expect(aws.calls()).toEqual([])
    expect(text).toBe(`# rest API orders (rest1)

# make the authorizer hallpass
AUTHORIZER_ID=$(aws apigateway create-authorizer --rest-api-id rest1 --name hallpass --type REQUEST --authorizer-uri ${uri} --identity-source method.request.header.Authorization --authorizer-result-ttl-in-seconds 300 --region eu-west-1 --query id --output text)

# let API Gateway call the function for the authorizers of this API
aws lambda add-permission --function-name ${functionArn} --statement-id hallpass-rest1 --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn 'arn:aws:execute-api:eu-west-1:123456789012:rest1/authorizers/*' --region eu-west-1

# ask hallpass on GET /orders
aws apigateway update-method --rest-api-id rest1 --resource-id res1 --http-method GET --patch-operations '[{"op":"replace","path":"/authorizationType","value":"CUSTOM"},{"op":"replace","path":"/authorizerId","value":"'"$AUTHORIZER_ID"'"}]' --region eu-west-1

# Routes without a rule stay open: GET /, OPTIONS /orders.
# A REST API changes when it is deployed: aws apigateway create-deployment --rest-api-id rest1 --stage-name STAGE
# Nothing was changed. --apply performs these calls.
`)
  })

  it.each(["rest1", "http1"])("--apply attaches %s, and a second run has nothing to do", async (apiId) => {
    const first = await run({ apiId, apply: true })
    expect(first.text).toContain("done: make the authorizer hallpass\ndone: let API Gateway call")
    const made = aws.calls()
    expect(made).toEqual(["CreateAuthorizer", apiId === "rest1" ? "UpdateMethod" : "UpdateRoute", "AddPermission"])
    const second = await run({ apiId, apply: true })
    expect(second.text).toContain("Nothing to do")
    expect(aws.calls()).toEqual(made)
    const { document } = await runHere(check, { config, account: true, apiId: [apiId] }, true)
    const { routes } = (document as { api: { routes: { route: string; authorizer: string }[] } }).api
    expect(routes.find(({ route }) => route === "GET /orders")?.authorizer).toBe("hallpass")
  })

  it("HTTP: the settings follow from the configuration; a route with IAM keeps it unless --replace says so", async () => {
    const { code, document } = await run({ apiId: "http1", apply: true }, true)
    expect(code).toBe(1)
    expect(document).toMatchObject({ applied: true, left: [{ route: "POST /orders", reason: "has AWS_IAM" }] })
    expect(aws.httpAuthorizers).toEqual([
      {
        AuthorizerId: "auth2",
        Name: "hallpass",
        AuthorizerType: "REQUEST",
        AuthorizerUri: uri,
        IdentitySource: ["$request.header.Authorization"],
        AuthorizerPayloadFormatVersion: "2.0",
        EnableSimpleResponses: false,
        AuthorizerResultTtlInSeconds: 300,
      },
    ])
    expect(aws.httpRoutes[0]).toMatchObject({ AuthorizationType: "CUSTOM", AuthorizerId: "auth2" })
    expect((document as { notes: string[] }).notes.join()).toMatch(/GET \/health.*The stage prod has to be deployed/)
    expect((await run({ apiId: "http1", apply: true, replace: true })).code).toBe(0)
    expect(aws.httpRoutes[2]).toMatchObject({ AuthorizationType: "CUSTOM", AuthorizerId: "auth2" })
  })

  it("REST: an authorizer that is set otherwise is changed where it differs", async () => {
    aws.restAuthorizers.push({
      id: "old",
      name: "hallpass",
      type: "TOKEN",
      authorizerUri: "x",
      identitySource: "method.request.header.Authorization",
    })
    const { document } = await run({ apiId: "rest1", invokeRoleArn: "arn:aws:iam::123456789012:role/invoke" }, true)
    const [call] = (document as { calls: { command: string; input: { patchOperations: object[] } }[] }).calls
    expect(call?.command).toBe("UpdateAuthorizer")
    expect(call?.input.patchOperations).toEqual([
      { op: "replace", path: "/type", value: "REQUEST" },
      { op: "replace", path: "/authorizerUri", value: uri },
      { op: "replace", path: "/authorizerCredentials", value: "arn:aws:iam::123456789012:role/invoke" },
    ])
  })

  it("WebSocket: $connect only, without a TTL", async () => {
    const { text } = await run({ apiId: "socket1" })
    expect(text).toContain("apigatewayv2 create-authorizer --api-id socket1")
    expect(text).not.toMatch(/ttl|payload|(?!\n)\p{Cc}/u)
    expect(text).toContain("# ask hallpass on $connect\n")
  })

  it.each<[string, object, RegExp]>([
    ["a function that is none", { apiId: "rest1", functionArn: "arn:aws:s3:::x" }, /--function-arn takes the ARN/],
    ["a role that is none", { apiId: "rest1", invokeRoleArn: "x" }, /--invoke-role-arn/],
    ["a name with a quote", { apiId: "rest1", name: "a'b" }, /--name takes/],
    ["both words", { apiId: "rest1", apply: true, dryRun: true }, /opposites/],
    ["an API that is not there", { apiId: "nope" }, /nope is no API/],
  ])("refuses %s", async (_, options, message) => {
    await expect(run(options)).rejects.toThrow(message)
    expect(aws.calls()).toEqual([])
  })
})

describe("15-7: the AWS SDK is optional", () => {
  const hook = `import{registerHooks}from"node:module";registerHooks({resolve(s,c,n){if(s.startsWith("@aws-sdk/"))throw Object.assign(new Error("x"),{code:"ERR_MODULE_NOT_FOUND"});return n(s,c)}})`
  const without = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` }

  it.each([
    ["check", ["--account"]],
    ["attach", ["--api-id", "x", "--function-arn", functionArn]],
  ])("%s names the npm install if it is missing", async (name, args) => {
    const { code, stdout, stderr } = await program([name, "-c", config, ...args], without)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toBe(
      `an account is read with the AWS SDK, which is not installed. Run npm install @aws-sdk/client-api-gateway @aws-sdk/client-apigatewayv2. See hallpass ${name} --help\n`,
    )
  })

  it("check --api works without it", async () => {
    const document = fileURLToPath(new URL("../../examples/openapi/plain.yaml", import.meta.url))
    expect((await program(["check", "-c", config, "--api", document, "--public", "GET /health"], without)).code).toBe(0)
  })
})

describe("lines for the AWS command line", () => {
  it.each(["plain", "it's", "$HOME `x` \\ \n", '{"a":"$(b)"}', "-x y", "*"])("a shell reads %j as it is", (word) => {
    expect(spawnSync("sh", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" }).stdout).toBe(word)
  })

  it("lists, switches and objects", () => {
    const input = {
      ApiId: "a",
      IdentitySource: ["$request.header.A", "b"],
      EnableSimpleResponses: false,
      more: [{ a: 1 }],
      none: [],
    }
    expect(awsLine({ service: "apigatewayv2", command: "UpdateAuthorizer", input, why: "" }, "eu-west-1")).toBe(
      `aws apigatewayv2 update-authorizer --api-id a --identity-source '$request.header.A' b --no-enable-simple-responses --more '[{"a":1}]' --none '[]' --region eu-west-1`,
    )
  })
})
