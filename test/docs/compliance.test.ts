import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { commands } from "../../src/cli/commands.ts"
import { parseTemplate } from "../deploy/cloudformation-yaml.ts"

const root = join(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/compliance.md"), "utf8")
const rows = page.split("\n").flatMap((line) => {
  const [, control = "", , evidence = ""] = line.split("|").map((cell) => cell.trim())
  return /^(?:CC)?\d/.test(control) ? [[control, evidence] as const] : []
})

/** Flags and kinds that a command's help knows. */
async function knows(words: readonly string[]): Promise<boolean> {
  const [name = "", ...others] = words
  const command = Object.hasOwn(commands, name) ? await commands[name]?.load() : undefined
  if (command === undefined) return false
  const help = JSON.stringify([command.options, command.notes ?? {}, command.args ?? []])
  return others.every((word) => help.includes(word))
}

describe("17-7: docs/compliance.md", () => {
  it("has every control of the two lists", () => {
    expect(rows.length).toBe(24)
  })

  it.each(rows)("%s: each piece of evidence exists", async (_control, evidence) => {
    const named = [...evidence.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text)
    expect(named.length).toBeGreaterThan(0)
    for (const text of named) {
      if (text.startsWith("hallpass ")) expect(await knows(text.split(" ").slice(1)), text).toBe(true)
      else if (text.startsWith("npm run "))
        expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts, text).toHaveProperty([
          text.slice("npm run ".length),
        ])
      else if (/\.yaml: /.test(text)) {
        const [path = "", resource = ""] = text.split(": ")
        const { Resources } = parseTemplate(readFileSync(join(root, path), "utf8")) as { Resources: object }
        expect(Object.keys(Resources), text).toContain(resource)
      } else if (text !== "npm ci") expect(existsSync(join(root, text)), text).toBe(true)
    }
  })
})
