// The `hallpass` command: finds the command that was asked for, and loads that one only. Results go to standard output,
// progress and errors to standard error; the exit code says how it went.
import { commands } from "./commands.ts"
import { oneLine, runCommand } from "./frame/program.ts"
import { closest } from "./frame/suggestion.ts"

const names = Object.keys(commands)

const help = `hallpass: a token-validating authorizer for Amazon API Gateway

Usage: hallpass COMMAND [options]

Commands:
${names.map((name) => `  ${name.padEnd(12)} ${commands[name]?.summary}`).join("\n")}

Options:
  -h, --help     print this text; after a command, its own help
  -V, --version  print the version
  --json         print one JSON document on standard output
  --no-color     print without colours

Examples:
  hallpass init
  hallpass check --config authorizer.json
  hallpass explain --config authorizer.json --token - --request "GET /orders/7"
  hallpass help simulate

Exit codes: 0 good; 1 a finding or a refusal; 2 it could not be done, and the
text says why.
`

process.stdout.on("error", () => process.exit()) // a reader that has seen enough (`hallpass … | head`) is no error
process.exitCode = await main(process.argv.slice(2))

async function main([name = "", ...rest]: readonly string[]): Promise<number> {
  // Options that every command has may come before it.
  if (["--json", "--no-color", "--debug"].includes(name) && rest.length > 0) return main([...rest, name])
  if (name === "help" && rest[0] !== undefined && Object.hasOwn(commands, rest[0])) return main([rest[0], "--help"])
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help)
    return 0
  }
  if (name === "--version" || name === "-V") {
    const { version } = await import("./version.ts")
    process.stdout.write(`${version}\n`)
    return 0
  }
  if (!Object.hasOwn(commands, name)) {
    const similar = closest(name, names)
    const problem = name === "" ? "no command given" : `${JSON.stringify(oneLine(name))} is no command`
    process.stderr.write(`${problem}. ${similar ? `Did you mean ${similar}? ` : ""}See hallpass --help\n`)
    return 2
  }
  const command = await commands[name]?.load()
  return command === undefined ? 2 : runCommand(name, command, rest, process)
}
