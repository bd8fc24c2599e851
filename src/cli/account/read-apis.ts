import { UsageError } from "../frame/command.ts"
import { oneLine } from "../frame/program.ts"
import type { AccountApi, AccountRoute } from "./account-api.ts"
import { asked, type GatewayClients, isNotFound } from "./clients.ts"

/** Most pages of one list; an account has far fewer. */
const maxPages = 1000

/** One page of a list, in the words of either service. */
interface Page<T> {
  readonly items?: readonly T[] | undefined
  readonly position?: string | undefined
  readonly Items?: readonly T[] | undefined
  readonly NextToken?: string | undefined
}

/** Every page of a list, by the token that leads to the next one. */
async function pages<T>(page: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  let token: string | undefined
  for (let count = 0; count < maxPages; count++) {
    const { items = [], Items = items, position, NextToken: next = position } = await asked(() => page(token))
    all.push(...Items)
    if (next === undefined || next === "" || next === token) return all
    token = next
  }
  throw new UsageError(`a list of API Gateway has more than ${maxPages} pages. Give --api-id`)
}

/**
 * Reads APIs of an account as they are now.
 *
 * @param ids of the APIs; empty for all of the region
 * @throws UsageError (rejects) in one line
 */
export async function readApis(
  clients: GatewayClients,
  ids: readonly string[],
  progress: (text: string) => void,
): Promise<readonly AccountApi[]> {
  const apis: AccountApi[] = []
  const add = async (name: string, read: () => Promise<AccountApi>): Promise<void> => {
    progress(`Reading ${name}`)
    apis.push(await read())
  }
  if (ids.length > 0) {
    for (const id of ids) await add(id, () => readById(clients, id))
    return apis
  }
  const { rest, v2, restClient, v2Client } = clients
  const restApis = await pages((position) => restClient.send(new rest.GetRestApisCommand({ limit: 500, position })))
  const httpApis = await pages((NextToken) => v2Client.send(new v2.GetApisCommand({ MaxResults: "500", NextToken })))
  for (const api of restApis) await add(api.name ?? "", () => readRestApi(clients, api))
  for (const api of httpApis) await add(api.Name ?? "", () => readHttpApi(clients, api))
  return apis
}

/** An id does not show which kind of API it is of. */
async function readById(clients: GatewayClients, id: string): Promise<AccountApi> {
  if (!/^[\w-]{1,64}$/.test(id)) throw new UsageError(oneLine(`${JSON.stringify(id)} is no id of an API`))
  const { rest, v2, restClient, v2Client } = clients
  const api = await found(() => v2Client.send(new v2.GetApiCommand({ ApiId: id })))
  if (api !== undefined) return await readHttpApi(clients, api)
  const restApi = await found(() => restClient.send(new rest.GetRestApiCommand({ restApiId: id })))
  if (restApi !== undefined) return await readRestApi(clients, restApi)
  throw new UsageError(`${id} is no API of ${clients.region}. Check the id and --region`)
}

async function found<T>(get: () => Promise<T>): Promise<T | undefined> {
  return await asked(async () => {
    try {
      return await get()
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  })
}

async function readRestApi(
  { rest, restClient }: GatewayClients,
  api: import("@aws-sdk/client-api-gateway").RestApi,
): Promise<AccountApi> {
  const restApiId = api.id ?? ""
  const authorizers = await pages((position) =>
    restClient.send(new rest.GetAuthorizersCommand({ restApiId, limit: 500, position })),
  )
  const resources = await pages((position) =>
    restClient.send(new rest.GetResourcesCommand({ restApiId, embed: ["methods"], limit: 500, position })),
  )
  return {
    id: restApiId,
    name: api.name ?? restApiId,
    kind: "rest",
    policy: unescaped(api.policy),
    endpointTypes: api.endpointConfiguration?.types,
    stages: [],
    authorizers: authorizers.map((each) => ({
      id: each.id ?? "",
      name: each.name ?? "",
      type: each.type ?? "",
      uri: each.authorizerUri,
      credentials: each.authorizerCredentials,
      identitySources: (each.identitySource ?? "").split(",").filter((source) => source !== ""),
      ttlSeconds: each.authorizerResultTtlInSeconds ?? 300,
      payloadFormatVersion: undefined,
      simpleResponses: undefined,
    })),
    routes: resources.flatMap(({ id: resourceId, path, resourceMethods = {} }) =>
      Object.entries(resourceMethods).map(
        ([method, value]): AccountRoute => ({
          route: `${method} ${path}`,
          resourceId,
          method,
          authorizationType: value.authorizationType ?? "NONE",
          authorizerId: value.authorizerId,
          scopes: value.authorizationScopes ?? [],
          apiKeyRequired: value.apiKeyRequired === true,
        }),
      ),
    ),
  }
}

/** API Gateway gives the policy with its quotes escaped. */
function unescaped(policy: string | undefined): string | undefined {
  return policy?.includes('\\"') ? policy.replaceAll('\\"', '"').replaceAll("\\/", "/") : policy
}

/** Stages say only what is left to deploy: one who may not read them may read the rest. */
async function readStages(
  { v2, v2Client }: GatewayClients,
  ApiId: string,
): Promise<readonly import("@aws-sdk/client-apigatewayv2").Stage[]> {
  try {
    const { Items = [] } = await v2Client.send(new v2.GetStagesCommand({ ApiId, MaxResults: "500" }))
    return Items
  } catch {
    return []
  }
}

async function readHttpApi(
  clients: GatewayClients,
  api: Partial<import("@aws-sdk/client-apigatewayv2").Api>,
): Promise<AccountApi> {
  const { v2, v2Client } = clients
  const ApiId = api.ApiId ?? ""
  const authorizers = await pages((NextToken) =>
    v2Client.send(new v2.GetAuthorizersCommand({ ApiId, MaxResults: "500", NextToken })),
  )
  const routes = await pages((NextToken) =>
    v2Client.send(new v2.GetRoutesCommand({ ApiId, MaxResults: "500", NextToken })),
  )
  const stages = await readStages(clients, ApiId)
  return {
    id: ApiId,
    name: api.Name ?? ApiId,
    kind: api.ProtocolType === "WEBSOCKET" ? "websocket" : "http",
    stages: stages.map(({ StageName = "", AutoDeploy = false }) => ({ name: StageName, autoDeploy: AutoDeploy })),
    authorizers: authorizers.map((each) => ({
      id: each.AuthorizerId ?? "",
      name: each.Name ?? "",
      type: each.AuthorizerType ?? "",
      uri: each.AuthorizerUri,
      credentials: each.AuthorizerCredentialsArn,
      identitySources: each.IdentitySource ?? [],
      ttlSeconds: each.AuthorizerResultTtlInSeconds,
      payloadFormatVersion: each.AuthorizerPayloadFormatVersion,
      simpleResponses: each.EnableSimpleResponses,
    })),
    routes: routes.map(({ RouteKey = "", RouteId, AuthorizationType = "NONE", AuthorizerId, ...route }) => ({
      route: RouteKey,
      routeId: RouteId,
      authorizationType: AuthorizationType,
      authorizerId: AuthorizerId,
      scopes: route.AuthorizationScopes ?? [],
      apiKeyRequired: route.ApiKeyRequired === true,
    })),
  }
}
