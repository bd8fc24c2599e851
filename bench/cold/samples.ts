import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { pathToFileURL } from "node:url"
import { startRuntimeApi } from "../../local/runtime/runtime-api.ts"
import type { Subject } from "./bundles.ts"

/** How a process is started. Nothing of this process's environment reaches it. */
export interface Launch {
  /** The program of Node.js. */
  readonly node: string
  /** Node.js's own variables and switches. */
  readonly variables?: Variables
  readonly flags?: readonly string[]
  /** Told of the process as soon as it is there, to limit it. */
  readonly limit?: (pid: number) => void
}

type Variables = { readonly [name: string]: string }

/** One import of a bundle in a fresh process. Milliseconds since the import began. */
export interface ImportSample {
  readonly importMs: number
  /** The import, and the answer to the event. */
  readonly answerMs: number
  /** User and system time of the same. */
  readonly cpuMs: number
  readonly answer: unknown
  /** The parts of Node.js for networks that the process had loaded by then. */
  readonly network: readonly string[]
  /** What it wrote to its standard output. */
  readonly output: string
}

/** Imports a bundle in a fresh process, and lets it answer the event if there is one. */
export async function importSample(
  subject: Subject,
  launch: Launch,
  variables: Variables,
  event?: unknown,
): Promise<ImportSample> {
  const file = join(subject.folder, `${subject.entry}.mjs`)
  const words = [join(import.meta.dirname, "import.mjs"), pathToFileURL(file).href]
  if (event !== undefined) words.push(JSON.stringify(event))
  const child = start(launch, words, variables, subject.folder, ["ignore", "pipe", "pipe", "pipe"])
  const [output, errors, said] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, "exit"),
  ])
  if (said === "") throw new Error(`${subject.name} could not be imported: ${errors.slice(-2000)}`)
  return { ...(JSON.parse(said) as Omit<ImportSample, "output">), output }
}

/** One start under a Lambda runtime client. Milliseconds since the process was spawned. */
export interface StartSample {
  /** It asked for its first event. */
  readonly readyMs: number
  /** It had answered that event. */
  readonly answerMs: number
  /** Processor time of the process until then; NaN where the system does not say. */
  readonly cpuMs: number
  readonly answer: unknown
}

/** A started function that takes events. */
export interface Started extends StartSample {
  readonly pid: number
  /** Sends one more event. Milliseconds from handing it out to its answer, as the Lambda service sees it. */
  invoke(event: unknown): Promise<{ readonly durationMs: number; readonly answer: unknown }>
  stop(): Promise<void>
}

/** Starts a function under a runtime client and waits for its answer to the event, which waits for it from the beginning. */
export async function startFunction(
  { folder, entry, name }: Subject,
  launch: Launch,
  client: string,
  variables: Variables,
  event: unknown,
): Promise<Started> {
  const api = await startRuntimeApi()
  const asked = api.invoke(event)
  const startedAt = performance.now()
  const lambda = { ...lambdaVariables(api.address, folder, entry), ...variables }
  const child = start(launch, [client], lambda, folder, ["ignore", "ignore", "pipe"])
  const errors = text(child.stderr as Readable)
  const exited = once(child, "exit").then(async ([code, signal]) => {
    api.fail({ errorType: "Exited", errorMessage: `${signal ?? code}: ${(await errors).slice(-2000)}` })
  })
  const initError = await api.started
  const readyMs = performance.now() - startedAt
  const { answer, error } = await asked
  const answerMs = performance.now() - startedAt
  const { pid = 0 } = child
  const cpuMs = cpuMsOf(pid)
  const failed = initError ?? error
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL")
    await exited
    await api.close()
  }
  if (failed !== undefined) {
    await stop()
    throw new Error(`${name} did not start: ${failed.errorType}: ${failed.errorMessage}`)
  }
  return {
    ...{ readyMs, answerMs, cpuMs, answer, pid, stop },
    async invoke(next) {
      const { durationMs, answer: given, error: fault } = await api.invoke(next)
      if (fault !== undefined) throw new Error(`${name} failed: ${fault.errorType}: ${fault.errorMessage}`)
      return { durationMs, answer: given }
    },
  }
}

function start(
  { node, variables = {}, flags = [], limit }: Launch,
  words: readonly string[],
  own: Variables,
  cwd: string,
  stdio: ("ignore" | "pipe" | "inherit")[],
): ChildProcess {
  const child = spawn(node, [...flags, ...words], { cwd, stdio, env: { TZ: ":UTC", ...variables, ...own } })
  if (child.pid !== undefined) limit?.(child.pid)
  return child
}

/** The variables that Lambda sets for a Node.js function. */
function lambdaVariables(runtimeApi: string, folder: string, entry: string): Variables {
  return {
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: "authorizer",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/authorizer",
    AWS_LAMBDA_LOG_STREAM_NAME: "bench",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_REGION: "eu-west-1",
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: `${entry}.handler`,
  }
}

/** Processor time of all threads that live, from the scheduler's own count (Linux: the first number of `schedstat`, in ns). */
function cpuMsOf(pid: number): number {
  const threads = `/proc/${pid}/task`
  if (!existsSync(threads)) return Number.NaN
  const nanoseconds = readdirSync(threads).map((thread) =>
    Number(readFileSync(join(threads, thread, "schedstat"), "utf8").split(" ")[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
}
