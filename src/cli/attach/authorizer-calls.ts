import type { GatewaySettings } from "../../policy.ts"
import type { AccountApi, AccountAuthorizer } from "../account/account-api.ts"
import { UsageError } from "../frame/command.ts"
import { oneLine } from "../frame/program.ts"
import { type AttachOptions, type Call, newAuthorizerId } from "./calls.ts"

/** The authorizer of an API, and what has to be called for it. */
export interface AuthorizerCalls {
  /** Its id, or the placeholder for the id of a new one. */
  readonly authorizerId: string
  readonly calls: readonly Call[]
  readonly notes: readonly string[]
}

/** What the authorizer has to be set to, in the words of both services. */
type Wanted = Pick<
  AccountAuthorizer,
  | "name"
  | "type"
  | "uri"
  | "credentials"
  | "identitySources"
  | "ttlSeconds"
  | "payloadFormatVersion"
  | "simpleResponses"
>

export function authorizerCalls(
  api: AccountApi,
  settings: GatewaySettings,
  options: AttachOptions,
  partition: string,
): AuthorizerCalls {
  const wanted = wantedOf(api, settings, options, partition)
  const named = api.authorizers.filter(({ name }) => name === wanted.name)
  const known = named.find(({ type }) => type === "TOKEN" || type === "REQUEST") ?? named[0]
  if (known === undefined) {
    const call: Call = {
      service: api.kind === "rest" ? "apigateway" : "apigatewayv2",
      command: "CreateAuthorizer",
      input: api.kind === "rest" ? restInput(api, wanted) : httpInput(api, wanted),
      why: `make the authorizer ${wanted.name}`,
    }
    return { authorizerId: newAuthorizerId, calls: [call], notes: [] }
  }
  if (known.type !== "TOKEN" && known.type !== "REQUEST")
    throw new UsageError(
      oneLine(`${api.id} has a ${known.type} authorizer named ${wanted.name}. Give another name (--name)`),
    )
  const differing = (Object.keys(wanted) as (keyof Wanted)[]).filter((name) => !same(known[name], wanted[name]))
  const notes = differing.includes("uri") ? [`The authorizer ${wanted.name} called another function before.`] : []
  if (differing.length === 0) return { authorizerId: known.id, calls: [], notes: [] }
  const why = `set the authorizer ${wanted.name} as the configuration needs it`
  if (api.kind !== "rest") {
    const { ApiId, Name: _, ...input } = httpInput(api, wanted) as { readonly [name: string]: unknown }
    const call: Call = {
      service: "apigatewayv2",
      command: "UpdateAuthorizer",
      input: { ApiId, AuthorizerId: known.id, ...input },
      why,
    }
    return { authorizerId: known.id, calls: [call], notes }
  }
  const patchOperations = differing.map((name) => ({
    op: "replace",
    path: paths[name] ?? "",
    value: patchValue(wanted[name]),
  }))
  const input = { restApiId: api.id, authorizerId: known.id, patchOperations }
  return { authorizerId: known.id, calls: [{ service: "apigateway", command: "UpdateAuthorizer", input, why }], notes }
}

function wantedOf(
  { kind }: AccountApi,
  { resultTtlSeconds, rest, http, websocket }: GatewaySettings,
  { name, functionArn, invokeRoleArn, region }: AttachOptions,
  partition: string,
): Wanted {
  const path = `lambda:path/2015-03-31/functions/${functionArn}/invocations`
  return {
    name,
    type: kind === "rest" && !rest.authorizerTypes.includes("REQUEST") ? "TOKEN" : "REQUEST",
    uri: `arn:${partition}:apigateway:${region}:${path}`,
    credentials: invokeRoleArn,
    identitySources: { rest, http, websocket }[kind].identitySources,
    ttlSeconds: kind === "websocket" ? undefined : resultTtlSeconds,
    payloadFormatVersion: kind === "http" ? "2.0" : undefined,
    simpleResponses: kind === "http" ? http.simpleResponses : undefined,
  }
}

/** What a service leaves out is empty, 0 or false. */
const shown = (value: unknown): unknown =>
  value === undefined || value === "" || value === 0 || value === false ? null : value
const same = (a: unknown, b: unknown): boolean => JSON.stringify(shown(a)) === JSON.stringify(shown(b))

const paths: { readonly [name in keyof Wanted]?: string } = {
  type: "/type",
  uri: "/authorizerUri",
  credentials: "/authorizerCredentials",
  identitySources: "/identitySource",
  ttlSeconds: "/authorizerResultTtlInSeconds",
}

const patchValue = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value ?? ""))

function restInput({ id }: AccountApi, wanted: Wanted): Call["input"] {
  return {
    restApiId: id,
    name: wanted.name,
    type: wanted.type,
    authorizerUri: wanted.uri,
    ...(wanted.credentials !== undefined && { authorizerCredentials: wanted.credentials }),
    ...(wanted.identitySources.length > 0 && { identitySource: wanted.identitySources.join(",") }),
    authorizerResultTtlInSeconds: wanted.ttlSeconds,
  }
}

function httpInput({ id, kind }: AccountApi, wanted: Wanted): Call["input"] {
  return {
    ApiId: id,
    Name: wanted.name,
    AuthorizerType: "REQUEST",
    AuthorizerUri: wanted.uri,
    ...(wanted.credentials !== undefined && { AuthorizerCredentialsArn: wanted.credentials }),
    IdentitySource: [...wanted.identitySources],
    ...(kind === "http" && {
      AuthorizerPayloadFormatVersion: wanted.payloadFormatVersion,
      EnableSimpleResponses: wanted.simpleResponses,
      AuthorizerResultTtlInSeconds: wanted.ttlSeconds,
    }),
  }
}
