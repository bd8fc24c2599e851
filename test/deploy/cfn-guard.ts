import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "./external-tools.ts"

interface Report {
  readonly not_compliant: readonly { readonly Rule: { readonly name: string } }[]
  readonly compliant: readonly string[]
  readonly not_applicable: readonly string[]
}

/** What the rules say to one template, by their names. */
export interface Judged {
  readonly broken: readonly string[]
  readonly kept: readonly string[]
}

const rules = readFileSync(join(root, "guard/hallpass.guard"), "utf8")
const system = process.platform === "darwin" ? "macos" : "ubuntu"
const processor = process.arch === "arm64" ? "aarch64" : "x86_64"
const place = `@cdklabs/cdk-validator-cfnguard/bin/${system}/${processor}/cfn-guard`
export const binary: string = join(root, "node_modules", place)

/** The rules in guard/; one with parameters is a part of others. */
export const ruleNames: readonly string[] = [...rules.matchAll(/^rule (\w+)(?![\w(])/gm)].map(([, name = ""]) => name)

const known = new Map<string, Judged>()

/** Judges templates, in YAML or JSON, by the rules in guard/: those that it has not judged before, in one process. */
export function check(...templates: readonly string[]): Judged[] {
  const unknown = [...new Set(templates)].filter((text) => !known.has(text))
  const reports: Report[] = unknown.length === 0 ? [] : validated(rules, unknown)
  for (const [at, text] of unknown.entries()) {
    const { not_compliant, compliant } = reports[at] as Report
    known.set(text, { broken: not_compliant.map(({ Rule }) => Rule.name), kept: compliant })
  }
  return templates.map((text) => known.get(text) as Judged)
}

/** Whether a rule is compliant, not compliant or not applicable. */
type Status = "PASS" | "FAIL" | "SKIP"

/** What AWS Config would say of each of the recorded items, by rule. */
export function judge(policy: string, ...items: readonly string[]): { readonly [rule: string]: Status }[] {
  return validated(policy, items).map(({ compliant, not_compliant, not_applicable }) =>
    Object.fromEntries<Status>([
      ...compliant.map((name) => [name, "PASS"] as const),
      ...not_compliant.map(({ Rule }) => [Rule.name, "FAIL"] as const),
      ...not_applicable.map((name) => [name, "SKIP"] as const),
    ]),
  )
}

/** One report for each text, in their order. */
function validated(text: string, data: readonly string[]): Report[] {
  const parameters = ["validate", "--payload", "--structured", "--output-format", "json", "--show-summary", "none"]
  const { code, output } = run(binary, parameters, { input: JSON.stringify({ rules: [text], data }) })
  if (code !== 0 && code !== 19) throw new Error(`cfn-guard ended with ${code}: ${output}`)
  const reports = JSON.parse(output) as Report[]
  if (reports.length !== data.length) throw new Error(`cfn-guard judged ${reports.length} of ${data.length} texts`)
  return reports
}
