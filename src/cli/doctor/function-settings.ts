import type { FunctionSettings } from "../../policy.ts"
import { UsageError } from "../frame/command.ts"
import { plain } from "../frame/output.ts"

/** Reads the settings of a deployed function. @throws UsageError (rejects) if Lambda does not give them */
export async function readFunction(name: string): Promise<FunctionSettings> {
  const { LambdaClient, GetFunctionConfigurationCommand, GetFunctionConcurrencyCommand } = await loadClient()
  const region = /^arn:[\w-]+:lambda:([a-z0-9-]+):/.exec(name)?.[1]
  const client = new LambdaClient({ maxAttempts: 2, ...(region && { region }) })
  const abortSignal = AbortSignal.timeout(10_000)
  try {
    const settings = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }), { abortSignal })
    // Not everyone may ask for this, and the rest is known without it.
    const reserved = await client
      .send(new GetFunctionConcurrencyCommand({ FunctionName: name }), { abortSignal })
      .catch(() => undefined)
    return { ...settings, reservedConcurrency: reserved?.ReservedConcurrentExecutions }
  } catch (error) {
    throw new UsageError(`the function ${plain(name, 140)} cannot be read: ${reasonOf(error)}`)
  } finally {
    client.destroy()
  }
}

async function loadClient(): Promise<typeof import("@aws-sdk/client-lambda")> {
  try {
    return await import("@aws-sdk/client-lambda")
  } catch {
    throw new UsageError("--function needs the client of the AWS SDK: npm install @aws-sdk/client-lambda")
  }
}

/** Names only: messages of the SDK may hold a whole response. */
function reasonOf(error: unknown): string {
  const { name = "", code } = Object(error) as { readonly name?: string; readonly code?: unknown }
  if (name === "ResourceNotFoundException") return "there is no such function in this account and region"
  if (/^AccessDenied/.test(name)) return "the credentials may not call lambda:GetFunctionConfiguration"
  if (/^(?:Credentials|ExpiredToken|UnrecognizedClient|InvalidSignature)/.test(name))
    return "there are no valid AWS credentials"
  if (/Region/.test(String(Object(error).message)))
    return "no AWS region is set. Set AWS_REGION, or give the function's ARN"
  if (/^(?:TimeoutError|AbortError)/.test(name)) return "Lambda did not answer within 10 s"
  return plain(typeof code === "string" ? code : name || "unknown reason", 60)
}
