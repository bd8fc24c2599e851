import type { Diagnosis, DiagnosisFinding, DiagnosisGrade, IssuerDiagnosis } from "../../policy.ts"
import { type Output, plain } from "../frame/output.ts"
import { wrapped } from "../frame/table.ts"

const colors = { good: "green", fair: "yellow", bad: "red" } as const
const marks = {
  error: ["✗", "red"],
  warning: ["!", "yellow"],
  info: ["·", "dim"],
} as const

/** A diagnosis for people: each part with its grade, what was measured, and the findings, the worst first. */
export function diagnosisText(diagnosis: Diagnosis, output: Output): string {
  const { issuers, edge, assertion, token, function: deployed } = diagnosis
  const parts = [
    ...issuers.map((issuer) => partText(issuer.issuer, issuer, factsText(issuer), output)),
    ...(edge === undefined ? [] : [partText("Edge", edge, "", output)]),
    ...(assertion === undefined ? [] : [partText("Assertions", assertion, "", output)]),
    ...(token === undefined ? [] : [partText("Token", token, "", output)]),
    ...(deployed === undefined
      ? []
      : [partText(`Function ${deployed.name}`, deployed, settingsText(deployed.settings), output)]),
  ]
  return `${parts.join("\n")}\n${summary(diagnosis, output)}`
}

interface Part {
  readonly grade: DiagnosisGrade
  readonly findings: readonly DiagnosisFinding[]
}

function partText(title: string, { grade, findings }: Part, facts: string, output: Output): string {
  const head = `${output.style(["bold", colors[grade]], grade.padEnd(4))}  ${output.style("bold", plain(title, 300))}`
  const order = ["error", "warning", "info"]
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  const lines = [head, ...indented(facts, 6, output)]
  for (const { severity, check, message, remedy, when } of sorted) {
    const [mark, style] = marks[severity]
    const later =
      severity === "error" && when !== undefined && when !== "now" && !message.includes(when)
        ? ` (fails on ${when})`
        : ""
    const [first = "", ...rest] = wrapped(
      plain(`${check}: ${message}${later}`.replace(`${check}: ${check}: `, `${check}: `), 900),
      output.columns - 6,
    )
    lines.push(`    ${output.style(style, mark)} ${first}`, ...rest.map((text) => `      ${text}`))
    if (remedy !== undefined) lines.push(...indented(`Fix: ${plain(remedy, 900)}`, 6, output))
  }
  return `${lines.join("\n")}\n`
}

function indented(text: string, by: number, output: Output): string[] {
  if (text === "") return []
  return wrapped(text, output.columns - by).map((line) => `${" ".repeat(by)}${line}`)
}

function factsText({ facts }: IssuerDiagnosis): string {
  const { keys, latencyMs, freshForSeconds, clockOffsetSeconds, certificateEnds, proxy } = facts
  return [
    ...(keys === undefined ? [] : [`${keys} usable ${keys === 1 ? "key" : "keys"}`]),
    ...(latencyMs === undefined ? [] : [`answered in ${latencyMs} ms`]),
    ...(freshForSeconds === undefined ? [] : [`fresh for ${freshForSeconds} s`]),
    ...(clockOffsetSeconds === undefined ? [] : [`clock ${clockOffsetSeconds >= 0 ? "+" : ""}${clockOffsetSeconds} s`]),
    ...(certificateEnds === undefined ? [] : [`certificate until ${certificateEnds.slice(0, 10)}`]),
    ...(proxy === undefined ? [] : [`proxy ${plain(proxy, 100)}`]),
  ].join(", ")
}

function settingsText({
  runtime,
  architecture,
  memoryMb,
  timeoutSeconds,
}: NonNullable<Diagnosis["function"]>["settings"]): string {
  return [
    runtime,
    architecture,
    memoryMb === undefined ? undefined : `${memoryMb} MB`,
    timeoutSeconds === undefined ? undefined : `timeout ${timeoutSeconds} s`,
  ]
    .filter((text) => text !== undefined)
    .map((text) => plain(text, 40))
    .join(", ")
}

function summary({ grade, issuers, edge, assertion, token, function: deployed }: Diagnosis, output: Output): string {
  const findings = [...issuers, edge, assertion, token, deployed].flatMap((part) => part?.findings ?? [])
  const errors = findings.filter(({ severity }) => severity === "error")
  const next = errors
    .map(({ when }) => when ?? "now")
    .toSorted((a, b) => (a === "now" ? -1 : b === "now" ? 1 : a < b ? -1 : 1))[0]
  if (next === undefined)
    return grade === "good" ? "Nothing is wrong.\n" : "Nothing will fail; the warnings (!) say what may.\n"
  const count = errors.length === 1 ? "1 thing" : `${errors.length} things`
  const text =
    next === "now" ? `${count} to fix (✗); something fails now.` : `${count} to fix (✗); the first fails on ${next}.`
  return `${output.style("red", text)}\n`
}
