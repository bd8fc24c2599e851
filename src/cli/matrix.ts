import { type AccessMatrix, accessMatrix, callersOfCases } from "../policy.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption, UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { csv, markdown, table } from "./matrix/formats.ts"

export const matrix: Command = {
  description: `Lists who can call what, for access reviews: a row for each route, a column for
each caller that the rules tell apart, or for the callers of a cases file.

A caller that has the demands of two columns may call what either of them may.`,
  options: [
    configOption,
    { flags: "--cases <file>", description: "the callers of this cases file (YAML or JSON), and one without a token" },
    {
      flags: "--format <format>",
      description: "table (default), csv, markdown, or json, which is the same as --json",
      choices: ["table", "csv", "markdown", "json"],
    },
  ],
  examples: [
    "matrix --config authorizer.json",
    "matrix --config authorizer.json --cases cases.yaml --format markdown",
    "matrix --config authorizer.json --format csv > review.csv",
  ],
  exits: "0 the matrix is printed; 2 a file is wrong, or the rules have too many combinations for a complete list.",
  async run(line, output) {
    const file = textOption(line, "cases")
    const configuration = await readConfiguration(textOption(line, "config"))
    const found = await listed(configuration, file)
    const format = output.json ? "json" : (textOption(line, "format") ?? "table")
    if (format === "json") output.document(found)
    else if (format === "csv") output.print(csv(found))
    else if (format === "markdown") output.print(markdown(found))
    else output.print(table(found, output.columns))
    if (found.incomplete === undefined) return 0
    output.note(
      `Not complete: the rules of ${found.incomplete.length} routes have too many combinations. Name callers with --cases`,
    )
    return 2
  },
}

async function listed(
  configuration: Parameters<typeof accessMatrix>[0],
  file: string | undefined,
): Promise<AccessMatrix> {
  const cases = file === undefined ? undefined : await readData(file, "cases")
  try {
    return accessMatrix(configuration, cases === undefined ? undefined : callersOfCases(configuration, cases))
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}
