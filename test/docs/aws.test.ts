import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { parseTemplate } from "../deploy/cloudformation-yaml.ts"
import { root, run } from "../deploy/external-tools.ts"
import { cfnLint } from "../support/tools.ts"

// 18: the templates of docs/aws.md let one service invoke the function, for one API or authorizer of it.

interface Template {
  readonly Resources: {
    readonly [name: string]: { readonly Type: string; readonly Properties: { readonly [name: string]: unknown } }
  }
}

const page = readFileSync(join(root, "docs/aws.md"), "utf8")
const texts = [...page.matchAll(/^```yaml\n(Transform: [\s\S]*?)^```$/gm)].map(([, text = ""]) => text)
const folder = mkdtempSync(join(tmpdir(), "hallpass-aws-page-"))
afterAll(() => rmSync(folder, { recursive: true }))

describe("18: the templates of docs/aws.md", () => {
  it.each([
    ["AWS::AppSync::GraphQLApi", "appsync.amazonaws.com"],
    ["AWS::IoT::Authorizer", "iot.amazonaws.com"],
  ])("%s may invoke the function, and no other resource of %s", (type, principal) => {
    const resources = texts.flatMap((text) => Object.entries((parseTemplate(text) as Template).Resources))
    const [name] = resources.find(([, { Type }]) => Type === type) ?? []
    const [functionName] =
      resources.find(([, each]) => JSON.stringify(each).includes(`"Principal":"${principal}"`)) ?? []
    const permission = resources.find(([each]) => each === functionName)?.[1]
    expect(permission?.Type).toBe("AWS::Lambda::Permission")
    expect(permission?.Properties).toMatchObject({
      Action: "lambda:InvokeFunction",
      Principal: principal,
      SourceArn: { "Fn::GetAtt": [name, "Arn"] },
    })
  })

  it.skipIf(!cfnLint.isThere)("cfn-lint finds nothing, warnings included", () => {
    expect(texts.length).toBeGreaterThanOrEqual(2)
    const files = texts.map((text, at) => {
      const file = join(folder, `template-${at}.yaml`)
      writeFileSync(file, text)
      return file
    })
    expect(run("cfn-lint", ["--format", "parseable", "--", ...files])).toEqual({ code: 0, output: "" })
  })
})
