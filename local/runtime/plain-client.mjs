// Replaces AWS's Lambda runtime client if that cannot be compiled: it loads the handler, asks the Runtime API
// (version 2018-06-01) for one event after the other, and reports answers and errors in the same JSON.
import { Agent, request } from "node:http"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const { AWS_LAMBDA_RUNTIME_API: api = "", LAMBDA_TASK_ROOT: root = "", _HANDLER: name = "" } = process.env
const [host, port] = api.split(":")
const agent = new Agent({ keepAlive: true })

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, host, port, method, path: `/2018-06-01/runtime${path}` }, (incoming) => {
      let text = ""
      incoming.setEncoding("utf8")
      incoming.on("data", (chunk) => {
        text += chunk
      })
      incoming.on("end", () => resolve({ headers: incoming.headers, text }))
    })
    outgoing.on("error", reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") }
}

async function load() {
  const [file, member] = name.split(".")
  const handler = (await import(pathToFileURL(join(root, `${file}.mjs`)).href))[member]
  if (typeof handler !== "function") throw new Error(`${name} is not a function`)
  return handler
}

async function answer(handler, { headers, text }) {
  const id = headers["lambda-runtime-aws-request-id"]
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"])
  const context = {
    awsRequestId: id,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  }
  try {
    await call("POST", `/invocation/${id}/response`, (await handler(JSON.parse(text), context)) ?? null)
  } catch (error) {
    await call("POST", `/invocation/${id}/error`, describe(error))
  }
}

let handler
try {
  handler = await load()
} catch (error) {
  await call("POST", "/init/error", describe(error))
  process.exit(1)
}
for (;;) await answer(handler, await call("GET", "/invocation/next"))
