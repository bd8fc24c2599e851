import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const root = new URL("../../", import.meta.url)
const page = readFileSync(new URL("docs/local.md", root), "utf8")
const [, table = ""] = page.split("## What the local gateway does")
const rows = (table.split("\n## ")[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:---|behaviour)/.test(line))
  .map((line) => line.slice(2, -2).split(" | "))

describe("16-2: docs/local.md lists what the local gateway does", () => {
  it("with a source and a test for every behaviour", () => {
    expect(rows.length).toBeGreaterThan(40)
    for (const row of rows) {
      expect(row, row[0]).toHaveLength(3)
      expect(row[1]?.length, row[0]).toBeGreaterThan(2)
    }
  })

  it.each(rows.map(([behaviour = "", , test = ""]) => [behaviour, test]))("%s is tested where it says", (_, test) => {
    const [, name = "", title = ""] = /^(\S+): (.+)$/.exec(test) ?? []
    const file = new URL(name.startsWith("test/") ? `${name}.test.ts` : `test/local/${name}.test.ts`, root)
    expect(existsSync(file), name).toBe(true)
    expect(readFileSync(file, "utf8")).toContain(title)
  })

  it("says of each silence what was chosen", () => {
    const silent = rows.filter(([, source = ""]) => source.includes("silent"))
    expect(silent.length).toBeGreaterThan(5)
  })
})
