import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { awsPageTemplates } from "../docs/aws-page.ts"
import { type PythonProgram, pythonProgram } from "../support/python-program.ts"
import { cfnLint } from "../support/tools.ts"
import { check } from "./cfn-guard.ts"
import { root, run } from "./external-tools.ts"
import { demo, deployables } from "./template.ts"

interface Transformed {
  readonly Resources: {
    readonly [name: string]: { readonly Type: string; readonly Properties: { readonly [name: string]: unknown } }
  }
}

const folder = mkdtempSync(join(tmpdir(), "hallpass-cfn-lint-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes what the SAM transform makes of templates, and returns what cfn-lint says of each file. */
function transformAndLint(
  interpreter: string,
  targets: readonly (readonly [template: string, target: string])[],
  paths: readonly string[],
): Map<string, string> {
  const script = join(root, "test/deploy/sam-transform-and-lint.py")
  const pairs = targets.map(([template, target]) => `${join(root, template)}=${target}`)
  const { output } = run(interpreter, [script, ...pairs, "--", ...paths])
  const found = new Map(paths.map((path) => [path, ""]))
  for (const line of output.split("\n").filter((each) => each !== "")) {
    const path = paths.find((each) => line.startsWith(`${each}:`))
    if (path === undefined) throw new Error(`cfn-lint says of no template: ${output.slice(-4000)}`)
    found.set(path, `${found.get(path)}${line}\n`)
  }
  return found
}

const serverless = deployables
  .filter(({ text }) => text.includes("\nTransform: AWS::Serverless"))
  .map(({ path }) => path)
const examples = ["examples/attach-existing-api.yaml", "examples/sam/template.yaml"]
const [, samExample = ""] = examples
const asWritten = [...deployables.map(({ path }) => path), ...examples].map((path) => join(root, path))
const transformedPath = (template: string): string => join(folder, `${template.replaceAll("/", "-")}.json`)
const ofPage = awsPageTemplates.map((_text, at) => join(folder, `page-${at}.yaml`))
const broken = join(folder, "broken.json")
const misspelt = join(folder, "throttle.yaml")
const misspeltText = demo.text.replace(
  "ThrottlingRateLimit: !Ref ThrottleRate, Th",
  "ThrottlingRate: !Ref ThrottleRate, Th",
)

describe.skipIf(!cfnLint.isThere)("cfn-lint", () => {
  let texts: Map<string, string>
  let found: Map<string, string>
  beforeAll(() => {
    const { interpreter } = pythonProgram("cfn-lint") as PythonProgram
    const targets = [...serverless, samExample].map((template) => [template, transformedPath(template)] as const)
    const Properties = { RetainedForDays: 30 }
    writeFileSync(broken, JSON.stringify({ Resources: { Logs: { Type: "AWS::Logs::LogGroup", Properties } } }))
    writeFileSync(misspelt, misspeltText)
    for (const [at, path] of ofPage.entries()) writeFileSync(path, awsPageTemplates[at] ?? "")
    const paths = [...asWritten, ...targets.map(([, target]) => target), ...ofPage, broken, misspelt]
    found = transformAndLint(interpreter, targets, paths)
    texts = new Map(targets.map(([template, target]) => [template, readFileSync(target, "utf8")]))
    // One process judges all of them.
    check(...texts.values(), readFileSync(join(root, samExample), "utf8"))
  })

  test("finds nothing in the templates and in the examples, warnings included", () => {
    expect(asWritten.map((path) => found.get(path))).toEqual(asWritten.map(() => ""))
  })

  test("18: finds nothing in the templates of docs/aws.md, warnings included", () => {
    expect(ofPage.length).toBeGreaterThanOrEqual(2)
    expect(ofPage.map((path) => found.get(path))).toEqual(ofPage.map(() => ""))
  })

  test("would find a property that does not exist, so its word counts", () => {
    expect(found.get(broken)).toContain("RetainedForDays")
  })

  describe.each(serverless.map((path) => [path]))("after the SAM transform of %s", (template) => {
    let Resources: Transformed["Resources"]
    beforeAll(() => {
      Resources = (JSON.parse(texts.get(template) ?? "") as Transformed).Resources
    })
    const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type)

    test("finds nothing either, warnings included", () => expect(found.get(transformedPath(template))).toBe(""))

    test("the rules in guard/ hold as before", () => {
      const [judged] = check(texts.get(template) ?? "")
      expect(judged?.broken).toEqual([])
      expect(judged?.kept.length).toBeGreaterThan(5)
    })

    test("every permission has a source, and no role was made beside the template's", () => {
      const permissions = ofType("AWS::Lambda::Permission")
      expect(permissions.filter(([, { Properties }]) => Properties.SourceArn === undefined)).toEqual([])
      const roles = deployables.find((one) => one.path === template)?.resourcesOf("AWS::IAM::Role") ?? []
      expect(
        ofType("AWS::IAM::Role")
          .map(([name]) => name)
          .toSorted(),
      ).toEqual(roles.map(([name]) => name).toSorted())
    })

    test("every method of the REST APIs has the authorizer, but for CORS preflights", () => {
      for (const [, { Properties }] of ofType("AWS::ApiGateway::RestApi")) {
        const methods = methodsOf((Properties.Body as { paths: unknown }).paths)
        expect(methods.length).toBeGreaterThan(0)
        for (const [method, security] of methods) {
          if (method === "options") expect(security).toBeUndefined()
          else expect(JSON.stringify(security), method).toContain('{"Hallpass":[]}')
        }
      }
      const apis = { "template.yaml": 0, "deploy/demo.yaml": 1, "deploy/edge.yaml": 0, "deploy/private.yaml": 1 }
      expect(ofType("AWS::ApiGateway::RestApi")).toHaveLength(apis[template as keyof typeof apis])
    })

    test("17-3: each deployment of a REST API publishes it, because SAM sees no changed parameter", () => {
      const apis = Object.values(deployables.find((one) => one.path === template)?.template.Resources ?? {})
      for (const { Type, Properties } of apis)
        if (Type === "AWS::Serverless::Api") expect(Properties.AlwaysDeploy).toBe(true)
      expect(ofType("AWS::ApiGateway::Deployment")).toHaveLength(ofType("AWS::ApiGateway::RestApi").length)
    })

    test("17-2: the check is asked about the version that SAM makes of new code", () => {
      const asked = ofType("Custom::CheckedVersion").map(([, { Properties }]) => Properties.Code)
      const versions = ofType("AWS::Lambda::Version").map(([Ref]) => ({ Ref }))
      expect(asked).toEqual(template === "template.yaml" ? versions : [])
      expect(versions).toHaveLength(asked.length)
    })
  })

  test("after the SAM transform of an example it finds nothing either, and each stage has a throttle", () => {
    expect(found.get(transformedPath(samExample))).toBe("")
    // Its health check is open on purpose.
    for (const { broken: rules } of check(texts.get(samExample) ?? "", readFileSync(join(root, samExample), "utf8")))
      expect(rules.filter((rule) => rule.includes("throttle"))).toEqual([])
  })

  test("17-3: a template with a misspelt throttle would be found", () => {
    expect(misspeltText).not.toBe(demo.text)
    expect(found.get(misspelt)).toContain("ThrottlingRate")
  })
})

/** All methods below a part of an OpenAPI document, through the transform's conditions, with what protects them. */
function methodsOf(node: unknown): [method: string, security: unknown][] {
  if (typeof node !== "object" || node === null) return []
  return Object.entries(node).flatMap(([key, value]) =>
    /^(?:get|post|put|patch|delete|head|options|x-amazon-apigateway-any-method)$/.test(key)
      ? [[key, operation(value).security] as [string, unknown]]
      : methodsOf(value),
  )
}
function operation(node: unknown): { readonly security?: unknown } {
  const { "Fn::If": condition } = node as { "Fn::If"?: [string, object, object] }
  return condition === undefined ? (node as object) : operation(condition[1])
}
