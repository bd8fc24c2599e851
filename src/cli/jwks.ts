import { Unavailable } from "../index.ts"
import { assertionKeySet } from "../mesh.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption } from "./frame/command.ts"
import { plain } from "./frame/output.ts"
import { writeJson } from "./frame/write.ts"

export const jwks: Command = {
  description: `Prints the key set with which a mesh verifies the assertions of a configuration: the
public keys of every entry of assertion.keys, those that only wait included.

Give it to the mesh before a new key signs: in the file that hallpass export istio
writes (--assertion-keys), or at an address that the mesh reads. docs/assertion.md
has the rotation step by step.

Secrets are read with the AWS credentials of this shell. A set without one of its
keys is never printed.`,
  options: [configOption, { flags: "-o, --out <file>", description: "file to write (default: standard output)" }],
  examples: ["jwks --config authorizer.json", "jwks --config authorizer.json --out jwks.json"],
  exits:
    "0 printed; 1 a key cannot be fetched or the file cannot be written; 2 the command line or the configuration is wrong.",
  async run(line, output) {
    const configuration = await readConfiguration(textOption(line, "config"))
    try {
      const set = await assertionKeySet(configuration, {
        observer: {
          secretFetch: ({ ok, secret, failure }) =>
            output.note(`  ${ok ? "fetched" : "FAILED "}  ${plain(secret)}${ok ? "" : ` (${failure})`}`),
        },
      })
      const isWritten = await writeJson(textOption(line, "out") ?? "-", set, output)
      if (isWritten && output.json) output.document(set)
      return isWritten ? 0 : 1
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      output.note("No key set was printed: a key cannot be fetched. docs/secrets.md says what each failure means.")
      return 1
    }
  },
}
