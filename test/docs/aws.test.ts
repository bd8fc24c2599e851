import { describe, expect, it } from "vitest"
import { parseTemplate } from "../deploy/cloudformation-yaml.ts"
import { awsPageTemplates } from "./aws-page.ts"

// 18: the templates of docs/aws.md let one service invoke the function, for one API or authorizer of it.

interface Template {
  readonly Resources: {
    readonly [name: string]: { readonly Type: string; readonly Properties: { readonly [name: string]: unknown } }
  }
}

describe("18: the templates of docs/aws.md", () => {
  it.each([
    ["AWS::AppSync::GraphQLApi", "appsync.amazonaws.com"],
    ["AWS::IoT::Authorizer", "iot.amazonaws.com"],
  ])("%s may invoke the function, and no other resource of %s", (type, principal) => {
    const resources = awsPageTemplates.flatMap((text) => Object.entries((parseTemplate(text) as Template).Resources))
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
})
