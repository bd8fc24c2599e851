import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "./external-tools.ts"

interface Report {
  readonly not_compliant: readonly { readonly Rule: { readonly name: string } }[]
  readonly compliant: readonly string[]
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

/** Judges templates, in YAML or JSON, by the rules in guard/. */
export function check(...templates: readonly string[]): Judged[] {
  const parameters = ["validate", "--payload", "--structured", "--output-format", "json", "--show-summary", "none"]
  const { code, output } = run(binary, parameters, { input: JSON.stringify({ rules: [rules], data: templates }) })
  if (code !== 0 && code !== 19) throw new Error(`cfn-guard ended with ${code}: ${output}`)
  return (JSON.parse(output) as Report[]).map(({ not_compliant, compliant }) => ({
    broken: not_compliant.map(({ Rule }) => Rule.name),
    kept: compliant,
  }))
}

/**
 * What AWS Config would say of one recorded item: by rule, whether it is compliant, not compliant or not applicable.
 */
export function judge(policy: string, item: string): { readonly [rule: string]: "PASS" | "FAIL" | "SKIP" } {
  const parameters = ["validate", "--payload", "--structured", "--output-format", "json", "--show-summary", "none"]
  const { code, output } = run(binary, parameters, { input: JSON.stringify({ rules: [policy], data: [item] }) })
  if (code !== 0 && code !== 19) throw new Error(`cfn-guard ended with ${code}: ${output}`)
  const [report] = JSON.parse(output) as (Report & { readonly not_applicable: readonly string[] })[]
  if (report === undefined) throw new Error("cfn-guard judged nothing")
  return Object.fromEntries([
    ...report.compliant.map((name) => [name, "PASS"]),
    ...report.not_compliant.map(({ Rule }) => [Rule.name, "FAIL"]),
    ...report.not_applicable.map((name) => [name, "SKIP"]),
  ])
}
