import { ConfigurationError } from "../index.ts"
import { type Imported, importGloo } from "../mesh.ts"
import { type Command, textOption, UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { findingText } from "./frame/finding-text.ts"
import { plain } from "./frame/output.ts"
import { problemLine } from "./frame/problem-places.ts"
import { wrapped } from "./frame/table.ts"
import { writeJson } from "./frame/write.ts"

const what = "AuthConfig"

export const importRules: Command = {
  description: `Writes a configuration from the rules of a neighbour: an AuthConfig of Gloo whose
steps are oauth2.accessTokenValidation.jwt. Issuers, audiences, keys, required scopes
and the claims that become headers are taken over.

What has no counterpart is an error, and nothing is written. Issuer and audience must
be there, because Gloo checks neither without them. Unknown fields are refused.`,
  args: [
    { name: "<source>", description: "gloo" },
    { name: "<file>", description: "the AuthConfig: YAML or JSON; - for standard input" },
  ],
  options: [{ flags: "-o, --out <file>", description: "file to write, as JSON (default: standard output)" }],
  examples: ["import gloo authconfig.yaml --out authorizer.json", "import gloo - < authconfig.yaml"],
  exits:
    "0 the configuration is written; 1 a demand has no counterpart; 2 a flag or the file is wrong, or the file cannot be written.",
  async run(line, output) {
    const [source = "", file = ""] = line.args
    if (source !== "gloo") throw new UsageError(`there is no source ${plain(source)}; the source is gloo`)
    const { config, findings } = await imported(file)
    if (output.json) output.document({ config, findings })
    for (const each of findings)
      if (config !== undefined || each.severity === "error")
        for (const row of wrapped(`${each.severity}: ${findingText(each)}`, output.columns)) output.note(row)
    if (config === undefined) {
      output.note("Nothing is written.")
      return 1
    }
    if (output.json && textOption(line, "out") === undefined) return 0
    return (await writeJson(textOption(line, "out") ?? "-", config, output)) ? 0 : 2
  },
}

async function imported(file: string): Promise<Imported> {
  const document = await readData(file, what)
  try {
    return importGloo(document)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw new UsageError(plain(`the AuthConfig is refused: ${await problemLine(error.problems, what)}`, 1000))
  }
}
