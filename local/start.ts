import { type Command, readArguments, UsageError } from "./arguments.ts"
import { buildBundle } from "./build.ts"
import { runDemonstration } from "./demonstration/run.ts"
import { help } from "./help.ts"
import { startIssuers } from "./issuers/all.ts"
import { prepareEvent, readFiles, runEvent } from "./one-event.ts"
import { progressOn } from "./progress.ts"
import { prepareRuntimeClient } from "./runtime/client.ts"
import { serveUntilStopped } from "./server/until-stopped.ts"
import { demoConfiguration } from "./stack/demo.ts"
import { LocalStack } from "./stack/stack.ts"
import { runTable } from "./table/run.ts"
import { safeLine, safeLines } from "./terminal-text.ts"

// Results go to standard output, what is under way goes to standard error.
// A reader that has seen enough (`npm start | head`) is no error.
process.stdout.on("error", () => process.exit())
const print = (text: string) => void process.stdout.write(`${text}\n`)
const progress = progressOn(process.stderr)

/** The exit code. */
async function main(): Promise<number> {
  const command = readArguments(process.argv.slice(2))
  if (command.task === "help") {
    print(help)
    return 0
  }
  if (command.task === "demonstration") return demonstrate(command)
  const files = command.task === "event" ? readFiles(command) : undefined
  const issuers = await startIssuers()
  try {
    const prepared = command.task === "event" && files ? await prepareEvent(command, files, issuers) : undefined
    const bundle = await progress.during("Building the bundle", buildBundle())
    const client = await prepareRuntimeClient(progress, { plain: !command.awsRuntime })
    const isGood =
      prepared === undefined
        ? await runTable(client, bundle, issuers, print)
        : await runEvent(client, bundle, prepared, print)
    return isGood ? 0 : 1
  } finally {
    await Promise.all(issuers.map((issuer) => issuer.stop()))
  }
}

/** The demonstration, and on a terminal the page until Ctrl-C. */
async function demonstrate({
  awsRuntime,
  serve = process.stdout.isTTY === true,
  port,
}: Command & { readonly task: "demonstration" }): Promise<number> {
  const options = { mode: "demo", source: "the demonstration", config: demoConfiguration, localIssuers: true } as const
  const [built, started] = await progress.during(
    "Building the bundle",
    Promise.allSettled([buildBundle(undefined, "hidden"), LocalStack.start(options)]),
  )
  if (started.status === "rejected") throw started.reason
  const stack = started.value
  let isGood = false
  try {
    if (built.status === "rejected") throw built.reason
    const client = await prepareRuntimeClient(progress, { plain: !awsRuntime })
    isGood = await runDemonstration(stack, client, built.value, print)
  } catch (error) {
    await stack.stop()
    throw error
  }
  if (serve) await serveUntilStopped(stack, port, print)
  else await stack.stop()
  return isGood ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if (error instanceof UsageError) {
    progress.line(`${safeLine(error.message)}. See npm start -- --help`)
    process.exitCode = 2
  } else {
    progress.line(safeLines(error instanceof Error ? error.message : String(error)))
    process.exitCode = 1
  }
}
