import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
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

/** The Python that cfn-lint runs in: beside it, or the one that its first line names. */
function python(): string {
  const place = run("sh", ["-c", "pyenv which cfn-lint 2>/dev/null || command -v cfn-lint"]).output.trim()
  const [, interpreter = "python3"] = /^#!\s*(\S*python\S*)/.exec(readFileSync(place, "utf8")) ?? []
  return interpreter
}

const lint = (paths: readonly string[]): string => run("cfn-lint", ["--format", "parseable", "--", ...paths]).output

describe.skipIf(!cfnLint.isThere)("cfn-lint", () => {
  test("finds nothing in the templates and in the examples, warnings included", () => {
    const examples = ["examples/attach-existing-api.yaml", "examples/sam/template.yaml"]
    const paths = [...deployables.map(({ path }) => path), ...examples]
    expect(lint(paths.map((path) => join(root, path)))).toBe("")
  })

  test("would find a property that does not exist, so its word counts", () => {
    const path = join(folder, "broken.json")
    const Properties = { RetainedForDays: 30 }
    writeFileSync(path, JSON.stringify({ Resources: { Logs: { Type: "AWS::Logs::LogGroup", Properties } } }))
    expect(lint([path])).toContain("RetainedForDays")
  })

  const serverless = deployables.filter(({ text }) => text.includes("\nTransform: AWS::Serverless"))
  describe.each(serverless.map(({ path }) => [path]))("after the SAM transform of %s", (template) => {
    const path = join(folder, `${template.replaceAll("/", "-")}.json`)
    let Resources: Transformed["Resources"]
    beforeAll(() => {
      const { code, output } = run(python(), [join(root, "test/deploy/sam-transform.py"), join(root, template)])
      if (code !== 0) throw new Error(`The SAM transform failed: ${output.slice(-4000)}`)
      writeFileSync(path, output)
      Resources = (JSON.parse(output) as Transformed).Resources
    })
    const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type)

    test("finds nothing either, warnings included", () => expect(lint([path])).toBe(""))

    test("the rules in guard/ hold as before", () => {
      const [judged] = check(readFileSync(path, "utf8"))
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
    const [script, example] = ["test/deploy/sam-transform.py", "examples/sam/template.yaml"].map((each) =>
      join(root, each),
    )
    const { code, output } = run(python(), [script ?? "", example ?? ""])
    expect(code).toBe(0)
    const path = join(folder, "example.json")
    writeFileSync(path, output)
    expect(lint([path])).toBe("")
    // Its health check is open on purpose.
    for (const text of [output, readFileSync(example ?? "", "utf8")])
      expect(check(text)[0]?.broken.filter((rule) => rule.includes("throttle"))).toEqual([])
  })

  test("17-3: a template with a misspelt throttle would be found", () => {
    const path = join(folder, "throttle.yaml")
    const text = demo.text.replace(
      "ThrottlingRateLimit: !Ref ThrottleRate, Th",
      "ThrottlingRate: !Ref ThrottleRate, Th",
    )
    writeFileSync(path, text)
    expect(text).not.toBe(demo.text)
    expect(lint([path])).toContain("ThrottlingRate")
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
