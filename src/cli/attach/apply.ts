import { asked, type GatewayClients, isNotFound, lambdaClient } from "../account/clients.ts"
import { UsageError } from "../frame/command.ts"
import { oneLine } from "../frame/program.ts"
import { type Call, newAuthorizerId } from "./calls.ts"
import { functionParts, statementId, withAuthorizerId } from "./plan.ts"

/**
 * Whether the function's policy has the statement of an earlier run. A policy that may not be read counts as without
 * it.
 */
export async function isPermitted(functionArn: string, apiId: string): Promise<boolean> {
  const { sdk, client } = await lambdaClient(functionParts(functionArn).region)
  try {
    const { Policy = "{}" } = await client.send(new sdk.GetPolicyCommand({ FunctionName: functionArn }))
    const { Statement: statements } = JSON.parse(Policy) as {
      readonly Statement?: readonly { readonly Sid?: unknown }[]
    }
    return statements?.some(({ Sid }) => Sid === statementId(apiId)) === true
  } catch (error) {
    if (isNotFound(error) || /AccessDenied/.test((error as Error).name)) return false
    return await asked(() => Promise.reject(error))
  }
}

/**
 * Performs the calls in their order.
 *
 * @throws UsageError (rejects) that says which call was refused; the earlier ones are done, and a second run goes on
 */
export async function apply(
  clients: GatewayClients,
  functionArn: string,
  calls: readonly Call[],
  done: (call: Call) => void,
): Promise<void> {
  let authorizerId = newAuthorizerId
  for (const call of calls) {
    try {
      const made = await send(clients, functionArn, { ...call, input: withAuthorizerId(call.input, authorizerId) })
      const { id, AuthorizerId = id } = made as { readonly id?: string; readonly AuthorizerId?: string }
      if (call.command === "CreateAuthorizer" && AuthorizerId !== undefined) authorizerId = AuthorizerId
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      throw new UsageError(
        oneLine(`${error.message}. It was asked to ${call.why}; earlier calls are done, and a second run goes on`),
      )
    }
    done(call)
  }
}

/** The classes of the SDK are named after the calls. */
async function send(clients: GatewayClients, functionArn: string, { service, command, input }: Call): Promise<unknown> {
  const name = `${command}Command`
  type Send = { send(command: unknown): Promise<unknown> }
  type Commands = { readonly [name: string]: new (input: unknown) => unknown }
  const on = async (client: unknown, sdk: unknown): Promise<unknown> => {
    const Made = (sdk as Commands)[name]
    if (Made === undefined) throw new UsageError(`the AWS SDK has no ${name}`)
    return await asked(() => (client as Send).send(new Made(input)))
  }
  if (service === "apigateway") return await on(clients.restClient, clients.rest)
  if (service === "apigatewayv2") return await on(clients.v2Client, clients.v2)
  const { sdk, client } = await lambdaClient(functionParts(functionArn).region)
  return await asked(async () => {
    try {
      return await client.send(new sdk.AddPermissionCommand(input as never))
    } catch (error) {
      // Another run was quicker: the statement is there.
      if ((error as Error).name === "ResourceConflictException") return {}
      throw error
    }
  })
}
