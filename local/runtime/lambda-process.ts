import { spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { RuntimeClient } from "./plain-runtime.ts"
import { type InvocationResult, type LambdaError, startRuntimeApi } from "./runtime-api.ts"

/** A JSON line that the function wrote to its standard output. */
export type LogLine = { readonly [member: string]: unknown }

/** One execution environment of the function: a process under a runtime client, with a Runtime API of its own. */
export interface LambdaProcess {
  /** From starting the process to its first request for an event, or to its report that it could not start. */
  readonly initMs: number
  readonly initError: LambdaError | undefined
  /** What it wrote while it started. */
  readonly initLines: readonly LogLine[]
  /** Sends one event. A failed start answers every event with its error, as Lambda does. */
  invoke(event: unknown): Promise<InvocationResult & { readonly lines: readonly LogLine[] }>
  stop(): Promise<void>
}

export interface LambdaFunction {
  /** The folder with the bundle, absolute. */
  readonly folder: string
  /** File and export. @default "authorizer.handler" */
  readonly handler?: string
  /** The function's own variables; nothing else is inherited. */
  readonly environment: { readonly [name: string]: string }
  readonly client: RuntimeClient
  /** Gets the process id at once, for example to limit the process. */
  readonly onSpawn?: (pid: number) => void
}

/** Starts the function and waits until it asks for an event, or fails to start. */
export async function startLambdaProcess(lambda: LambdaFunction): Promise<LambdaProcess> {
  const api = await startRuntimeApi()
  const folder = mkdtempSync(join(tmpdir(), "hallpass-"))
  const output = join(folder, "output.log")
  // A file, not a pipe: what the function wrote before it answered is in the file when the answer arrives.
  const descriptor = openSync(output, "a")
  const startedAt = performance.now()
  const child = spawn(process.execPath, [lambda.client.entry], {
    cwd: lambda.folder,
    stdio: ["ignore", descriptor, descriptor],
    env: { ...lambdaEnvironment(lambda, api.address), ...lambda.environment },
  })
  if (child.pid !== undefined) lambda.onSpawn?.(child.pid)
  closeSync(descriptor)
  const exited = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      api.fail({ errorType: "Runtime.ExitError", errorMessage: error.message })
      resolve()
    })
    child.once("exit", (code, signal) => {
      const tail = readFileSync(output, "utf8").trim().slice(-2000)
      api.fail({ errorType: "Runtime.ExitError", errorMessage: `The process ended (${signal ?? code}). ${tail}` })
      resolve()
    })
  })
  const initError = await api.started
  const initMs = performance.now() - startedAt

  return {
    initMs,
    initError,
    initLines: jsonLines(readFileSync(output)),
    async invoke(event) {
      if (initError !== undefined) return { error: initError, durationMs: 0, lines: [] }
      const before = readFileSync(output).length
      const result = await api.invoke(event)
      return { ...result, lines: jsonLines(readFileSync(output).subarray(before)) }
    },
    async stop() {
      child.kill("SIGKILL")
      await exited
      await api.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The variables that Lambda itself sets for a Node.js function. */
function lambdaEnvironment(lambda: LambdaFunction, runtimeApi: string): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: "hallpass",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/hallpass",
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: "eu-west-1",
    LAMBDA_TASK_ROOT: lambda.folder,
    _HANDLER: lambda.handler ?? "authorizer.handler",
    TZ: ":UTC",
  }
}

function jsonLines(output: Buffer): LogLine[] {
  const lines: LogLine[] = []
  for (const line of output.toString("utf8").split("\n")) {
    if (!line.startsWith("{")) continue
    try {
      lines.push(JSON.parse(line))
    } catch {
      // The runtime client's own text lines may start like this as well.
    }
  }
  return lines
}
