import { writeFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import { ConfigurationError, type KeyFetchRecord, type KeySnapshot, SnapshotFailed, takeKeySnapshot } from "../index.ts"
import { type Command, UsageError } from "./command.ts"
import { readConfiguration } from "./configuration.ts"

const help = `Fetches the key set of every configured issuer and writes them all to one file, with the date.

  hallpass snapshot [--config FILE] [--out FILE]

A snapshot is a set of public keys to start with: an authorizer that has one verifies its first token without the
network, also while the issuer is down, and refreshes behind the requests. It counts as a set of its age: after
keys.expireAfterSeconds (a day, unless configured) it is no longer used. So take it with every deployment.

Options
  --config FILE   the configuration: a JSON file, or a .ts, .mts, .js or .mjs module that exports it as its default.
                  Without it: HALLPASS_CONFIG, or HALLPASS_PROVIDER and its companions, as in the deployed function
  --out FILE      where the snapshot goes; - for standard output. Default: key-snapshot.json
  --help, -h      this text

Examples
  hallpass snapshot --config authorizer.json
  hallpass snapshot --config handlers/authorizer.config.ts --out build-input/keys.json
  HALLPASS_PROVIDER=okta HALLPASS_DOMAIN=acme.okta.com HALLPASS_AUDIENCE=api://orders hallpass snapshot
  hallpass snapshot --config authorizer.json --out - | jq '.sets | keys'

What to do with it
  the Lambda bundle   npm run build -- --snapshot key-snapshot.json
  the library         import keySnapshot from "./key-snapshot.json" with { type: "json" }
                      createAuthorizer(config, { keySnapshot })

Plain http is fetched from loopback addresses only, and only where the configuration has keys.allowHttpLoopback.

Exit codes: 0 written; 1 an issuer failed or the file cannot be written, and nothing was written; 2 the command line
or the configuration is wrong.
`

export const snapshot: Command = {
  summary: "fetches the issuers' key sets into a file, to start without the network",
  help,
  async run(args) {
    const { config, out } = readArguments(args)
    const configuration = await readConfiguration(config)
    say("Fetching key sets …")
    let taken: KeySnapshot
    try {
      taken = await takeKeySnapshot(configuration, { observer: { keyFetch: sayFetched } })
    } catch (error) {
      if (error instanceof ConfigurationError) throw new UsageError(oneLine(error))
      if (!(error instanceof SnapshotFailed)) throw error
      say(`No snapshot was written. ${error.message}`)
      return 1
    }
    try {
      await write(out, `${JSON.stringify(taken, null, 2)}\n`)
    } catch (error) {
      say(`${out} cannot be written (${(error as NodeJS.ErrnoException).code}). Name another place with --out`)
      return 1
    }
    const summary = `${table(taken, Date.now())}\n${out === "-" ? "" : `Written to ${out}\n`}`
    ;(out === "-" ? process.stderr : process.stdout).write(summary)
    return 0
  },
}

function readArguments(args: readonly string[]): { readonly config: string | undefined; readonly out: string } {
  let values: { readonly config?: string; readonly out?: string }
  try {
    const options = { config: { type: "string" }, out: { type: "string" } } as const
    values = parseArgs({ args: [...args], options }).values
  } catch (error) {
    // The first sentence says what is wrong; the rest explains how to pass values that begin with a dash.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]?.replace(/\.$/, ""))
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === "") throw new UsageError(`--${name} has no value`)
  }
  return { config: values.config, out: values.out ?? "key-snapshot.json" }
}

function oneLine({ problems }: ConfigurationError): string {
  return `the configuration is refused: ${problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}`
}

function sayFetched({ ok, issuer, failure }: KeyFetchRecord): void {
  say(ok ? `  fetched  ${issuer}` : `  FAILED   ${issuer} (${failure})`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function write(out: string, text: string): Promise<void> {
  if (out === "-") process.stdout.write(text)
  else await writeFile(out, text)
}

/** One line per issuer: how many keys, and how old they are. */
function table({ takenAt, sets }: KeySnapshot, nowMs: number): string {
  const age = `${Math.max(0, Math.round((nowMs - Date.parse(takenAt)) / 1000))} s`
  const rows = Object.entries(sets).map(([issuer, { keys }]) => [issuer, String(keys.length), age])
  if (rows.length === 0) return "No issuer has a key set to fetch: the snapshot is empty"
  const lines = [["issuer", "keys", "age"], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return lines.map((line) => line.map(pad).join("  ")).join("\n")
}
