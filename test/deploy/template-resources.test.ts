import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { hmac, mutualTls, okta, parameterSets, privateDemo, vpce } from "./parameter-sets.ts"
import { deployedResources, type Resource, template, templateText, type Values } from "./template.ts"

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: object
}
interface Role {
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly unknown[] }
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[]
}

const names = (values: Values): string[] => Object.keys(deployedResources(values))
function deployed(name: string, values: Values = okta): Resource {
  const found = deployedResources(values)[name]
  if (found === undefined) throw new Error(`${name} is not deployed`)
  return found
}
const role = (name: string, values?: Values): Role => deployed(name, values).Properties as unknown as Role
const statements = ({ Policies }: Role): Statement[] =>
  Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
const permitted = (each: Role): string[] => statements(each).flatMap(({ Action }) => Action)

describe("the invoke role", () => {
  const trusted = { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }

  test("13-8-1: trusts API Gateway, and demands no key that API Gateway may leave out", () => {
    expect(role("InvokeRole").AssumeRolePolicyDocument.Statement).toEqual([trusted])
  })

  test("13-8-1: demands aws:SourceAccount for those who have tried it", () => {
    const values = { ...okta, InvokeRoleCondition: "source-account" }
    const Condition = { StringEquals: { "aws:SourceAccount": "123456789012" } }
    expect(role("InvokeRole", values).AssumeRolePolicyDocument.Statement).toEqual([{ ...trusted, Condition }])
  })

  test("may call the authorizer, its versions and aliases, and nothing else", () => {
    const arn = "arn:aws:lambda:eu-west-1:123456789012:function:AuthorizerFunction"
    expect(statements(role("InvokeRole"))).toEqual([
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: [arn, `${arn}:*`] },
    ])
  })
})

describe("the execution role", () => {
  const logsAndTraces = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
  ]

  test("may write logs and traces, and nothing else where there is no edge", () => {
    expect(permitted(role("AuthorizerRole"))).toEqual(logsAndTraces)
  })

  test.each([
    ["the secret that the template makes", hmac, "EdgeSecret"],
    ["the secret that a parameter names", vpce, "edge/origin"],
  ])("reads %s, in the two versions that count", (_what, values, name) => {
    expect(permitted(role("AuthorizerRole", values))).toEqual(logsAndTraces)
    expect(deployed("EdgeSecretPolicy", values).Properties).toMatchObject({
      Roles: ["AuthorizerRole"],
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`,
            Condition: { "ForAnyValue:StringEquals": { "secretsmanager:VersionStage": ["AWSCURRENT", "AWSPREVIOUS"] } },
          },
        ],
      },
    })
    expect(names(okta)).not.toContain("EdgeSecretPolicy")
  })
})

describe("the edge's secret", () => {
  const rotation = ["EdgeSecret", "EdgeSecretRotation", "RotationFunction", "RotationLogGroup", "RotationPermission"]

  test("is made, with its rotation, where an edge signs and no other secret is named", () => {
    expect(names(hmac)).toEqual(expect.arrayContaining([...rotation, "RotationRole"]))
    for (const values of [okta, vpce, { ...hmac, EdgeSecretArn: vpce.EdgeSecretArn ?? "" }])
      expect(names(values).filter((name) => /Rotation|EdgeSecret$/.test(name))).toEqual([])
  })

  test("is rotated at once and then each month, by Secrets Manager only", () => {
    expect(deployed("EdgeSecretRotation", hmac)).toMatchObject({
      DependsOn: "RotationPermission",
      Properties: { RotateImmediatelyOnUpdate: true, RotationRules: { AutomaticallyAfterDays: 30 } },
    })
    expect(deployed("RotationPermission", hmac).Properties).toMatchObject({
      Principal: "secretsmanager.amazonaws.com",
      SourceAccount: "123456789012",
      SourceArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:EdgeSecret-AbCdEf",
    })
    const secret = statements(role("RotationRole", hmac)).at(-1)
    expect(secret?.Resource).toBe("arn:aws:secretsmanager:eu-west-1:123456789012:secret:EdgeSecret-AbCdEf")
  })

  test("is what the function's configuration refers to", () => {
    const { Environment } = deployed("AuthorizerFunction", hmac).Properties as {
      Environment: { Variables: { [name: string]: string } }
    }
    expect(JSON.parse(Environment.Variables.HALLPASS_EDGE ?? "")).toMatchObject({
      evidence: [
        {
          hmac: { keys: { secretsManager: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:EdgeSecret-AbCdEf" } },
        },
      ],
    })
  })
})

describe("tags", () => {
  // What CloudFormation can put tags on, of all types that the template uses.
  const withoutTags =
    /^AWS::(?:Lambda::Permission|ApiGatewayV2::(?:Authorizer|Integration|Route|RouteResponse|ApiMapping)|SecretsManager::RotationSchedule|IAM::Policy|CloudWatch::Dashboard)$/
  const expected = { Application: "hallpass", Owner: "Platform team", CostCenter: "4711" }
  const everything = { ...parameterSets, both: { ...privateDemo, ...mutualTls } }

  test.each(Object.entries(everything))(
    "%s: Owner and CostCenter are on everything that can be tagged",
    (_what, values) => {
      const tagged = Object.entries(deployedResources({ ...values, Owner: "Platform team", CostCenter: "4711" }))
      for (const [name, { Type, Properties }] of tagged) {
        const { Tags } = Properties as { Tags?: { [key: string]: string } | { Key: string; Value: string }[] }
        const found = Array.isArray(Tags) ? Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) : Tags
        expect(found, name).toEqual(withoutTags.test(Type) ? undefined : expected)
      }
    },
  )

  test("of a REST API are on its stage, too", () => {
    expect(deployed("RestDemoApi").Properties.PropagateTags).toBe(true)
  })
})

describe("for those who deploy it", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

  test("the Serverless Application Repository gets what it demands, and the package's version and licence", () => {
    const metadata = template.Metadata["AWS::ServerlessRepo::Application"] as { [name: string]: string }
    expect(metadata).toMatchObject({
      Name: manifest.name,
      SemanticVersion: manifest.version,
      SpdxLicenseId: "Apache-2.0",
    })
    expect(metadata.Name).toMatch(/^[a-zA-Z0-9-]{1,140}$/)
    expect(metadata.Author).toMatch(/^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,125}[a-z0-9])?$/)
    expect(metadata.Description?.length).toBeLessThanOrEqual(256)
    expect(metadata.Labels?.length).toBeLessThanOrEqual(10)
    for (const file of [metadata.LicenseUrl, metadata.ReadmeUrl])
      expect(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")).not.toBe("")
    expect(JSON.stringify(metadata)).not.toMatch(/"(?:Ref|Fn::\w+)"/) // no functions in there
  })

  test("every parameter is in one group, and says what it is for", () => {
    const { ParameterGroups } = template.Metadata["AWS::CloudFormation::Interface"] as {
      ParameterGroups: { Parameters: string[] }[]
    }
    const grouped = ParameterGroups.flatMap(({ Parameters }) => Parameters)
    expect(grouped.toSorted()).toEqual(Object.keys(template.Parameters).toSorted())
    for (const [name, { Description }] of Object.entries(template.Parameters))
      expect(Description?.length, name).toBeGreaterThan(20)
  })

  test("the outputs name the function, the invoke role and what to paste", () => {
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining(["AuthorizerFunctionArn", "InvokeRoleArn", "AuthorizerUri", "AttachCommand"]),
    )
    for (const [name, { Condition }] of Object.entries(template.Outputs))
      if (Condition !== undefined) expect(Object.keys(template.Conditions), name).toContain(Condition)
  })

  test("the template is within CloudFormation's limits and has no YAML aliases, which it does not read", () => {
    expect(Object.keys(template.Parameters).length).toBeLessThanOrEqual(200)
    expect(Buffer.byteLength(templateText)).toBeLessThan(1_048_576)
    expect(templateText).not.toMatch(/(?:^|[\s[,-])[&*][A-Za-z]\w*\s*$/m)
    expect(templateText).not.toMatch(/^\s*<<:/m)
  })

  test.each(Object.entries(parameterSets))("%s: the environment is within Lambda's 4 KB", (_what, values) => {
    const { Environment } = deployed("AuthorizerFunction", values).Properties as {
      Environment: { Variables: { [name: string]: unknown } }
    }
    expect(Buffer.byteLength(JSON.stringify(Environment.Variables))).toBeLessThan(4096)
  })
})
