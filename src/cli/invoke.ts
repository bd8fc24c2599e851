import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { foundRuntimeClient } from "../../local/runtime/found.ts"
import { type LambdaProcess, startLambdaProcess } from "../../local/runtime/lambda-process.ts"
import { readVerdict, refusalRecord } from "../../local/table/verdict.ts"
import { safeJson } from "../../local/terminal-text.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, type CommandLine, textOption, textsOption, UsageError } from "./frame/command.ts"
import { readInput } from "./frame/input.ts"
import { readJson } from "./frame/json-text.ts"
import { type Output, plain } from "./frame/output.ts"

type GatewayEvent = Parameters<typeof readVerdict>[0]

export const invoke: Command = {
  description: `Sends one event to the built bundle, as Lambda does, in a process of its own and
without containers. It runs under AWS's runtime client (aws-lambda-ric) if that is
installed here or in a folder above, else under a plain one with the same protocol.

Build the bundle first: npm run build in a clone, or hallpass bundle. Of your
environment the function gets the variables that begin with HALLPASS_.`,
  args: [{ name: "<event>", description: "the event as JSON, such as events/rest-token.json; - for standard input" }],
  options: [
    { flags: "--bundle <folder>", description: "the folder with authorizer.mjs; build without it" },
    {
      flags: "-c, --config <file>",
      description: "a configuration in place of the one in the bundle, as HALLPASS_CONFIG",
    },
    { flags: "--env <name=value>", description: "a variable of the function", repeatable: true },
  ],
  examples: [
    "invoke events/rest-token.json",
    "invoke events/http-2.0.json --config authorizer.json --json | jq .answer",
    "invoke - --bundle dist/authorizer --env AWS_REGION=eu-west-1 < event.json",
  ],
  exits: "0 the function allowed; 1 it refused or failed; 2 it could not be asked.",
  async run(line, output) {
    const { name, text } = await readInput(line.args[0] ?? "-", "event")
    const event = readJson(text, name)
    if (typeof event !== "object" || event === null || Array.isArray(event))
      throw new UsageError(`${name} is no event: it must be one JSON object`)
    const folder = resolve(textOption(line, "bundle") ?? "build")
    if (!existsSync(join(folder, "authorizer.mjs")))
      throw new UsageError(
        `${plain(folder)} has no authorizer.mjs. Build the bundle first, or name its folder with --bundle`,
      )
    const client = foundRuntimeClient([process.cwd(), join(process.cwd(), "local/runtime")])
    const environment = await environmentOf(line)
    const lambda = await startLambdaProcess({ folder, environment, client })
    try {
      return await report(lambda, event as GatewayEvent, client.name, output)
    } finally {
      await lambda.stop()
    }
  },
}

async function environmentOf(line: CommandLine): Promise<{ readonly [name: string]: string }> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith("HALLPASS_") && value !== undefined ? [[name, value] as const] : [],
  )
  const file = textOption(line, "config")
  const config = file === undefined ? [] : [["HALLPASS_CONFIG", JSON.stringify(await readConfiguration(file))] as const]
  const given = textsOption(line, "env").map((pair) => {
    const [, name = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? []
    if (name === "") throw new UsageError("--env takes NAME=VALUE")
    return [name, value] as const
  })
  return Object.fromEntries([...own, ...config, ...given])
}

async function report(lambda: LambdaProcess, event: GatewayEvent, runtime: string, output: Output): Promise<number> {
  const result = await lambda.invoke(event)
  const { outcome, reason } = readVerdict(event, result)
  const record = refusalRecord(result.lines)
  const failed = lambda.initError !== undefined
  const times = { initMs: Math.round(lambda.initMs), durationMs: Math.round(result.durationMs * 10) / 10 }
  // A configuration that is refused is explained once, when the function starts.
  const start = lambda.initLines
  const known = outcome === "(no record)" ? "unavailable" : outcome
  if (output.json) {
    const said = result.error === undefined ? { answer: result.answer } : { error: result.error }
    output.document({
      outcome: known,
      reason,
      runtime,
      ...times,
      ...said,
      ...(record && { record }),
      ...(start.length > 0 && { start }),
    })
  } else {
    output.print(`${output.style(["bold", known === "allow" ? "green" : "red"], plain(known))} (${plain(reason)})\n`)
    output.print(`runtime  ${runtime}\n`)
    output.print(`time     ${times.initMs} ms to start, ${times.durationMs} ms to answer\n`)
    output.print(
      result.error === undefined ? `answer   ${safeJson(result.answer)}\n` : `error    ${safeJson(result.error)}\n`,
    )
    if (record !== undefined) output.print(`record   ${safeJson(record)}\n`)
    for (const each of start) output.print(`start    ${safeJson(each)}\n`)
  }
  if (failed) return 2
  return known === "allow" ? 0 : 1
}
