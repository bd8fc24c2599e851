import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "./external-tools.ts"
import { EdgeSecretArn, edgeSets, hmac, okta, parameterSets } from "./parameter-sets.ts"
import { core, type Deployable, deployables, edge, environment, type Resource, type Values } from "./template.ts"

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

const names = (one: Deployable, values: Values): string[] => Object.keys(one.deployedResources(values))
function deployed(name: string, values: Values = okta, one: Deployable = core): Resource {
  const found = one.deployedResources(values)[name]
  if (found === undefined) throw new Error(`${name} is not deployed`)
  return found
}
const role = (name: string, values?: Values, one?: Deployable): Role =>
  deployed(name, values, one).Properties as unknown as Role
const statements = ({ Policies }: Role): Statement[] =>
  Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
const permitted = (each: Role): string[] => statements(each).flatMap(({ Action }) => Action)
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:AuthorizerFunction"

describe("the invoke role", () => {
  test("13-8-1: trusts API Gateway, and demands no key that API Gateway may leave out", () => {
    expect(role("InvokeRole").AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
    ])
  })

  test("17-2: may call the alias of the checked version, and nothing else", () => {
    expect(statements(role("InvokeRole"))).toEqual([
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: `${functionArn}:live` },
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

  test("reads the secret that a parameter names, in the two versions that count", () => {
    expect(permitted(role("AuthorizerRole", hmac))).toEqual([...logsAndTraces, "secretsmanager:GetSecretValue"])
    expect(statements(role("AuthorizerRole", hmac)).at(-1)).toEqual({
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: EdgeSecretArn,
      Condition: { "ForAnyValue:StringEquals": { "secretsmanager:VersionStage": ["AWSCURRENT", "AWSPREVIOUS"] } },
    })
  })
})

describe("17-2: a new version takes traffic only after its check", () => {
  test("API Gateway calls the alias `live`, and its version is what the check returns", () => {
    expect(core.resource("AuthorizerAlias").Properties).toEqual({
      Name: "live",
      FunctionName: { Ref: "AuthorizerFunction" },
      FunctionVersion: { "Fn::GetAtt": ["CheckedVersion", "Version"] },
    })
    for (const output of ["AuthorizerFunctionArn", "AuthorizerUri", "AttachCommand"]) {
      const value = JSON.stringify(core.template.Outputs[output]?.Value)
      expect(value, output).toContain("AuthorizerAlias")
      expect(value, output).not.toContain("AuthorizerFunction.Arn")
    }
  })

  test("the check is called if the code or any parameter of the environment has changed", () => {
    const { Code, Settings, FunctionName, Alias } = core.resource("CheckedVersion").Properties
    expect({ Code, FunctionName, Alias }).toEqual({
      Code: { Ref: "AuthorizerFunction.Version" },
      FunctionName: { Ref: "AuthorizerFunction" },
      Alias: "live",
    })
    expect(core.resource("AuthorizerFunction").Properties).toMatchObject({ AutoPublishAliasAllProperties: true })
    // SAM makes a version of new code only: it hashes the properties before it knows the parameters.
    const text = JSON.stringify([environment, core.template.Conditions, core.resource("AuthorizerRole")])
    const used = [
      ...[...text.matchAll(/"Ref":"(\w+)"/g)].map(([, name]) => name),
      ...[...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name),
    ]
    const parameters = used.filter((name) => name !== undefined && name in core.template.Parameters)
    const { "Fn::Sub": sent } = Settings as { "Fn::Sub": string }
    const settings = [...sent.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
    expect(parameters.length).toBeGreaterThan(15)
    expect(parameters.filter((name) => !settings.includes(String(name)) && name !== "ReservedConcurrency")).toEqual([])
  })

  test("its role may publish and run this function, and nothing else but log", () => {
    expect(statements(role("CheckRole"))).toEqual([
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: expect.any(String) },
      {
        Effect: "Allow",
        Action: [
          "lambda:GetAlias",
          "lambda:GetFunctionConfiguration",
          "lambda:PublishVersion",
          "lambda:InvokeFunction",
        ],
        Resource: [functionArn, `${functionArn}:*`],
      },
    ])
  })

  test("CodeDeploy shifts the traffic, and reverts it on UnavailableAlarm", () => {
    expect(core.resource("AuthorizerAlias")).toMatchObject({
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: "DeploymentApplication" },
          DeploymentGroupName: { Ref: "DeploymentGroup" },
        },
      },
    })
    expect(deployed("DeploymentGroup", okta).Properties).toMatchObject({
      DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: "UnavailableAlarm" }] },
      AutoRollbackConfiguration: { Enabled: true, Events: expect.arrayContaining(["DEPLOYMENT_STOP_ON_ALARM"]) },
    })
    // CodeDeploy's names of its configurations for Lambda.
    for (const name of core.template.Parameters.TrafficShift?.AllowedValues ?? [])
      expect(`Lambda${name}`).toMatch(
        /^Lambda(?:AllAtOnce|Canary10Percent(?:5|10|15|30)Minutes|Linear10PercentEvery(?:1Minute|[2-9]|10)(?:Minutes)?)$/,
      )
    expect(permitted(role("DeploymentRole"))).toEqual([
      "lambda:GetAlias",
      "lambda:UpdateAlias",
      "lambda:GetProvisionedConcurrencyConfig",
      "cloudwatch:DescribeAlarms",
    ])
  })

  test("17-3: concurrency is reserved if a parameter says so", () => {
    const reserved = (values: Values) => deployed("AuthorizerFunction", values).Properties.ReservedConcurrentExecutions
    expect(reserved(okta)).toBeUndefined()
    expect(reserved({ ...okta, ReservedConcurrency: "100" })).toBe("100")
  })
})

describe("the edge's secret", () => {
  const [values = {}] = Object.values(edgeSets)

  test("is rotated at once and then each month, by Secrets Manager only", () => {
    expect(deployed("EdgeSecretRotation", values, edge)).toMatchObject({
      DependsOn: "RotationPermission",
      Properties: { RotateImmediatelyOnUpdate: true, RotationRules: { AutomaticallyAfterDays: 30 } },
    })
    expect(deployed("RotationPermission", values, edge).Properties).toMatchObject({
      Principal: "secretsmanager.amazonaws.com",
      SourceAccount: "123456789012",
      SourceArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:EdgeSecret-AbCdEf",
    })
    const secret = statements(role("RotationRole", values, edge)).at(-1)
    expect(secret?.Resource).toBe("arn:aws:secretsmanager:eu-west-1:123456789012:secret:EdgeSecret-AbCdEf")
  })

  test("is made in a stack of its own, and the core only reads it", () => {
    expect(names(edge, values)).toEqual(expect.arrayContaining(["EdgeSecret", "RotationFunction", "RotationRole"]))
    expect(names(core, hmac).filter((name) => /Rotation|EdgeSecret/.test(name))).toEqual([])
    expect(edge.template.Outputs).toHaveProperty("EdgeSecretArn")
  })
})

describe("for those who deploy it", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

  test("the Serverless Application Repository gets what it demands, and the package's version and licence", () => {
    const metadata = core.template.Metadata?.["AWS::ServerlessRepo::Application"] as { [name: string]: string }
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

  test("every parameter of the core is in one group", () => {
    const groups = core.template.Metadata?.["AWS::CloudFormation::Interface"] as
      | { ParameterGroups: { Parameters: string[] }[] }
      | undefined
    const grouped = (groups?.ParameterGroups ?? []).flatMap(({ Parameters }) => Parameters)
    expect(grouped.toSorted()).toEqual(Object.keys(core.template.Parameters).toSorted())
  })

  test("the outputs name the function, the invoke role and what to paste", () => {
    expect(Object.keys(core.template.Outputs)).toEqual(
      expect.arrayContaining(["AuthorizerFunctionArn", "InvokeRoleArn", "AuthorizerUri", "AttachCommand"]),
    )
    for (const { template } of deployables)
      for (const [name, { Condition }] of Object.entries(template.Outputs))
        if (Condition !== undefined) expect(Object.keys(template.Conditions), name).toContain(Condition)
  })

  test.each(deployables.map((one) => [one.path, one] as const))(
    "%s is within CloudFormation's limits and has no YAML aliases, which it does not read",
    (_path, { text, template }) => {
      expect(Object.keys(template.Parameters).length).toBeLessThanOrEqual(200)
      expect(Buffer.byteLength(text)).toBeLessThan(51_200) // what the API takes without S3
      expect(text).not.toMatch(/(?:^|[\s[,-])[&*][A-Za-z]\w*\s*$/m)
      expect(text).not.toMatch(/^\s*<<:/m)
      for (const line of text.split("\n").filter((each) => /^\s*#/.test(each))) expect(line.length).toBeLessThan(133)
      for (const [page] of text.matchAll(/docs\/[\w-]+\.md/g)) expect(existsSync(join(root, page)), page).toBe(true)
    },
  )

  test.each(Object.entries(parameterSets))("%s: the environment is within Lambda's 4 KB", (_what, values) => {
    const { Environment } = deployed("AuthorizerFunction", values).Properties as {
      Environment: { Variables: { [name: string]: unknown } }
    }
    expect(Buffer.byteLength(JSON.stringify(Environment.Variables))).toBeLessThan(4096)
  })
})
