import { comparePolicies, compareSettings, type PolicyChange, type SettingChange } from "../policy.ts"
import { readConfiguration } from "./configuration.ts"
import { settingText } from "./diff/setting-text.ts"
import { type Command, textOption } from "./frame/command.ts"
import { type Output, plain } from "./frame/output.ts"
import { columns, wrapped } from "./frame/table.ts"

export const diff: Command = {
  description: `Compares what two configurations decide: every route of either table and every
kind of caller whose verdict changed, as opened or closed, and every other setting.

It is complete and does not sample. Each change comes with the claims of a token and
a request that show it; hallpass explain confirms it on both sides. If the rules have
too many combinations, the entry is undecided and the exit code is 2.`,
  args: [
    { name: "<old>", description: "the configuration in use" },
    { name: "<new>", description: "the configuration that replaces it; one of the two may be - for standard input" },
  ],
  options: [
    {
      flags: "--fail-on <what>",
      description:
        "which changes end with exit code 1: opened ones only (and settings of edge or shadow), or any, which is the default",
      choices: ["opened", "any"],
    },
  ],
  examples: [
    "diff main.json authorizer.json",
    "diff main.json authorizer.json --fail-on opened",
    "diff main.json authorizer.json --json | jq '.changes[0].witness'",
  ],
  exits:
    "0 nothing changed (or nothing that --fail-on names); 1 something changed; 2 a file is wrong, or an entry is undecided.",
  async run(line, output) {
    const [before, after] = await Promise.all(line.args.map((file) => readConfiguration(file)))
    if (before === undefined || after === undefined) return 2
    const changes = comparePolicies(before, after)
    const settings = compareSettings(before, after)
    if (output.json) output.document({ changes, settings })
    else print(changes, settings, output)
    if (changes.some(({ change }) => change === "undecided")) return 2
    const opened =
      changes.some(({ change }) => change === "opened") || settings.some(({ path }) => /^(?:edge|shadow)\b/.test(path))
    const isFinding = textOption(line, "failOn") === "opened" ? opened : changes.length + settings.length > 0
    return isFinding ? 1 : 0
  },
}

const titles = {
  opened: "Opened: refused before, allowed now",
  closed: "Closed: allowed before, refused now",
  undecided: "Not decided: compare these by hand",
} as const

function print(changes: readonly PolicyChange[], settings: readonly SettingChange[], output: Output): void {
  const parts: string[] = []
  for (const change of ["opened", "closed", "undecided"] as const) {
    const rows = changes.filter((each) => each.change === change)
    if (rows.length === 0) continue
    const style = change === "opened" ? "red" : change === "closed" ? "yellow" : "bold"
    parts.push(
      `${output.style(style, `${titles[change]} (${rows.length})`)}\n${rows.map((row) => text(row, output.columns)).join("")}`,
    )
  }
  if (settings.length > 0) {
    const rows = settings.map((setting) => wrapped(settingText(setting), output.columns - 4).join("\n    "))
    parts.push(`${output.style("bold", `Settings (${settings.length})`)}\n${rows.map((row) => `  ${row}\n`).join("")}`)
  }
  output.print(parts.length === 0 ? "Every verdict and every setting is the same.\n" : parts.join("\n"))
}

function text({ route, caller, witness, before, after }: PolicyChange, width: number): string {
  const verdict = (side: PolicyChange["before"]): string =>
    side === undefined || side.reason === "ok" ? (side?.outcome ?? "") : `${side.outcome} (${side.reason})`
  const who = wrapped(plain(caller, 400), width - 4).join("\n    ")
  const shown =
    witness === undefined
      ? ""
      : columns(
          [[plain(witness.request), `${verdict(before)} -> ${verdict(after)}${witness.api ? ", on HTTP APIs" : ""}`]],
          "    ",
        )
  return `  ${plain(route, 300)}\n    ${who}\n${shown}`
}
