import type { CreateAuthorizerCommandInput, UpdateGatewayResponseCommandInput } from "@aws-sdk/client-api-gateway"
import { type ApiSettings, apiSettings } from "../../local/gateway/api.ts"

/** An API's definition as far as the connector reads it: methods by path. */
export type Definition = { readonly [path: string]: readonly string[] }
type Sent = { readonly constructor: { readonly name: string }; readonly input: object }
type Method = { authorizationType: string; authorizerId?: string }

const pageSize = 25

/** A client of API Gateway that records each call, and keeps what the calls made. */
export class RecordingClient {
  readonly calls: { readonly name: string; readonly input: { readonly [member: string]: unknown } }[] = []
  readonly authorizers: (CreateAuthorizerCommandInput & { readonly id: string })[] = []
  readonly methods: Map<string, Method> = new Map()
  readonly gatewayResponses: { [type: string]: { headers: { [name: string]: string } } } = {}
  deployments: number = 0
  /** The call that API Gateway refuses. */
  failsAt?: string
  #definition: Definition = {}

  send(command: Sent): { readonly [member: string]: unknown } {
    const name = command.constructor.name.replace(/Command$/, "")
    const input = command.input as { readonly [member: string]: unknown }
    this.calls.push({ name, input })
    if (name === this.failsAt) throw new Error("TooManyRequestsException")
    switch (name) {
      case "ImportRestApi":
      case "PutRestApi":
        return this.#import(input.body as Uint8Array)
      case "GetResources":
        return { items: this.#resources().slice(0, pageSize) }
      case "GetAuthorizers":
        return { items: this.authorizers }
      case "CreateAuthorizer": {
        const made = { ...(input as unknown as CreateAuthorizerCommandInput), id: `auth${this.authorizers.length}` }
        if (this.authorizers.some((each) => each.name === made.name)) throw new Error("ConflictException")
        this.authorizers.push(made)
        return made
      }
      case "PutMethod":
        this.methods.set(`${input.httpMethod} ${input.resourceId}`, {
          authorizationType: String(input.authorizationType),
        })
        return {}
      case "UpdateMethod":
        return this.#patchMethod(input)
      case "UpdateGatewayResponse":
        return this.#patchResponse(input as unknown as UpdateGatewayResponseCommandInput)
      case "CreateDeployment":
        this.deployments += 1
        return { id: `deployment${this.deployments}` }
      default:
        return {}
    }
  }

  /** The API as it is now: what a stage has after the next deployment. */
  api(): ApiSettings {
    const [made] = this.authorizers
    const keys = [...this.methods.entries()]
    return apiSettings({
      ...{ kind: "rest", routes: keys.map(([key]) => key), gatewayResponses: this.gatewayResponses },
      openRoutes: keys.filter(([, { authorizationType }]) => authorizationType === "NONE").map(([key]) => key),
      authorizer: {
        type: made?.type as "TOKEN" | "REQUEST",
        identitySources: String(made?.identitySource).split(","),
        resultTtlSeconds: Number(made?.authorizerResultTtlInSeconds),
      },
    })
  }

  #import(body: Uint8Array): { readonly id: string } {
    this.#definition = JSON.parse(new TextDecoder().decode(body)) as Definition
    this.methods.clear()
    for (const [path, methods] of Object.entries(this.#definition))
      for (const method of methods) this.methods.set(`${method} ${path}`, { authorizationType: "NONE" })
    return { id: "abcdef1234" }
  }

  /** The path is the id of a resource here. */
  #resources(): { id: string; path: string; resourceMethods: object }[] {
    return Object.entries(this.#definition).map(([path, methods]) => ({
      ...{ id: path, path },
      resourceMethods: Object.fromEntries(methods.map((method) => [method, {}])),
    }))
  }

  #patchMethod({ httpMethod, resourceId, patchOperations }: { readonly [member: string]: unknown }): object & {
    readonly [member: string]: unknown
  } {
    const method = this.methods.get(`${httpMethod} ${resourceId}`) as Method
    for (const { path, value } of patchOperations as { path: string; value: string }[]) {
      if (path === "/authorizationType") method.authorizationType = value
      else if (path === "/authorizerId") method.authorizerId = value
    }
    return {}
  }

  #patchResponse({ responseType, patchOperations = [] }: UpdateGatewayResponseCommandInput): {
    readonly [member: string]: unknown
  } {
    const headers: { [name: string]: string } = {}
    for (const { path = "", value = "" } of patchOperations)
      headers[path.replace("/responseParameters/gatewayresponse.header.", "")] = value.replace(/^'|'$/g, "")
    this.gatewayResponses[String(responseType)] = { headers }
    return {}
  }
}
