import { readFileSync } from "node:fs"
import { type Command, textOption } from "./frame/command.ts"
import { write } from "./frame/write.ts"

export const schema: Command = {
  description: `Prints the JSON Schema of a configuration (draft 7): every option with its type,
its bounds, its default and what it means.

An editor that knows the schema completes options and marks mistakes. Name the
schema in the configuration as "$schema"; hallpass accepts that member and does not
read it. The package has the schema as hallpass.schema.json, so a project that
installs hallpass can name ./node_modules/hallpass/hallpass.schema.json.

A schema says what one option may be. How options have to fit together, hallpass
check says.`,
  options: [
    { flags: "-o, --out <file>", description: "where the schema goes; - for standard output, which is the default" },
  ],
  examples: [
    "schema --out hallpass.schema.json",
    "schema | jq .properties.gateway",
    "schema | jq '.definitions | keys'",
  ],
  exits: "0 done; 1 the file cannot be written; 2 the command line is wrong.",
  async run(line, output) {
    // Beside package.json, in a checkout and in the package.
    const text = readFileSync(new URL("../../hallpass.schema.json", import.meta.url), "utf8")
    const out = textOption(line, "out") ?? "-"
    if (!(await write(out, text, output))) return 1
    if (output.json) output.document(JSON.parse(text))
    else if (out !== "-") output.print(`Written to ${out}\n`)
    return 0
  },
}
