import { styleText } from "node:util"
import type { RuntimeClient } from "../runtime/plain-runtime.ts"
import { type Row, warmInvocations } from "./row.ts"
import type { Verdict } from "./verdict.ts"

// The whole is 123 columns wide. `styleText` colours only what a terminal shows, and respects NO_COLOR.
const widths = [15, 7, 14, 15, 22, 18, 7, 7] as const
const titles = ["event kind", "issuer", "token", "outcome", "reason", "answer", "cold ms", "warm ms"]
const colours = { allow: "green", unauthenticated: "yellow", forbidden: "magenta" } as const

export function head(): string {
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, 0))
  return `${styleText("bold", cells(titles))}\n${styleText("dim", rule)}`
}

export function line({ kind, issuer, token, seen, asExpected, coldMs, warmMs }: Row): string {
  const text = cells([
    kind.title,
    issuer,
    token,
    seen.outcome,
    seen.reason,
    seen.answer,
    coldMs.toFixed(0),
    warmMs.toFixed(2),
  ])
  if (!asExpected) return styleText(["red", "bold"], `${text} ✗`)
  const colour = colours[seen.outcome as keyof typeof colours] ?? "red"
  return text.replace(seen.outcome, styleText(colour, seen.outcome))
}

/** What the times mean, and whether every row was as expected. */
export function foot(rows: readonly Row[], client: RuntimeClient): string {
  return [
    `Run by ${client.name}, on Node.js ${process.versions.node}.`,
    "cold: for each row a process of its own, from its start to its first answer: Node.js, runtime client, bundle, key set.",
    `warm: the median of ${warmInvocations} more invocations there. All ${warmInvocations + 1} answers have to be as expected.`,
    "Both include the HTTP round trip to the local Runtime API; a refusal also writes its record.",
    "HTTP APIs document no 401 from an authorizer, so they are configured with gateway.unauthorized: deny.",
    "",
    ...conclusion(rows),
  ].join("\n")
}

function conclusion(rows: readonly Row[]): string[] {
  const unexpected = rows.filter(({ asExpected }) => !asExpected)
  if (unexpected.length === 0) return [styleText("green", `${rows.length} rows, every one as expected.`)]
  return [
    styleText("red", `${unexpected.length} of ${rows.length} rows are not as expected:`),
    ...unexpected.map(
      ({ kind, issuer, token, expected, seen }) =>
        `  ${kind.title}, ${issuer}:${token}\n    expected  ${say(expected)}\n    seen      ${say(seen)}`,
    ),
  ]
}

function say({ outcome, reason, answer, detail }: Verdict): string {
  return [outcome, reason, answer, ...(detail === undefined ? [] : [detail])].join(" / ")
}

function cells(texts: readonly string[]): string {
  const isNumber = (column: number) => column >= 6
  return texts
    .map((text, column) => {
      const width = widths[column] ?? 0
      return isNumber(column) ? text.padStart(width) : text.padEnd(width)
    })
    .join("  ")
    .trimEnd()
}
