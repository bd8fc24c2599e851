import { readArguments, UsageError } from "./arguments.ts"
import { buildBundle } from "./build.ts"
import { help } from "./help.ts"
import { startIssuers } from "./issuers/all.ts"
import { prepareEvent, runEvent } from "./one-event.ts"
import { progressOn } from "./progress.ts"
import { prepareRuntimeClient } from "./runtime/client.ts"
import { runTable } from "./table/run.ts"

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
  const issuers = await startIssuers()
  try {
    const prepared = command.task === "event" ? await prepareEvent(command, issuers) : undefined
    const bundle = await progress.during("Building the bundle", buildBundle())
    const client = await prepareRuntimeClient(progress, { plain: command.plainRuntime })
    const isGood =
      prepared === undefined
        ? await runTable(client, bundle, issuers, print)
        : await runEvent(client, bundle, prepared, print)
    return isGood ? 0 : 1
  } finally {
    await Promise.all(issuers.map((issuer) => issuer.stop()))
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (error instanceof UsageError) {
    progress.line(`${error.message}. See npm start -- --help`)
    process.exitCode = 2
  } else {
    progress.line(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
