import { markdownTable } from "./markdown.ts"

/** What one command came to: a row of the overview, and tables below it. */
export interface Section {
  readonly sign: "✅" | "⚠️" | "❌"
  readonly result: string
  readonly tables: string
}

type Members = { readonly [member: string]: unknown }
const listOf = (value: unknown): readonly Members[] =>
  Array.isArray(value) ? value.map((each) => Object(each) as Members) : []
const text = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))
const count = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`

/** The output of `hallpass check --json`. */
export function checkSection({ sound, problems, conflicts, warnings, api }: Members): Section {
  const [found, apart, warned] = [listOf(problems), listOf(conflicts), listOf(warnings)]
  const findings = listOf(Object(api).findings)
  const errors = findings.filter(({ severity }) => severity === "error")
  const isGood = sound === true && errors.length === 0
  const parts = [
    sound === true ? "sound" : `${count(found.length + apart.length, "problem")}`,
    ...(warned.length > 0 ? [count(warned.length, "warning")] : []),
    ...(api === undefined ? [] : [`${count(errors.length, "error")} of the API`]),
  ]
  return {
    sign: isGood ? (warned.length > 0 ? "⚠️" : "✅") : "❌",
    result: parts.join(", "),
    tables:
      markdownTable(
        "Problems",
        ["where", "what", "fix"],
        found.map((row) => [row.path, row.message, row.remedy].map(text)),
      ) +
      markdownTable(
        "Conflicts",
        ["route", "and route", "for example"],
        apart.map(({ routes, example }) =>
          [...(Array.isArray(routes) ? routes : ["", ""]).slice(0, 2), example].map(text),
        ),
      ) +
      markdownTable(
        "Findings of the API",
        ["severity", "route", "what", "fix"],
        findings.map((row) => [row.severity, row.route ?? "", row.message, row.remedy].map(text)),
        errors.length === 0,
      ) +
      markdownTable(
        "Warnings",
        ["where", "what"],
        warned.map((row) => [row.path, row.message].map(text)),
        true,
      ),
  }
}

/** The output of `hallpass test --json`. */
export function testSection({ passed, failed, cases, coverage }: Members): Section {
  const bad = listOf(cases).filter(({ ok }) => ok !== true)
  const { uncovered } = Object(coverage) as Members
  const without = Array.isArray(uncovered) ? uncovered : []
  const verdict = (value: unknown): string => {
    const { outcome, reason } = Object(value) as Members
    return reason === undefined || reason === "ok" ? text(outcome ?? value) : `${text(outcome)} (${text(reason)})`
  }
  return {
    sign: failed === 0 ? "✅" : "❌",
    result: `${text(passed)} passed, ${text(failed)} failed${without.length > 0 ? `, ${count(without.length, "route")} without a case` : ""}`,
    tables:
      markdownTable(
        "Failed cases",
        ["case", "expected", "got", "route"],
        bad.map(({ name, expected, got, route }) => [
          text(name),
          verdict(expected),
          verdict(got),
          text(route ?? "none"),
        ]),
      ) +
      markdownTable(
        "Routes without a case",
        ["route"],
        without.map((route) => [text(route)]),
        true,
      ),
  }
}

/** The output of `hallpass diff --json`. */
export function diffSection({ changes, settings }: Members): Section {
  const [all, changed] = [listOf(changes), listOf(settings)]
  const of = (kind: string): readonly Members[] => all.filter(({ change }) => change === kind)
  const [opened, closed, undecided] = [of("opened"), of("closed"), of("undecided")]
  const rows = (list: readonly Members[]): readonly (readonly string[])[] =>
    list.map(({ route, caller, witness, before, after }) =>
      [route, caller, Object(witness).request ?? "", Object(before).reason ?? "", Object(after).reason ?? ""].map(text),
    )
  const head = ["route", "caller", "for example", "before", "after"]
  const isSame = all.length + changed.length === 0
  return {
    sign: undecided.length > 0 ? "❌" : opened.length > 0 ? "⚠️" : "✅",
    result: isSame
      ? "every verdict and every setting is the same"
      : [
          `${opened.length} opened`,
          `${closed.length} closed`,
          ...(undecided.length > 0 ? [`${undecided.length} not decided`] : []),
          ...(changed.length > 0 ? [count(changed.length, "setting")] : []),
        ].join(", "),
    tables:
      markdownTable("Opened: refused before, allowed now", head, rows(opened)) +
      markdownTable(
        "Not decided: compare these by hand",
        ["route", "caller"],
        undecided.map((row) => [row.route, row.caller].map(text)),
      ) +
      markdownTable("Closed: allowed before, refused now", head, rows(closed), true) +
      markdownTable(
        "Settings",
        ["setting", "before", "after"],
        changed.map((row) => [row.path, row.before, row.after].map(text)),
      ),
  }
}
