import { writeFile } from "node:fs/promises"
import { setImmediate as nextTurn } from "node:timers/promises"
import { ConfigurationError, type KeyFetchRecord, type KeySnapshot, SnapshotFailed, takeKeySnapshot } from "../index.ts"
import { readOptions } from "./arguments.ts"
import type { Command } from "./command.ts"
import { readConfiguration, refusedConfiguration } from "./configuration.ts"
import { columns } from "./table.ts"

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
    const { config, out = "key-snapshot.json" } = readOptions(args, {
      config: { type: "string" },
      out: { type: "string" },
    })
    const configuration = await readConfiguration(config)
    let taken: KeySnapshot
    try {
      const taking = takeKeySnapshot(configuration, { observer: { keyFetch: sayFetched } })
      await Promise.race([taking, nextTurn()]) // a configuration is refused before anything is fetched
      say("Fetching key sets …")
      taken = await taking
    } catch (error) {
      if (error instanceof ConfigurationError) throw refusedConfiguration(error)
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
    const summary = `${table(taken, Date.now())}${out === "-" ? "" : `Written to ${out}\n`}`
    ;(out === "-" ? process.stderr : process.stdout).write(summary)
    return 0
  },
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
  if (rows.length === 0) return "No issuer has a key set to fetch: the snapshot is empty\n"
  return columns([["issuer", "keys", "age"], ...rows], "")
}
