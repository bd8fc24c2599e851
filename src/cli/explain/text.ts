import { stageTitles } from "../../../local/stack/stage-titles.ts"
import type { TraceEntry } from "../../index.ts"
import { type Output, plain, plainValue } from "../frame/output.ts"
import { wrapped } from "../frame/table.ts"
import type { Explanation } from "./explanation.ts"

const marks = { good: "✓", bad: "✗", other: "·" }

/** An explanation as a tree for people. */
export function explanationText(explanation: Explanation, output: Output): string {
  const { outcome, reason, request, fix, gateway, notes = [] } = explanation
  const color = outcome === "allow" ? "green" : "red"
  const asked = [request.method, request.path].filter((part) => part !== undefined).join(" ")
  const head = `${output.style(["bold", color], outcome)}${reason === "ok" ? "" : ` (${reason})`}`
  const lines = [
    `${head}  ${plain(asked === "" ? request.kind : asked)}${request.route ? `  route ${plain(request.route)}` : ""}`,
    "",
  ]
  lines.push(...tree(explanation, output))
  lines.push("", ...field("Fix", fix, output))
  lines.push(...field("Client", `${gateway.status}${clientSees(explanation)}`, output))
  if (gateway.answeredFrom !== "unknown") lines.push(...field("Answered", answered[gateway.answeredFrom], output))
  if (gateway.kept !== undefined) lines.push(...field("Kept", gateway.kept, output))
  for (const note of notes) lines.push(...field("Note", note, output))
  return `${lines.join("\n")}\n`
}

function clientSees({ outcome, gateway: { body } }: Explanation): string {
  if (body !== "") return ` ${body}`
  return outcome === "allow" ? ", or what your backend answers" : ""
}

const answered = {
  function: "by the function",
  cache: "by API Gateway from a kept answer; the function was not asked",
  gateway: "by API Gateway itself; no authorizer was asked",
}

/** The checks by stage. Of a stage without a failure only a line is shown, with what is worth knowing. */
function tree({ checks, withoutValues }: Explanation, output: Output): string[] {
  const stages = [...new Set(checks.map(({ stage }) => stage))]
  const first = checks.find(({ ok }) => !ok)
  return stages.flatMap((stage) => {
    const here = checks.filter((entry) => entry.stage === stage)
    const good = here.every(({ ok }) => ok)
    const mark = good ? output.style("green", marks.good) : output.style("red", marks.bad)
    const line = `${mark} ${stageTitles[stage]}`
    const shown = good ? here.filter(isWorthKnowing) : here.filter((entry) => !entry.ok || isWorthKnowing(entry))
    return [line, ...shown.flatMap((entry) => checkLines(entry, entry === first, withoutValues !== true, output))]
  })
}

/** Of checks that hold, those that say something of the request. */
function isWorthKnowing({ check, found }: TraceEntry): boolean {
  const named = ["issuer", "algorithm", "key", "match", "audience.aud", "audience.client_id"]
  return found !== undefined && found !== null && named.includes(check)
}

function checkLines(entry: TraceEntry, isFirst: boolean, showsFound: boolean, output: Output): string[] {
  const { check, ok, expected, found, reason } = entry
  const mark = ok
    ? output.style("green", marks.good)
    : output.style(isFirst ? "red" : "yellow", isFirst ? marks.bad : marks.other)
  if (ok) return [`    ${mark} ${check}: ${plainValue(found, output.columns - check.length - 8)}`]
  const lines = [
    `    ${mark} ${output.style(isFirst ? "bold" : "dim", check)}${isFirst && reason !== undefined ? `  ${reason}` : ""}`,
  ]
  const width = output.columns - 20
  if (expected !== undefined) lines.push(...labelled("expected", describe(expected), width))
  if (showsFound && ("found" in entry || expected !== undefined))
    lines.push(...labelled("found", found === undefined ? "(nothing)" : plainValue(found, 400), width))
  return lines
}

function labelled(label: string, text: string, width: number): string[] {
  return wrapped(text, width).map((line, at) => `        ${(at === 0 ? label : "").padEnd(9)} ${line}`)
}

/** An expectation in words: `all of a, b`, `any of a, b`, or its JSON. */
function describe(expected: unknown): string {
  const { all, any } = Object(expected) as { readonly all?: unknown; readonly any?: unknown }
  if (Array.isArray(all)) return `all of ${plain(all.join(", "), 400)}`
  if (Array.isArray(any)) return `any of ${plain(any.join(", "), 400)}`
  if (Array.isArray(expected)) return plain(expected.map(String).join(", "), 400)
  return typeof expected === "string" ? plain(expected, 400) : plainValue(expected, 400)
}

function field(label: string, text: string, output: Output): string[] {
  const title = output.style("bold", label.padEnd(8))
  return wrapped(plain(text, 2000), output.columns - 11).map(
    (line, at) => `${at === 0 ? title : " ".repeat(8)}  ${line}`,
  )
}
