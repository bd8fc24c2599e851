import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { describeReason } from "../../src/observe.ts"
import { meaningOf } from "../../src/types/reason-messages.ts"
import { allRefusals } from "../../src/types/reasons.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Rows of the tables under `## outcome` headings. */
function documented(markdown: string): { code: string; outcome: string; meaning: string; advice: string }[] {
  let outcome = ""
  return markdown.split("\n").flatMap((line) => {
    outcome = /^## (.*)$/.exec(line)?.[1] ?? outcome
    const [, code, meaning, advice] = /^\| `([^`]+)` *\| (.*?) *\| (.*?) *\|$/.exec(line) ?? []
    return code === undefined || meaning === undefined || advice === undefined
      ? []
      : [{ code, outcome, meaning, advice }]
  })
}

describe("docs/reasons.md and the reason table", () => {
  const rows = documented(readFileSync(`${root}/docs/reasons.md`, "utf8"))

  test("hold the same rows in the same order: code, outcome, meaning", () => {
    const listed = rows.map(({ code, outcome, meaning }) => ({ code, outcome, meaning }))
    expect(listed).toEqual(allRefusals().map(({ code, outcome }) => ({ code, outcome, meaning: meaningOf(code) })))
  })

  test.each(rows)("$code says what to do, as describeReason does", ({ code, meaning, advice }) => {
    expect(describeReason(code)).toMatchObject({ meaning, remedy: advice.replaceAll("\\|", "|") })
    expect(advice.length).toBeGreaterThan(10)
    expect(advice).not.toBe(meaning)
  })
})

test("every reason is given somewhere in src, so the table has no dead rows", () => {
  const sources = globSync("src/**/*.ts", { cwd: root })
    .filter((path) => path !== "src/types/reasons.ts" && !path.startsWith("src/types/reason-"))
    .map((path) => readFileSync(`${root}/${path}`, "utf8"))
    .join("\n")
  const unused = allRefusals().filter(({ code }) => !sources.includes(`"${code}"`))
  expect(unused.map(({ code }) => code)).toEqual([])
})

describe("2.3: docs/policies.md lists for every reason whether its answer is kept", () => {
  const page = readFileSync(`${root}/docs/policies.md`, "utf8")
  const [, section = ""] = page.split("## Which refusals are kept\n")
  const rows = (section.split("\n## ")[0] ?? "").split("\n").flatMap((line) => {
    const [, codes = "", kept = "", why = ""] = /^\| (`[^|]+) \| (yes|no)\b[^|]* \| ([^|]+) \|$/.exec(line) ?? []
    return [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => ({ code, kept: kept === "yes", why }))
  })

  test("every code once, as the table of reasons has it", () => {
    const table = allRefusals().map(({ code, outcome, ifKept }) => ({
      code,
      kept: outcome !== "unavailable" && ifKept === undefined,
    }))
    const byCode = (a: { code: string | undefined }, b: { code: string | undefined }): number =>
      String(a.code).localeCompare(String(b.code))
    expect(rows.map(({ code, kept }) => ({ code, kept })).sort(byCode)).toEqual(table.sort(byCode))
  })

  test("says why", () => {
    for (const { why } of rows) expect(why.length).toBeGreaterThan(20)
  })
})
