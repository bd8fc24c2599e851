import { type Cases, type CasesReport, explainCase, runCases } from "../testing.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { type Output, plain } from "./frame/output.ts"
import { wrapped } from "./frame/table.ts"
import { write } from "./frame/write.ts"
import { junit } from "./test/junit.ts"

export const test: Command = {
  description: `Runs cases against a configuration: callers and requests with the expected outcome
and reason. Callers are claims on the skeleton of a provider's token, so no token and
no network is needed. Each failure is explained.`,
  args: [{ name: "<cases>", description: "the cases: YAML or JSON; - for standard input" }],
  options: [
    configOption,
    { flags: "--junit <file>", description: "write a JUnit report to this file" },
    {
      flags: "--require-coverage",
      description: "fail if a route is not once allowed and once refused",
    },
  ],
  examples: [
    "test cases.yaml --config authorizer.json",
    "test cases.yaml --config authorizer.json --require-coverage --junit report.xml",
    "test cases.yaml --config authorizer.json --json | jq .coverage.uncovered",
  ],
  notes: {
    "A cases file": `callers:
  reader: { claims: { scope: "orders:read" } }
  job: { kind: app, issuer: 0, claims: { scope: "orders:write" } }
tests:
  - { caller: reader, request: GET /orders/7, expect: allow }
  - caller: reader
    request: POST /orders
    expect: { outcome: forbidden, reason: scope_missing }
matrix:
  GET /orders/7: { job: forbidden, nobody: unauthenticated }`,
  },
  exits: "0 every case passed; 1 a case failed, or coverage is missed; 2 a file is wrong.",
  async run(line, output) {
    const configuration = await readConfiguration(textOption(line, "config"))
    const cases = (await readData(line.args[0] ?? "-", "cases")) as Cases
    const report = runCases(configuration, cases)
    const file = textOption(line, "junit")
    if (file !== undefined && !(await write(file, junit(report), output))) return 2
    const missed = line.options.requireCoverage === true ? missedBy(report) : []
    if (output.json) output.document(report)
    else print(report, missed, output)
    return report.failed > 0 || missed.length > 0 ? 1 : 0
  },
}

interface Missed {
  readonly route: string
  readonly lacks: string
}

/** Routes that were not once allowed and once refused. */
function missedBy({ coverage: { allowed, refused, uncovered } }: CasesReport): readonly Missed[] {
  return [...new Set([...allowed, ...refused, ...uncovered])].flatMap((route) => {
    const lacks = [...(allowed.includes(route) ? [] : ["allowed"]), ...(refused.includes(route) ? [] : ["refused"])]
    return lacks.length === 0 ? [] : [{ route, lacks: lacks.join(" or ") }]
  })
}

function print({ passed, failed, cases, coverage }: CasesReport, missed: readonly Missed[], output: Output): void {
  for (const result of cases.filter(({ ok }) => !ok)) {
    const [first = "", ...rest] = explainCase(result).map((text) => plain(text, 600))
    const lines = [first, ...rest].flatMap((text, at) =>
      wrapped(text, output.columns - 4).map((part, more) => `${at === 0 && more === 0 ? "" : "    "}${part}`),
    )
    output.print(`${output.style("red", "FAIL")} ${lines.join("\n")}\n\n`)
  }
  const { allowed, refused, uncovered } = coverage
  const routes = new Set([...allowed, ...refused, ...uncovered]).size
  output.print(`${passed} passed, ${failed} failed\n`)
  output.print(
    `Routes: ${routes}; allowed ${allowed.length}, refused ${refused.length}, without a case ${uncovered.length}\n`,
  )
  for (const route of missed.length > 0 ? [] : uncovered) output.print(`  no case: ${plain(route)}\n`)
  for (const { route, lacks } of missed) output.print(`  never ${lacks}: ${plain(route)}\n`)
}
