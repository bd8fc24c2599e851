import type { LambdaClient } from "@aws-sdk/client-lambda"

/** The calls of Lambda that the check makes. */
export interface LambdaCalls {
  /** The version that an alias points to; undefined if there is no such alias. */
  aliasVersion(functionName: string, alias: string): Promise<string | undefined>
  /** What Lambda knows of a version, or of the function as it is now. */
  configuration(functionName: string, version?: string): Promise<FunctionState>
  /** A version of the function as it is now. Lambda returns the last one if nothing has changed since. */
  publish(functionName: string): Promise<string>
  /** Runs a version, or what the name itself says, and returns what it returned. */
  run(functionName: string, version: string | undefined, event: object): Promise<Ran>
}

export interface FunctionState {
  /** Whether Lambda can run it. */
  readonly isActive: boolean
  /** Equal for two versions with the same code and the same settings. */
  readonly settings: string
}

export interface Ran {
  /** The type of the error with which the version ended, such as `Runtime.ImportModuleError`. */
  readonly failed?: string
  readonly returned?: unknown
}

/** Members that differ between equal versions, or that change by themselves. */
const volatile: ReadonlySet<string> = new Set([
  "$metadata",
  "Description",
  "FunctionArn",
  "LastModified",
  "LastUpdateStatus",
  "LastUpdateStatusReason",
  "LastUpdateStatusReasonCode",
  "MasterArn",
  "RevisionId",
  "State",
  "StateReason",
  "StateReasonCode",
  "Version",
])

/** The calls through the AWS SDK, which the Lambda runtime has. */
export async function lambdaCalls(): Promise<LambdaCalls> {
  const commands = await import("@aws-sdk/client-lambda")
  const client: LambdaClient = new commands.LambdaClient({ maxAttempts: 3 })
  return {
    async aliasVersion(FunctionName, Name) {
      try {
        return (await client.send(new commands.GetAliasCommand({ FunctionName, Name }))).FunctionVersion
      } catch (error) {
        if (error instanceof commands.ResourceNotFoundException) return undefined
        throw error
      }
    },
    async configuration(FunctionName, Qualifier) {
      const wanted = { FunctionName, ...(Qualifier !== undefined && { Qualifier }) }
      const found = await client.send(new commands.GetFunctionConfigurationCommand(wanted))
      const settings = Object.entries(found).filter(([name, value]) => !volatile.has(name) && value !== undefined)
      return {
        isActive: found.State === undefined || found.State === "Active",
        settings: JSON.stringify(settings.toSorted(([a], [b]) => (a < b ? -1 : 1))),
      }
    },
    async publish(FunctionName) {
      const { Version } = await client.send(new commands.PublishVersionCommand({ FunctionName }))
      if (Version === undefined) throw new Error("Lambda returned no version")
      return Version
    },
    async run(FunctionName, Qualifier, event) {
      const sent = { FunctionName, ...(Qualifier !== undefined && { Qualifier }), Payload: JSON.stringify(event) }
      const { FunctionError, Payload } = await client.send(new commands.InvokeCommand(sent))
      const returned: unknown = JSON.parse(Payload === undefined ? "null" : Buffer.from(Payload).toString("utf8"))
      return FunctionError === undefined
        ? { returned }
        : { failed: String(Object(returned).errorType ?? FunctionError) }
    },
  }
}
