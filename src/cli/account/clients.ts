import type { APIGatewayClient } from "@aws-sdk/client-api-gateway"
import type { ApiGatewayV2Client } from "@aws-sdk/client-apigatewayv2"
import type { LambdaClient } from "@aws-sdk/client-lambda"
import { UsageError } from "../frame/command.ts"
import { oneLine } from "../frame/program.ts"

/** The clients of both generations of API Gateway, with their commands. */
export interface GatewayClients {
  readonly rest: typeof import("@aws-sdk/client-api-gateway")
  readonly v2: typeof import("@aws-sdk/client-apigatewayv2")
  readonly restClient: APIGatewayClient
  readonly v2Client: ApiGatewayV2Client
  readonly region: string
}

/** API Gateway throttles its control plane early; the SDK waits and tries again. */
const maxAttempts = 6

/**
 * Loads the AWS SDK clients, which are optional, and makes them for one region.
 *
 * @param region by default that of the environment and the profile
 * @throws UsageError (rejects) if a package or the region is missing
 */
export async function gatewayClients(region: string | undefined): Promise<GatewayClients> {
  const [rest, v2] = await Promise.all([
    loaded(() => import("@aws-sdk/client-api-gateway"), gatewayPackages),
    loaded(() => import("@aws-sdk/client-apigatewayv2"), gatewayPackages),
  ])
  const options = { maxAttempts, ...(region !== undefined && { region }) }
  const restClient = new rest.APIGatewayClient(options)
  const v2Client = new v2.ApiGatewayV2Client(options)
  return { rest, v2, restClient, v2Client, region: await asked(() => restClient.config.region()) }
}

/** Lambda's client, with its commands. */
export interface LambdaAccess {
  readonly sdk: typeof import("@aws-sdk/client-lambda")
  readonly client: LambdaClient
}

/** The client of Lambda, for the permission to call the function. */
export async function lambdaClient(region: string): Promise<LambdaAccess> {
  const sdk = await loaded(() => import("@aws-sdk/client-lambda"), "@aws-sdk/client-lambda")
  return { sdk, client: new sdk.LambdaClient({ maxAttempts, region }) }
}

const gatewayPackages = "@aws-sdk/client-api-gateway @aws-sdk/client-apigatewayv2"

async function loaded<T>(load: () => Promise<T>, packages: string): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError(`an account is read with the AWS SDK, which is not installed. Run npm install ${packages}`)
  }
}

/** Asks AWS, and says in one line why it could not be done. */
export async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    if (/^region is missing/i.test(message))
      throw new UsageError("there is no region. Give --region, or set AWS_REGION")
    if (name === "CredentialsProviderError")
      throw new UsageError("there are no credentials for AWS. Set AWS_PROFILE, or sign in (aws sso login)")
    const { httpStatusCode } = Object(Object(error).$metadata) as { readonly httpStatusCode?: unknown }
    const said = name === "SyntaxError" ? `HTTP ${httpStatusCode} without JSON` : `${name}: ${message}`
    throw new UsageError(oneLine(`AWS answered ${said}`))
  }
}

/** Whether AWS does not know what was asked for. */
export const isNotFound = (error: unknown): boolean => error instanceof Error && /NotFound/.test(error.name)
