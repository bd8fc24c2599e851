import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { LambdaProcess, LogLine } from "../../local/runtime/lambda-process.ts"
import { forEachFile } from "../support/file-parts.ts"
import { noteOutput } from "../support/noted-output.ts"
import { startFunction } from "./functions.ts"

/** The built bundle in a process whose whole output is kept, its last words included. */
export interface OverheardFunction extends Pick<LambdaProcess, "invoke" | "initError"> {
  /** Everything that was written to standard output and standard error so far. */
  output(): string
  lines(): LogLine[]
  signal(name: NodeJS.Signals): void
  /** Ends the process as Lambda does, and waits until it is gone. */
  terminate(): Promise<void>
}

/** A folder of one test file. */
let scratch = ""
forEachFile({
  make() {
    scratch = mkdtempSync(join(tmpdir(), "hallpass-overheard-"))
  },
  remove: () => rmSync(scratch, { recursive: true, force: true }),
})

/** Says that the process did not end, before the test's own time is over. */
const patienceMs = 100_000
const end = "\nThe process has ended with "
let count = 0

const overhear = (file: string): string => `
  import { appendFileSync } from "node:fs"
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream)
    stream.write = (text, ...rest) => {
      appendFileSync(${JSON.stringify(file)}, text)
      return write(text, ...rest)
    }
  }
  process.on("exit", (code) => appendFileSync(${JSON.stringify(file)}, ${JSON.stringify(end)} + code))
  process.stdout.write(JSON.stringify({ pid: process.pid }) + "\\n")`

/** Starts the bundle with these variables. */
export async function startOverheard(environment: { readonly [name: string]: string }): Promise<OverheardFunction> {
  const file = join(scratch, `output-${++count}`)
  writeFileSync(file, "")
  const options = `--import=data:text/javascript,${encodeURIComponent(overhear(file))}`
  const lambda = await startFunction({ ...environment, NODE_OPTIONS: options })
  const pid = lambda.initLines.find((line) => "pid" in line)?.pid
  if (typeof pid !== "number") throw new Error(`The function did not start: ${JSON.stringify(lambda.initError)}`)
  const output = (): string => {
    const text = readFileSync(file, "utf8")
    noteOutput(text)
    return text
  }
  return {
    initError: lambda.initError,
    invoke: lambda.invoke,
    output,
    lines: () =>
      output()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as LogLine),
    signal: (name) => void process.kill(pid, name),
    async terminate() {
      process.kill(pid, "SIGTERM")
      for (let waitedMs = 0; !readFileSync(file, "utf8").includes(end); waitedMs += 20) {
        if (waitedMs > patienceMs) throw new Error(`The process has not ended within ${patienceMs} ms`)
        await pause(20)
      }
    },
  }
}
