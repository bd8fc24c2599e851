import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parseTemplate } from "./cloudformation-yaml.ts"
import { samProblems } from "./sam-schema.ts"
import { template } from "./template.ts"

const guide = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8")
const fences = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({ language, text }))

describe("docs/deploy.md", () => {
  test("explains every parameter of the template, and no other", () => {
    const rows = guide
      .split("\n")
      .flatMap((line) => /^\| (`[A-Z][A-Za-z]+`(?:, `[A-Z][A-Za-z]+`)*) *\|/.exec(line)?.[1] ?? [])
    const explained = new Set(rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name)))
    expect([...explained].sort()).toEqual(Object.keys(template.Parameters).sort())
  })

  test("shows Auth blocks that the SAM schema accepts, one for REST and one for HTTP", () => {
    const blocks = fences.flatMap(({ language, text = "" }) => {
      const parsed = language === "yaml" ? (parseTemplate(text) as { Auth?: object }) : {}
      return parsed.Auth === undefined ? [] : [parsed.Auth]
    })
    const [rest, http] = blocks
    expect(blocks).toHaveLength(2)
    expect(samProblems({ Type: "AWS::Serverless::Api", Properties: { StageName: "prod", Auth: rest } })).toEqual([])
    expect(samProblems({ Type: "AWS::Serverless::HttpApi", Properties: { Auth: http } })).toEqual([])
  })

  test("names resources and outputs that exist", () => {
    const [table = ""] = /## What is deployed\n[\s\S]*?\n## /.exec(guide) ?? []
    const named = [...table.matchAll(/`([A-Z]\w+)`/g)].map(([, name = ""]) => name)
    expect(named.length).toBeGreaterThan(10)
    const known = { ...template.Resources, ...template.Parameters, SkipBuild: {} }
    expect(named.filter((name) => !Object.hasOwn(known, name))).toEqual([])
    const outputs = [...guide.matchAll(/outputs? `(\w+)`(?:, `(\w+)`)?(?:, `(\w+)`)?/g)].flatMap(
      ([, ...names]) => names,
    )
    expect(outputs.filter((name) => name !== undefined).length).toBeGreaterThan(4)
    for (const name of outputs.filter((each) => each !== undefined)) expect(template.Outputs).toHaveProperty(name)
  })

  test("names events, parameters and a function that exist in its sam local command", () => {
    const command = fences.map(({ text = "" }) => text).find((text) => text.includes("sam local invoke")) ?? ""
    const [, name = "", event = ""] = /sam local invoke (\w+) -e (\S+)/.exec(command) ?? []
    expect(template.Resources).toHaveProperty(name)
    expect(existsSync(new URL(`../../${event}`, import.meta.url))).toBe(true)
    const overridden = [...command.matchAll(/ ([A-Z]\w+)=/g)].map(([, parameter = ""]) => parameter)
    expect(overridden).toHaveLength(3)
    for (const parameter of overridden) expect(template.Parameters).toHaveProperty(parameter)
  })
})
