#!/usr/bin/env node
// The `hallpass` command: finds the command that was asked for. Results go to standard output, progress and errors to
// standard error; the exit code says how it went.
import { check } from "./check.ts"
import { type Command, UsageError } from "./command.ts"
import { policy } from "./policy.ts"
import { routes } from "./routes.ts"
import { snapshot } from "./snapshot.ts"

const commands: ReadonlyMap<string, Command> = new Map([
  ["check", check],
  ["policy", policy],
  ["routes", routes],
  ["snapshot", snapshot],
])

const help = `hallpass: a token-validating authorizer for Amazon API Gateway

  hallpass COMMAND [OPTION …]

Commands
${[...commands].map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`).join("\n")}

Options
  --help, -h     this text; after a command, all about that command

Examples
  hallpass check --config authorizer.json
  hallpass policy --help
  hallpass routes openapi.yaml
  hallpass snapshot --config authorizer.config.ts

Exit codes: 0 done; 1 it could not be done, and the text says why; 2 the command line or the configuration is wrong.
`

process.stdout.on("error", () => process.exit()) // a reader that has seen enough (`hallpass … | head`) is no error
process.exitCode = await main(process.argv.slice(2))

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    process.stdout.write(help)
    return 0
  }
  const command = commands.get(name ?? "")
  if (command === undefined) {
    const problem = name === undefined ? "no command given" : `${JSON.stringify(name)} is no command`
    process.stderr.write(`${problem}. See hallpass --help\n`)
    return 2
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(command.help)
    return 0
  }
  try {
    return await command.run(rest)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error // a fault of our own: its stack is what helps
    process.stderr.write(`${error.message}. See hallpass ${name} --help\n`)
    return 2
  }
}
