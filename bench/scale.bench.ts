// Whether the cost of a request grows with what is configured or with who attacks: issuers, keys of a set, distinct tokens,
// bad tokens. Route tables are measured by routes.bench.ts, made-up key ids by keys.bench.ts. Exit code 1 when a figure is
// over its budget.
import { cpus } from "node:os"
import { publish, quick, type ResultRow } from "./results.ts"
import { badTokens } from "./scale/bad-tokens.ts"
import { distinctTokens } from "./scale/distinct-tokens.ts"
import { issuersOfAConfiguration } from "./scale/issuers.ts"
import { keysOfASet } from "./scale/keys.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}`)
const rows: ResultRow[] = []
for (const measure of [issuersOfAConfiguration, keysOfASet, badTokens, distinctTokens]) {
  const measured = await measure(quick)
  for (const row of measured) print(row)
  rows.push(...measured)
}
publish("scale", rows)
const good = rows.every(({ holds }) => holds !== false)
console.log(good ? "within budget" : "over budget: see above")
process.exitCode = good || quick ? 0 : 1 // a short run is too short to judge by

function print({ case: measured, subject, value, unit, ratio, ratioTo, budget, holds }: ResultRow): void {
  const against = ratio === undefined ? "" : `  ${ratio.toFixed(2)} × ${ratioTo}`
  const most = budget === undefined ? "" : `  budget ${budget}${holds ? "" : "  OVER"}`
  console.log(
    `  ${measured.padEnd(44)} ${subject.padEnd(16)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(5)}${against}${most}`,
  )
}
