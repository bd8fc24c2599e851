import type { AuthorizerConfig } from "../../index.ts"
import { inventory } from "../../openapi.ts"
import { compareApi, gatewaySettings } from "../../policy.ts"
import type { AccountApi, AccountRoute } from "../account/account-api.ts"
import { asTemplate } from "../account/as-template.ts"
import { UsageError } from "../frame/command.ts"
import { oneLine } from "../frame/program.ts"
import { authorizerCalls } from "./authorizer-calls.ts"
import { type AttachOptions, type Call, newAuthorizerId } from "./calls.ts"

/** The calls that attach hallpass to an API. */
export interface AttachPlan {
  readonly calls: readonly Call[]
  /** What is to know, and what is left to do. */
  readonly notes: readonly string[]
  /** Routes with a rule that do not get the authorizer, each with the reason. */
  readonly left: readonly { readonly route: string; readonly reason: string }[]
}

const functionForm = /^arn:(aws[a-z-]*):lambda:([a-z0-9-]+):(\d{12}):function:([\w-]+)(?::([\w$-]+))?$/

/** An ARN of a function, taken apart. @throws UsageError */
export function functionParts(arn: string): {
  readonly partition: string
  readonly region: string
  readonly account: string
} {
  const [, partition, region, account] = functionForm.exec(arn) ?? []
  if (partition === undefined || region === undefined || account === undefined)
    throw new UsageError(oneLine(`--function-arn takes the ARN of a Lambda function, not ${JSON.stringify(arn)}`))
  return { partition, region, account }
}

/**
 * Plans what has to be called, in order: the authorizer, the permission to call the function, the routes. Nothing is
 * planned that is so already.
 *
 * @param permitted whether the function's policy has the statement already
 */
export function planAttach(
  configuration: AuthorizerConfig,
  api: AccountApi,
  options: AttachOptions,
  permitted: boolean,
): AttachPlan {
  const settings = gatewaySettings(configuration)
  const { impossible } = settings[api.kind]
  if (impossible !== undefined) throw new UsageError(`${api.id} cannot use the configuration: ${impossible}`)
  const { partition, account } = functionParts(options.functionArn)
  const { authorizerId, calls: made, notes } = authorizerCalls(api, settings, options, partition)
  const calls = [...made]
  if (options.invokeRoleArn === undefined && !permitted) {
    const SourceArn = `arn:${partition}:execute-api:${options.region}:${account}:${api.id}/authorizers/*`
    calls.push({
      service: "lambda",
      command: "AddPermission",
      input: {
        FunctionName: options.functionArn,
        StatementId: statementId(api.id),
        Action: "lambda:InvokeFunction",
        Principal: "apigateway.amazonaws.com",
        SourceArn,
      },
      why: "let API Gateway call the function for the authorizers of this API",
    })
  }
  const { routes } = compareApi(configuration, inventory(asTemplate(api)))
  const everyRoute = configuration.routes === undefined
  const left: { route: string; reason: string }[] = []
  const withoutRule: string[] = []
  for (const [index, route] of api.routes.entries()) {
    const isConnect = api.kind !== "websocket" || route.route === "$connect"
    if (!isConnect || (everyRoute && route.route.startsWith("OPTIONS "))) continue
    if (!everyRoute && routes[index]?.rule === undefined) {
      if (isOpen(route)) withoutRule.push(route.route)
      continue
    }
    if (route.authorizationType === "CUSTOM" && route.authorizerId === authorizerId) continue
    if (!isOpen(route) && !options.replace) left.push({ route: route.route, reason: `has ${route.authorizationType}` })
    else calls.push(routeCall(api, route, authorizerId))
  }
  return { calls, notes: [...notes, ...notesOf(api, calls, withoutRule)], left }
}

/** The same for every run, so that a second one finds the first. */
export const statementId = (apiId: string): string => `hallpass-${apiId}`

const isOpen = ({ authorizationType }: AccountRoute): boolean => authorizationType === "NONE"

function routeCall(api: AccountApi, route: AccountRoute, authorizerId: string): Call {
  const why = `ask hallpass on ${route.route}`
  if (api.kind === "rest") {
    const patchOperations = [
      { op: "replace", path: "/authorizationType", value: "CUSTOM" },
      { op: "replace", path: "/authorizerId", value: authorizerId },
    ]
    const input = { restApiId: api.id, resourceId: route.resourceId, httpMethod: route.method, patchOperations }
    return { service: "apigateway", command: "UpdateMethod", input, why }
  }
  const ids = { ApiId: api.id, RouteId: route.routeId }
  // Scopes go with a JWT authorizer only.
  const scopes = route.authorizationType === "JWT" && { AuthorizationScopes: [] }
  const input = { ...ids, AuthorizationType: "CUSTOM", AuthorizerId: authorizerId, ...scopes }
  return { service: "apigatewayv2", command: "UpdateRoute", input, why }
}

function notesOf(api: AccountApi, calls: readonly Call[], withoutRule: readonly string[]): string[] {
  const notes: string[] = []
  if (withoutRule.length > 0) {
    const more = withoutRule.length > 5 ? ` and ${withoutRule.length - 5} more` : ""
    notes.push(`Routes without a rule stay open: ${withoutRule.slice(0, 5).join(", ")}${more}.`)
  }
  if (calls.length === 0) return notes
  if (api.kind === "rest")
    notes.push(
      `A REST API changes when it is deployed: aws apigateway create-deployment --rest-api-id ${api.id} --stage-name STAGE`,
    )
  for (const { name } of api.stages.filter(({ autoDeploy }) => !autoDeploy))
    notes.push(
      `The stage ${name} has to be deployed: aws apigatewayv2 create-deployment --api-id ${api.id} --stage-name ${name}`,
    )
  if (calls.some(({ command }) => command === "UpdateAuthorizer"))
    notes.push("API Gateway may keep answers of the old settings for the length of the old TTL.")
  return notes
}

/** Fills the id of a new authorizer into the input of a later call. */
export function withAuthorizerId(input: Call["input"], id: string): Call["input"] {
  return JSON.parse(JSON.stringify(input).replaceAll(newAuthorizerId, id))
}
