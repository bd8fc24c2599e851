import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** What a Lambda function reports when it fails, as the Runtime API carries it. */
export interface LambdaError {
  readonly errorType: string
  readonly errorMessage: string
}

/** How one invocation ended, and how long it was under way: from handing out the event to receiving the answer. */
export type InvocationResult = { readonly durationMs: number } & (
  | { readonly answer: unknown; readonly error?: undefined }
  | { readonly error: LambdaError; readonly answer?: undefined }
)

/** The Lambda side of the Runtime API (version 2018-06-01), for one function process and one invocation at a time. */
export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string
  /** Settles when the function asks for its first event (`undefined`), or reports that it could not start. */
  readonly started: Promise<LambdaError | undefined>
  invoke(event: unknown): Promise<InvocationResult>
  /** Ends what is waiting, for a process that is gone. */
  fail(error: LambdaError): void
  close(): Promise<void>
}

interface Invocation {
  readonly id: string
  readonly body: string
  readonly settle: (result: InvocationResult) => void
  handedOutAt?: number
}

const base = "/2018-06-01/runtime"
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:hallpass"
const functionTimeoutMs = 10_000

export async function startRuntimeApi(): Promise<RuntimeApi> {
  let waitingPoll: ServerResponse | undefined
  let current: Invocation | undefined
  let count = 0
  let announceStart: (error: LambdaError | undefined) => void = () => {}
  const started = new Promise<LambdaError | undefined>((resolve) => {
    announceStart = resolve
  })

  const handOut = () => {
    if (waitingPoll === undefined || current === undefined) return
    current.handedOutAt = performance.now()
    waitingPoll.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": current.id,
      "lambda-runtime-deadline-ms": String(Date.now() + functionTimeoutMs),
      "lambda-runtime-invoked-function-arn": functionArn,
      "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
    })
    waitingPoll.end(current.body)
    waitingPoll = undefined
  }

  const settle = (result: { answer: unknown } | { error: LambdaError }) => {
    const invocation = current
    if (invocation === undefined) return
    current = undefined
    invocation.settle({ ...result, durationMs: performance.now() - (invocation.handedOutAt ?? performance.now()) })
  }

  const server = createServer((request, response) => {
    const path = request.url ?? ""
    if (path === `${base}/invocation/next`) {
      waitingPoll = response
      announceStart(undefined)
      handOut()
      return
    }
    readBody(request).then((body) => {
      const id = current?.id
      if (path === `${base}/init/error`) announceStart(readError(body))
      else if (id !== undefined && path === `${base}/invocation/${id}/response`) settle({ answer: parse(body) })
      else if (id !== undefined && path === `${base}/invocation/${id}/error`) settle({ error: readError(body) })
      response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}')
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    started,
    invoke(event) {
      count += 1
      const id = `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`
      return new Promise((settled) => {
        current = { id, body: JSON.stringify(event), settle: settled }
        handOut()
      })
    },
    fail(error) {
      announceStart(error)
      settle({ error })
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of request.setEncoding("utf8")) text += chunk
  return text
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function readError(body: string): LambdaError {
  const error = parse(body) as Partial<LambdaError> | null
  return { errorType: String(error?.errorType), errorMessage: String(error?.errorMessage) }
}
