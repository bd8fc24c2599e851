import { type Command, textOption, UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { plain } from "./frame/output.ts"
import { markdownText } from "./summary/markdown.ts"
import { checkSection, diffSection, type Section, testSection } from "./summary/sections.ts"

const sections = { check: checkSection, test: testSection, diff: diffSection } as const
const names = Object.keys(sections) as readonly (keyof typeof sections)[]
/** What each command's document has. */
const marks = { check: "sound", test: "passed", diff: "changes" } as const

export const summary: Command = {
  description: `Writes one Markdown summary of check, test and diff: for a pull request's comment, or
for the summary of a CI job.

Each file is what the command printed with --json. A file without a document means
that the command could not do it, and the summary says so. docs/ci.md has a script
that runs them all.`,
  options: names.map((name) => ({
    flags: `--${name} <file>`,
    description: `what hallpass ${name} --json printed`,
  })),
  examples: [
    "check -c authorizer.json --json > check.json",
    'summary --check check.json --test test.json --diff diff.json >> "$GITHUB_STEP_SUMMARY"',
  ],
  exits: "0 the summary is printed, whatever it says; 2 a file cannot be read.",
  async run(line, output) {
    const given = names.filter((name) => line.options[name] !== undefined)
    if (given.length === 0) throw new UsageError("one of --check, --test and --diff is needed")
    const found: { name: string; section: Section | undefined }[] = []
    for (const name of given) found.push({ name, section: await sectionOf(name, textOption(line, name) ?? "") })
    const markdown = markdownOf(found)
    if (output.json) output.document({ markdown })
    else output.print(markdown)
    return 0
  },
}

async function sectionOf(name: keyof typeof sections, file: string): Promise<Section | undefined> {
  const { stat } = await import("node:fs/promises")
  const isEmpty =
    file !== "-" &&
    (await stat(file).then(
      ({ size }) => size === 0,
      () => false,
    ))
  if (isEmpty) return undefined
  const document = await readData(file, "document")
  if (!Object.hasOwn(Object(document), marks[name]))
    throw new UsageError(`${plain(file)} is not what hallpass ${name} --json printed`)
  return sections[name](Object(document))
}

function markdownOf(found: readonly { readonly name: string; readonly section: Section | undefined }[]): string {
  const rows = found.map(({ name, section }) =>
    section === undefined
      ? `| ${name} | ❌ could not be done; the log says why |\n`
      : `| ${name} | ${section.sign} ${markdownText(section.result)} |\n`,
  )
  const tables = found.map(({ section }) => section?.tables ?? "")
  return `<!-- hallpass -->\n## hallpass\n\n| command | result |\n| --- | --- |\n${rows.join("")}${tables.join("")}`
}
