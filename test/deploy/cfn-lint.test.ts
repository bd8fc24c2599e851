import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cfnLint } from "../support/tools.ts"
import { check, ruleNames } from "./cfn-guard.ts"
import { root, run } from "./external-tools.ts"

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

/** W1028: the transform wraps what belongs to a conditional function into conditions that its API has already. */
const lint = (paths: readonly string[], ...ignored: string[]): string =>
  run("cfn-lint", ["--format", "parseable", "--ignore-checks", "W1028", ...ignored, "--", ...paths]).output

describe.skipIf(!cfnLint.isThere)("cfn-lint", () => {
  test("finds nothing in the template and in the example that attaches to existing APIs", () => {
    expect(lint([join(root, "template.yaml"), join(root, "examples/attach-existing-api.yaml")])).toBe("")
  })

  test("would find a property that does not exist, so its word counts", () => {
    const path = join(folder, "broken.json")
    const Properties = { RetainedForDays: 30 }
    writeFileSync(path, JSON.stringify({ Resources: { Logs: { Type: "AWS::Logs::LogGroup", Properties } } }))
    expect(lint([path])).toContain("RetainedForDays")
  })

  describe("after the SAM transform", () => {
    const path = join(folder, "transformed.json")
    let Resources: Transformed["Resources"]
    beforeAll(() => {
      const { code, output } = run(python(), [join(root, "test/deploy/sam-transform.py"), join(root, "template.yaml")])
      if (code !== 0) throw new Error(`The SAM transform failed: ${output.slice(-4000)}`)
      writeFileSync(path, output)
      Resources = (JSON.parse(output) as Transformed).Resources
    })

    test("finds nothing either", () => {
      // W2001: what the transform has resolved is no longer there as a reference.
      expect(lint([path], "W2001")).toBe("")
    })

    test("the rules in guard/ hold as before", () => {
      const [judged] = check(readFileSync(path, "utf8"))
      expect(judged?.broken).toEqual([])
      expect(judged?.kept.toSorted()).toEqual(ruleNames.toSorted())
    })

    test("every permission has a source, and no role was made beside the template's", () => {
      const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type)
      const permissions = ofType("AWS::Lambda::Permission")
      expect(permissions.length).toBeGreaterThan(6)
      expect(permissions.filter(([, { Properties }]) => Properties.SourceArn === undefined)).toEqual([])
      expect(
        ofType("AWS::IAM::Role")
          .map(([name]) => name)
          .toSorted(),
      ).toEqual(["AuthorizerRole", "DemoBackendRole", "InvokeRole", "RotationRole"])
    })

    test("every method of the REST APIs has the authorizer, but for CORS preflights", () => {
      const bodies = Object.values(Resources).filter(({ Type }) => Type === "AWS::ApiGateway::RestApi")
      expect(bodies).toHaveLength(2)
      for (const { Properties } of bodies) {
        const methods = methodsOf((Properties.Body as { paths: unknown }).paths)
        expect(methods.length).toBeGreaterThan(0)
        for (const [method, security] of methods)
          expect(security, method).toEqual(method === "options" ? undefined : [{ Hallpass: [] }])
      }
    })
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
