import { type LambdaProcess, startLambdaProcess } from "../../local/runtime/lambda-process.ts"
import type { RuntimeClient } from "../../local/runtime/plain-runtime.ts"
import { http2 } from "../../test/support/events.ts"
import type { Prepared } from "../subjects/tokens.ts"
import { type Bundle, bareName, type KeySource } from "./bundles.ts"

/** A function that was started for the first answer. Milliseconds since the process was spawned. */
export interface Started {
  readonly readyMs: number
  readonly answerMs: number
  /** Sends one more event. Right before fast: its answer is looked at. */
  invoke(token: Prepared): Promise<{ readonly durationMs: number; readonly answer: unknown }>
  stop(): Promise<void>
}

export interface Launch {
  readonly client: RuntimeClient
  readonly keys: KeySource
  readonly onSpawn?: (pid: number) => void
}

/** Starts a function under the runtime client, sends it one event, and looks at the answer. */
export async function startFunction(bundle: Bundle, token: Prepared, { keys, ...launch }: Launch): Promise<Started> {
  const startedAt = performance.now()
  const { folder, handler, environment, name } = bundle
  const lambda = await startLambdaProcess({ folder, handler, environment: environment(keys), ...launch })
  const invoke: Started["invoke"] = async (sent) => {
    const { answer, error, durationMs } = await lambda.invoke(eventWith(sent))
    if (error !== undefined || !allows(name, answer, sent))
      throw new Error(`${name} is wrong: ${JSON.stringify(error ?? answer)}`)
    return { answer, durationMs }
  }
  try {
    await invoke(token)
  } catch (error) {
    await lambda.stop()
    throw error
  }
  return {
    readyMs: lambda.initMs,
    answerMs: performance.now() - startedAt,
    invoke,
    stop: (): ReturnType<LambdaProcess["stop"]> => lambda.stop(),
  }
}

/** What an HTTP API (payload 2.0) sends its authorizer for a request with this token. */
function eventWith({ token }: Prepared): { readonly [name: string]: unknown } {
  return http2(`Bearer ${token}`, { path: "/orders/7", template: "/orders/{id}" })
}

/** Whether an answer allows the request for the right caller, in the words of any bundle. */
function allows(name: string, answer: unknown, { subject }: Prepared): boolean {
  const { answer: inner, isAuthorized, context, policyDocument } = Object(answer)
  if (inner !== undefined) return allows(name, inner, { subject } as Prepared) // of between.mjs
  if (name === bareName) return isAuthorized === true
  return (isAuthorized === true || policyDocument?.Statement[0]?.Effect === "Allow") && context?.sub === subject
}
