import { safeLines } from "../../../local/terminal-text.ts"
import { type CasesReport, explainCase } from "../../testing.ts"

/** The report as JUnit XML, as CI systems read it. */
export function junit({ passed, failed, cases }: CasesReport): string {
  const suite = `name="hallpass test" tests="${passed + failed}" failures="${failed}" errors="0" skipped="0"`
  const rows = cases.map((result) => {
    const named = `    <testcase classname="hallpass" name="${escaped(result.name)}"`
    if (result.ok) return `${named}/>\n`
    const [message = "", ...rest] = explainCase(result)
    const failure = `<failure message="${escaped(message)}">${escaped(rest.join("\n"))}</failure>`
    return `${named}>\n      ${failure}\n    </testcase>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${suite}>\n  <testsuite ${suite}>\n${rows.join("")}  </testsuite>\n</testsuites>\n`
}

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
}

/** Characters that XML 1.0 does not have become the replacement character; those that a terminal interprets, references. */
function escaped(text: string): string {
  const known = text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? "")
    .replace(/[\r\n\t]/g, reference)
  return safeLines(known, reference)
}

const reference = (character: string): string => `&#${character.codePointAt(0)};`
