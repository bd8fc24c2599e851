import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { parseTemplate } from "./cloudformation-yaml.ts"
import { EdgeSecretArn } from "./parameter-sets.ts"
import { samProblems } from "./sam-schema.ts"
import { core, deployables, edge, privateApi } from "./template.ts"

const guide = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8")
const fences = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({ language, text }))
const section = (heading: string): string =>
  guide.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? ""

describe("docs/deploy.md", () => {
  test("explains every parameter of the core template, and no other", () => {
    const rows = section("Parameters")
      .split("\n")
      .flatMap((line) => /^\| (`[A-Z][A-Za-z]+`(?:, `[A-Z][A-Za-z]+`)*) *\|/.exec(line)?.[1] ?? [])
    const explained = new Set(rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name)))
    expect([...explained].sort()).toEqual(Object.keys(core.template.Parameters).sort())
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
    // 17-1: as the defaults of the template are.
    expect(JSON.stringify(http)).toContain('"EnableSimpleResponses":false')
  })

  test("names every template, and resources and outputs that exist", () => {
    const deployed = section("What is deployed")
    for (const { path } of deployables) expect(deployed, path).toContain(`(../${path})`)
    const named = [...deployed.matchAll(/`([A-Z]\w+)`/g)].map(([, name = ""]) => name)
    expect(named.length).toBeGreaterThan(10)
    const known = { ...core.template.Resources, ...core.template.Parameters }
    expect(named.filter((name) => !Object.hasOwn(known, name))).toEqual([])
    for (const name of Object.keys(core.template.Resources)) expect(named).toContain(name)
    const outputs = [...guide.matchAll(/`(\w+)`(?:, `(\w+)`)? and `(\w+)` of\s+the outputs/g)].flatMap(
      ([, ...names]) => names,
    )
    expect(outputs.filter((name) => name !== undefined).length).toBeGreaterThan(2)
    for (const name of outputs.filter((each) => each !== undefined)) expect(core.template.Outputs).toHaveProperty(name)
  })

  test("names events, parameters and a function that exist in its sam local command", () => {
    const command = fences.map(({ text = "" }) => text).find((text) => text.includes("sam local invoke")) ?? ""
    const [, name = "", event = ""] = /sam local invoke (\w+) -e (\S+)/.exec(command) ?? []
    expect(core.template.Resources).toHaveProperty(name)
    expect(existsSync(new URL(`../../${event}`, import.meta.url))).toBe(true)
    const overridden = [...command.matchAll(/ ([A-Z]\w+)=/g)].map(([, parameter = ""]) => parameter)
    expect(overridden).toHaveLength(3)
    for (const parameter of overridden) expect(core.template.Parameters).toHaveProperty(parameter)
  })

  test("17-1: deploys with one command that asks nothing, and with parameters that exist", () => {
    const commands = fences.flatMap(({ language, text = "" }) => (language === "sh" ? text.split(/\n(?!\s)/) : []))
    const deploys = commands.filter((each) => each.startsWith("sam deploy"))
    expect(deploys[0]).toMatch(/--resolve-s3 --capabilities CAPABILITY_IAM --no-confirm-changeset/)
    expect(guide).not.toContain("--guided")
    for (const each of deploys)
      for (const [, name = ""] of each.matchAll(/ ([A-Z][A-Za-z]+)=/g))
        expect(core.template.Parameters).toHaveProperty(name)
  })

  test("17-1: docs/edge.md shows a configuration for deploy/edge.yaml that hallpass accepts", () => {
    const page = readFileSync(new URL("../../docs/edge.md", import.meta.url), "utf8")
    const [, text = ""] = /^CONFIG='(.*)'$/m.exec(page) ?? []
    const config = JSON.parse(text.replace("'$SECRET'", EdgeSecretArn))
    expect(createAuthorizer(config).handler).toBeTypeOf("function")
    expect(core.refusals({ Config: JSON.stringify(config), EdgeSecretArn })).toEqual([])
    expect(edge.template.Outputs).toHaveProperty("EdgeSecretArn")
  })

  test("17-4: its table of identity headers is what the integrations of deploy/private.yaml map", () => {
    const [, table = ""] = /### Identity for the backend\n([\s\S]*?)\n- /.exec(guide) ?? []
    const documented = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = ""]) => {
      const names = [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name)
      return names.map((name) => (name.startsWith("-") ? `x-hallpass${name}` : name))
    })
    const mapped = new Set(
      [...privateApi.text.matchAll(/(?:overwrite:header|integration\.request\.header)\.([\w-]+):/g)].map(
        ([, name = ""]) => name.toLowerCase(),
      ),
    )
    expect(documented.toSorted()).toEqual([...mapped].toSorted())
  })
})
