// An account with one API of each kind, for tests: `aws-sdk-client-mock` answers in the place of AWS.
import {
  APIGatewayClient,
  CreateAuthorizerCommand,
  GetAuthorizersCommand,
  GetExportCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  UpdateAuthorizerCommand,
  UpdateMethodCommand,
} from "@aws-sdk/client-api-gateway"
import {
  ApiGatewayV2Client,
  CreateAuthorizerCommand as CreateAuthorizerV2Command,
  GetApiCommand,
  GetApisCommand,
  GetAuthorizersCommand as GetAuthorizersV2Command,
  GetRoutesCommand,
  GetStagesCommand,
  UpdateRouteCommand,
} from "@aws-sdk/client-apigatewayv2"
import { AddPermissionCommand, GetPolicyCommand, LambdaClient } from "@aws-sdk/client-lambda"
import type { Command } from "../../src/cli/frame/command.ts"
import type { Output } from "../../src/cli/frame/output.ts"
import { mockClient } from "../support/aws-clients.ts"

export const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:hallpass"
export const uri: string = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`

/** `undefined` is left out, as AWS does. */
interface State {
  restMethod: { authorizationType: string; authorizerId?: string | undefined }
  restAuthorizers: object[]
  httpRoutes: {
    RouteId: string
    RouteKey: string
    AuthorizationType: string
    AuthorizerId?: string | undefined
    AuthorizationScopes?: string[]
  }[]
  httpAuthorizers: object[]
  statements: string[]
  restPolicy?: string
}

const notFound = (): Error => Object.assign(new Error("no such thing"), { name: "NotFoundException" })

/**
 * The three clients, over a state that calls change.
 *
 * @param more what the names of APIs, stages and routes end in
 */
export function account(more = ""): State & { readonly calls: () => string[] } {
  const [rest, v2, lambda] = [mockClient(APIGatewayClient), mockClient(ApiGatewayV2Client), mockClient(LambdaClient)]
  const state: State = {
    restMethod: { authorizationType: "NONE" },
    restAuthorizers: [],
    httpRoutes: [
      { RouteId: "r1", RouteKey: "GET /orders", AuthorizationType: "NONE" },
      { RouteId: "r2", RouteKey: "GET /health", AuthorizationType: "NONE" },
      { RouteId: "r3", RouteKey: `POST /orders${more}`, AuthorizationType: "AWS_IAM" },
    ],
    httpAuthorizers: [],
    statements: [],
  }
  const apis = [
    { ApiId: "http1", Name: `orders-http${more}`, ProtocolType: "HTTP" as const, RouteSelectionExpression: "" },
    { ApiId: "socket1", Name: "chat\u001b[31m", ProtocolType: "WEBSOCKET" as const, RouteSelectionExpression: "" },
  ]
  // Two pages each, to see that both are read.
  rest
    .on(GetRestApisCommand)
    .callsFake(({ position }) =>
      position === undefined ? { items: [], position: "next" } : { items: [{ id: "rest1", name: "orders" }] },
    )
  rest
    .on(GetRestApiCommand)
    .rejects(notFound())
    .on(GetRestApiCommand, { restApiId: "rest1" })
    .callsFake(() => ({ id: "rest1", name: `orders${more}`, policy: state.restPolicy }))
  rest.on(GetAuthorizersCommand).callsFake(() => ({ items: state.restAuthorizers }))
  rest.on(GetResourcesCommand).callsFake(({ position }) => {
    if (position === undefined)
      return {
        items: [{ id: "root", path: "/", resourceMethods: { GET: { authorizationType: "NONE" } } }],
        position: "2",
      }
    const resourceMethods = { GET: state.restMethod, OPTIONS: { authorizationType: "NONE" } }
    return { items: [{ id: "res1", path: "/orders", resourceMethods }] }
  })
  rest.on(CreateAuthorizerCommand).callsFake(({ restApiId: _, ...input }) => {
    const made = { id: "auth1", ...input }
    state.restAuthorizers.push(made)
    return made
  })
  rest.on(UpdateAuthorizerCommand).callsFake(({ patchOperations }) => {
    for (const { path, value } of patchOperations)
      Object.assign(state.restAuthorizers[0] as object, {
        [path.slice(1)]: /^\d+$/.test(value) ? Number(value) : value,
      })
    return {}
  })
  rest.on(UpdateMethodCommand).callsFake(({ patchOperations }) => {
    for (const { path, value } of patchOperations) Object.assign(state.restMethod, { [path.slice(1)]: value })
    return {}
  })
  rest.on(GetExportCommand).callsFake(() => ({
    body: new TextEncoder().encode(
      JSON.stringify({
        openapi: "3.0.1",
        info: { title: "x" },
        paths: { "/orders": { get: { "x-amazon-apigateway-integration": {} } } },
      }),
    ),
  }))
  v2.on(GetApisCommand).callsFake(({ NextToken }) =>
    NextToken === undefined ? { Items: [apis[0]], NextToken: "n" } : { Items: [apis[1]] },
  )
  v2.on(GetApiCommand).rejects(notFound())
  for (const api of apis) v2.on(GetApiCommand, { ApiId: api.ApiId }).resolves(api)
  v2.on(GetAuthorizersV2Command).callsFake(({ ApiId }) => ({ Items: ApiId === "http1" ? state.httpAuthorizers : [] }))
  v2.on(GetRoutesCommand).callsFake(({ ApiId }) => ({
    Items: ApiId === "http1" ? state.httpRoutes : [{ RouteId: "c", RouteKey: "$connect", AuthorizationType: "NONE" }],
  }))
  v2.on(GetStagesCommand).resolves({
    Items: [
      { StageName: `prod${more}`, AutoDeploy: false },
      { StageName: "$default", AutoDeploy: true },
    ],
  })
  v2.on(CreateAuthorizerV2Command).callsFake(({ ApiId: _, ...input }) => {
    state.httpAuthorizers.push({ AuthorizerId: "auth2", ...input })
    return { AuthorizerId: "auth2" }
  })
  v2.on(UpdateRouteCommand).callsFake(({ RouteId, ...input }) => {
    const route = state.httpRoutes.find((each) => each.RouteId === RouteId)
    if (route !== undefined) Object.assign(route, input)
    return {}
  })
  lambda.on(GetPolicyCommand).callsFake(() => {
    if (state.statements.length === 0) throw Object.assign(new Error("none"), { name: "ResourceNotFoundException" })
    return { Policy: JSON.stringify({ Statement: state.statements.map((Sid) => ({ Sid })) }) }
  })
  lambda.on(AddPermissionCommand).callsFake(({ StatementId }) => {
    state.statements.push(StatementId)
    return {}
  })
  const calls = (): string[] =>
    [rest, v2, lambda]
      .flatMap((mock) => mock.calls().map(({ args: [command] }) => command.constructor.name.replace(/Command$/, "")))
      .filter((name) => !name.startsWith("Get"))
  return Object.assign(state, { calls })
}

/** Runs a command in this process, and keeps what it prints. */
export async function runHere(
  command: Command,
  options: object,
  json = false,
): Promise<{ code: number; text: string; document: unknown }> {
  let [text, document]: [string, unknown] = ["", undefined]
  const output: Output = {
    json,
    columns: 80,
    interactive: false,
    print: (part) => {
      text += part
    },
    document: (value) => {
      document = value
    },
    note: () => undefined,
    style: (_, part) => part,
  }
  const code = await command.run({ options: { json, ...options }, args: [] }, output)
  return { code, text, document }
}
