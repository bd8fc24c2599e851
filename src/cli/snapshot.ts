import { setImmediate as nextTurn } from "node:timers/promises"
import { type KeySnapshot, SnapshotFailed, takeKeySnapshot } from "../index.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption } from "./frame/command.ts"
import { columns } from "./frame/table.ts"
import { writeJson } from "./frame/write.ts"

export const snapshot: Command = {
  description: `Fetches the key set of every configured issuer and writes them all to one file,
with the date.

A snapshot is a set of public keys to start with: an authorizer that has one
verifies its first token without the network, also while the issuer is down, and
refreshes after the answers. It counts as a set of its age: after
keys.expireAfterSeconds (a day, unless configured) it is no longer used. So take
it with every deployment.

Plain http is fetched from loopback addresses only, and only if the configuration
has keys.allowHttpLoopback.`,
  options: [
    configOption,
    {
      flags: "-o, --out <file>",
      description: "where the snapshot goes; - for standard output. Default: key-snapshot.json",
    },
  ],
  examples: [
    "snapshot --config authorizer.json",
    "snapshot --config handlers/authorizer.config.ts --out build-input/keys.json",
    "snapshot --config authorizer.json --out - | jq '.sets | keys'",
  ],
  notes: {
    "What to do with it": `the Lambda bundle   npm run build -- --snapshot key-snapshot.json
the library         import keySnapshot from "./key-snapshot.json"
                      with { type: "json" }
                    createAuthorizer(config, { keySnapshot })`,
  },
  exits:
    "0 written; 1 an issuer failed or the file cannot be written, and nothing was written; 2 the command line or the configuration is wrong.",
  async run(line, output) {
    const out = textOption(line, "out") ?? "key-snapshot.json"
    const configuration = await readConfiguration(textOption(line, "config"))
    let taken: KeySnapshot
    try {
      const taking = takeKeySnapshot(configuration, {
        observer: {
          keyFetch: ({ ok, issuer, failure }) =>
            output.note(ok ? `  fetched  ${issuer}` : `  FAILED   ${issuer} (${failure})`),
        },
      })
      await Promise.race([taking, nextTurn()]) // a configuration is refused before anything is fetched
      output.note("Fetching key sets …")
      taken = await taking
    } catch (error) {
      if (!(error instanceof SnapshotFailed)) throw error
      output.note(`No snapshot was written. ${error.message}`)
      return 1
    }
    if (!(await writeJson(out, taken, output))) return 1
    const summary = `${table(taken, Date.now())}${out === "-" ? "" : `Written to ${out}\n`}`
    if (output.json) output.document(taken)
    else if (out === "-") output.note(summary.trimEnd())
    else output.print(summary)
    return 0
  },
}

/** One line per issuer: how many keys, and how old they are. */
function table({ takenAt, sets }: KeySnapshot, nowMs: number): string {
  const age = `${Math.max(0, Math.round((nowMs - Date.parse(takenAt)) / 1000))} s`
  const rows = Object.entries(sets).map(([issuer, { keys }]) => [issuer, String(keys.length), age])
  if (rows.length === 0) return "No issuer has a key set to fetch: the snapshot is empty\n"
  return columns([["issuer", "keys", "age"], ...rows], "")
}
