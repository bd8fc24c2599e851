import { readArguments, UsageError } from "./arguments.ts"
import { readFiles } from "./given-files.ts"
import { help } from "./help.ts"
import { progressOn } from "./progress.ts"
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
  const files = command.task === "event" ? readFiles(command) : undefined
  // Loading it takes 0.2 s.
  const { runTask } = await import("./tasks.ts")
  return (await runTask(command, files, progress, print)) ? 0 : 1
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
