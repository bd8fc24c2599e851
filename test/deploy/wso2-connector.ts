import {
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  GetAuthorizersCommand,
  GetDeploymentsCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  ImportRestApiCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  PutRestApiCommand,
  UpdateGatewayResponseCommand,
  UpdateIntegrationResponseCommand,
  UpdateMethodCommand,
  UpdateMethodResponseCommand,
} from "@aws-sdk/client-api-gateway"
import type { Definition, RecordingClient } from "./recording-client.ts"

/** Both values of the policy AWS OAuth2. */
export interface OAuth2Policy {
  readonly lambdaARN: string
  readonly invokeRoleArn: string
}

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET,OPTIONS",
  "Access-Control-Allow-Headers": "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
}

/** Repeats the calls of the connector, in its order, for an API with this policy at API level or without one. */
export class Wso2Connector {
  readonly #client: RecordingClient
  readonly #region: string

  constructor(client: RecordingClient, region: string) {
    this.#client = client
    this.#region = region
  }

  deploy(definition: Definition, policy?: OAuth2Policy): void {
    const body = new TextEncoder().encode(JSON.stringify(definition))
    const { id } = this.#client.send(new ImportRestApiCommand({ body }))
    this.#finish(String(id), policy)
    this.#client.send(new GetRestApiCommand({ restApiId: String(id) }))
  }

  redeploy(restApiId: string, definition: Definition, policy?: OAuth2Policy): void {
    const body = new TextEncoder().encode(JSON.stringify(definition))
    this.#client.send(new PutRestApiCommand({ restApiId, body, mode: "overwrite" }))
    const { items } = this.#client.send(new GetAuthorizersCommand({ restApiId }))
    this.#finish(restApiId, policy, items as RecordingClient["authorizers"])
    this.#client.send(new GetDeploymentsCommand({ restApiId }))
  }

  #finish(restApiId: string, policy?: OAuth2Policy, known: RecordingClient["authorizers"] = []): void {
    const { items } = this.#client.send(new GetResourcesCommand({ restApiId }))
    const authorizerId =
      policy && (known.find(({ name }) => name === nameOf(policy))?.id ?? this.#create(restApiId, policy))
    for (const { id, resourceMethods } of items as { id: string; resourceMethods: object }[]) {
      this.#options(restApiId, id)
      for (const httpMethod of Object.keys(resourceMethods)) this.#method(restApiId, id, httpMethod, authorizerId)
    }
    this.#client.send(new CreateDeploymentCommand({ restApiId, stageName: "prod" }))
  }

  #create(restApiId: string, policy: OAuth2Policy): string {
    const { id } = this.#client.send(
      new CreateAuthorizerCommand({
        ...{ restApiId, name: nameOf(policy), type: "TOKEN" },
        authorizerUri: `arn:aws:apigateway:${this.#region}:lambda:path/2015-03-31/functions/${policy.lambdaARN}/invocations`,
        authorizerCredentials: policy.invokeRoleArn,
        identitySource: "method.request.header.Authorization",
        authorizerResultTtlInSeconds: 0,
      }),
    )
    return String(id)
  }

  #options(restApiId: string, resourceId: string): void {
    const at = { restApiId, resourceId, httpMethod: "OPTIONS" }
    const answer = { ...at, statusCode: "200" }
    this.#client.send(new PutMethodCommand({ ...at, authorizationType: "NONE" }))
    this.#client.send(new PutMethodResponseCommand(answer))
    this.#client.send(new PutIntegrationCommand({ ...at, type: "MOCK" }))
    this.#client.send(new PutIntegrationResponseCommand(answer))
    this.#client.send(new UpdateMethodResponseCommand(answer))
    this.#client.send(new UpdateIntegrationResponseCommand(answer))
    this.#client.send(
      new UpdateGatewayResponseCommand({
        ...{ restApiId, responseType: "DEFAULT_4XX" },
        patchOperations: Object.entries(cors).map(([name, value]) => ({
          ...{ op: "add" as const, path: `/responseParameters/gatewayresponse.header.${name}`, value: `'${value}'` },
        })),
      }),
    )
  }

  #method(restApiId: string, resourceId: string, httpMethod: string, authorizerId: string | undefined): void {
    const at = { restApiId, resourceId, httpMethod }
    const answer = { ...at, statusCode: "200" }
    this.#client.send(new GetMethodCommand(at))
    this.#client.send(new PutIntegrationCommand({ ...at, type: "HTTP" }))
    this.#client.send(new PutIntegrationResponseCommand(answer))
    if (authorizerId !== undefined) {
      const set = { authorizationType: "CUSTOM", authorizerId }
      const patchOperations = Object.entries(set).map(([name, value]) => ({
        ...{ op: "replace" as const, path: `/${name}`, value },
      }))
      this.#client.send(new UpdateMethodCommand({ ...at, patchOperations }))
    }
    this.#client.send(new GetMethodCommand(at))
    this.#client.send(new UpdateMethodResponseCommand(answer))
    this.#client.send(new UpdateIntegrationResponseCommand(answer))
  }
}

/** The text after the last `:` of the function, and after the last `/` of the role. */
export function nameOf({ lambdaARN, invokeRoleArn }: OAuth2Policy): string {
  return `${lambdaARN.split(":").at(-1)}-${invokeRoleArn.split("/").at(-1)}-authorizer`
}
