import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { environmentVariables } from "../../src/configuration/environment.ts"
import { root } from "./external-tools.ts"
import { setsOf } from "./parameter-sets.ts"
import { samProblems } from "./sam-schema.ts"
import {
  core,
  type Deployable,
  demo,
  deployables,
  edge,
  environment,
  nested,
  privateApi,
  type Values,
} from "./template.ts"

const each = deployables.map((one): [string, Deployable] => [one.path, one])
const resources = deployables.flatMap(({ path, template }) =>
  Object.entries(template.Resources).map(([name, resource]): [string, string, typeof resource] => [
    path,
    name,
    resource,
  ]),
)

describe("17-1: the core template can be reviewed", () => {
  test("has at most 12 resources and 20 parameters, below 20 KB", () => {
    expect(Object.keys(core.template.Resources).length).toBeLessThanOrEqual(12)
    expect(Object.keys(core.template.Parameters).length).toBeLessThanOrEqual(20)
    expect(Buffer.byteLength(core.text)).toBeLessThan(20_000)
  })

  test("has the function, its role, its logs, its alias and the invoke role, and no API, dashboard or secret", () => {
    const types = Object.values(core.template.Resources).map(({ Type }) => Type)
    expect(
      types.filter((type) => /ApiGateway|Serverless::(?:Api|HttpApi)|Dashboard|SecretsManager|SNS/.test(type)),
    ).toEqual([])
    expect(Object.keys(core.template.Resources)).toEqual(
      expect.arrayContaining([
        "AuthorizerFunction",
        "AuthorizerRole",
        "AuthorizerLogGroup",
        "AuthorizerAlias",
        "InvokeRole",
      ]),
    )
  })

  test("the defaults agree: answers as policies, TTL 300, the token as the key", () => {
    const expected: { readonly [name: string]: unknown } = {
      ...{ ResultTtlSeconds: 300, IdentitySources: "token", HttpResponses: "policy" },
      ...{ LogRetentionDays: 30, ThrottleRate: 100, ThrottleBurst: 200 },
    }
    for (const { path, template } of deployables)
      for (const [name, value] of Object.entries(expected))
        if (name in template.Parameters) expect(template.Parameters[name]?.Default, `${path} ${name}`).toBe(value)
  })
})

describe("the SAM schema", () => {
  test.each(resources)("%s: accepts %s", (_path, _name, checked) => {
    expect(samProblems(checked)).toEqual([])
  })

  test.each([
    [core, "AuthorizerFunction", ["Properties", "Colour"], "red"],
    [demo, "RestDemoApi", ["Properties", "Auth"], { AuthorizationScopes: ["a"] }],
    [privateApi, "PrivateApi", ["Properties", "Colour"], "red"],
  ])("would refuse a resource with another member, so its word counts: %#", (one, name, path, value) => {
    const changed = structuredClone(one.resource(name))
    const parent = path
      .slice(0, -1)
      .reduce((node, key) => node[key] as typeof node, changed as object as { [key: string]: unknown })
    parent[path.at(-1) ?? ""] = value
    expect(samProblems(changed)).not.toEqual([])
  })
})

describe.each(each)("references of %s", (_path, { template }) => {
  const pseudo = ["AWS::AccountId", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix"]
  const references = new Set<string>()
  const conditions = new Set<string>()
  const collect = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === "Ref" && typeof value === "string") references.add(value)
      else if (key === "Fn::GetAtt" && Array.isArray(value)) references.add(String(value[0]))
      else if (key === "Fn::Sub" && typeof value === "string") {
        for (const [, name] of value.matchAll(/\$\{([^}.!]+)[^}]*\}/g)) references.add(String(name))
      } else if (key === "Fn::Sub" && Array.isArray(value)) {
        const [text, variables] = value as [string, { [name: string]: unknown }]
        for (const [, name] of text.matchAll(/\$\{([^}.!]+)[^}]*\}/g))
          if (!Object.hasOwn(variables, String(name))) references.add(String(name))
        collect(variables)
      } else {
        if (key === "Fn::If" && Array.isArray(value)) conditions.add(String(value[0]))
        if (key === "Condition" && typeof value === "string") conditions.add(value)
        collect(value)
      }
    }
  }
  collect([template.Rules, template.Conditions, template.Resources, template.Outputs])

  test("each names a parameter, a resource or a pseudo parameter", () => {
    // SAM's names for the stage, the version and the alias that it makes.
    const made = ["RestDemoApi.Stage", "PrivateApi.Stage", "AuthorizerFunction.Version"]
    const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources), ...pseudo, ...made])
    expect([...references].filter((name) => !known.has(name))).toEqual([])
  })

  test("every parameter and every condition is used, and every condition that is used exists", () => {
    expect(Object.keys(template.Parameters).filter((name) => !references.has(name))).toEqual([])
    expect([...conditions].sort()).toEqual(Object.keys(template.Conditions).sort())
  })
})

describe.each(each)("parameters of %s", (path, one) => {
  const sets = Object.entries(setsOf[path] ?? {})

  test("every parameter has another value than its default in one of the sets", () => {
    const changed = new Set(sets.flatMap(([, values]) => Object.keys(values)))
    expect(Object.keys(one.template.Parameters).filter((name) => !changed.has(name))).toEqual([])
  })

  test.each(sets)("%s: fits the patterns and passes the rules", (_what, values) => {
    for (const [name, value] of Object.entries(one.withDefaults(values)))
      expect(one.problemsOf(name, value)).toEqual([])
    expect(one.refusals(values)).toEqual([])
  })

  test("says what it is for, in plain words", () => {
    expect(one.template.Description).toMatch(/^hallpass: /)
    for (const [name, { Description }] of Object.entries(one.template.Parameters)) {
      expect(Description?.length, name).toBeGreaterThan(20)
      expect(Description, name).not.toMatch(/\b(?:whoever|somebody|nobody|told|stands|besides|mend|hence|thus)\b/i)
    }
    for (const [name, { Description }] of Object.entries(one.template.Outputs)) expect(Description, name).toBeDefined()
  })
})

describe("functions", () => {
  const functions = deployables.flatMap((one) =>
    one.resourcesOf("AWS::Serverless::Function").map(([name, each]) => [name, each, one] as const),
  )

  test.each(functions)("%s runs on a runtime that Lambda has not deprecated", (_name, { Properties }) => {
    expect(["nodejs22.x", "nodejs24.x"]).toContain(Properties.Runtime)
  })

  test.each(functions)("%s ends before the 10 seconds that an HTTP API waits (SR-167)", (name, { Properties }) => {
    expect(Properties.Timeout).toBeTypeOf("number")
    // 17-2: no API waits for the check of a new version.
    expect(Properties.Timeout).toBeLessThan(name === "CheckFunction" ? 61 : 10)
  })

  test.each([
    [core, "AuthorizerFunction", "build/", "authorizer.handler"],
    [core, "CheckFunction", "build-check/", "publish-checked-version.handler"],
    [edge, "RotationFunction", "build-rotation/", "rotate-edge-secret.handler"],
  ])("%# is a prebuilt bundle, and sam build leaves it alone", (one, name, CodeUri, Handler) => {
    expect(one.resource(name)).toMatchObject({
      Metadata: { SkipBuild: true },
      Properties: { CodeUri, Handler, Runtime: "nodejs24.x", Architectures: ["arm64"] },
    })
    const [entry = ""] = Handler.split(".")
    expect(existsSync(join(root, "handlers", `${entry}.ts`))).toBe(true)
  })

  test.each(functions)(
    "%s writes to a log group that is kept for as long as the parameter says",
    (_name, each, one) => {
      const { LogGroup } = each.Properties.LoggingConfig as { LogGroup: { Ref: string } }
      expect(one.resource(LogGroup.Ref)).toMatchObject({
        Type: "AWS::Logs::LogGroup",
        Properties: { RetentionInDays: { Ref: "LogRetentionDays" } },
      })
      expect(one.resource(LogGroup.Ref).Condition).toBe(each.Condition)
    },
  )

  test("the authorizer's environment is part of what it reads, and what Powertools reads", () => {
    const powertools = ["POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_SERVICE_NAME"]
    const known = [...environmentVariables(), ...powertools]
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([])
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining(["HALLPASS_CONFIG", "HALLPASS_PROVIDER", ...powertools]),
    )
  })
})

describe("17-1: each part deploys by itself or nested", () => {
  const stacks = nested.resourcesOf("AWS::CloudFormation::Stack")

  test.each(stacks)(
    "%s of deploy/nested.yaml passes parameters that its template has, and outputs that exist",
    (_name, each) => {
      const { TemplateURL, Parameters } = each.Properties as {
        TemplateURL: string
        Parameters: { [name: string]: unknown }
      }
      const path = join("deploy", TemplateURL)
      const part = deployables.find((one) => one.path === path)
      expect(part, path).toBeDefined()
      const { template } = part as Deployable
      expect(Object.keys(Parameters).filter((name) => template.Parameters[name] === undefined)).toEqual([])
      const required = Object.entries(template.Parameters).filter(([, { Default }]) => Default === undefined)
      expect(required.map(([name]) => name).filter((name) => !(name in Parameters))).toEqual([])
      for (const [, output] of JSON.stringify(Parameters).matchAll(/"Core","Outputs","(\w+)"/g))
        expect(core.template.Outputs).toHaveProperty(String(output))
    },
  )

  test("the demo APIs are off unless they are wanted", () => {
    expect(nested.template.Parameters.DeployDemoApis?.Default).toBe("false")
    expect(Object.keys(nested.deployedResources({}))).not.toContain("Demo")
    expect(Object.keys(nested.deployedResources({ DeployDemoApis: "true" }))).toContain("Demo")
  })

  test("every part but the first names the outputs that it takes, and they exist", () => {
    for (const { path, template } of deployables)
      for (const [name, { Description }] of Object.entries(template.Parameters)) {
        const [, output] = /^Output (\w+) of the stack of hallpass/.exec(Description ?? "") ?? []
        if (output !== undefined) expect(core.template.Outputs, `${path} ${name}`).toHaveProperty(output)
      }
  })
})

describe("17-1: samconfig.toml", () => {
  const text = readFileSync(join(root, "samconfig.toml"), "utf8")
  const sections = text.split(/^\[/m).slice(1)

  test("has an environment for every template", () => {
    const paths = sections.map((section) => /^template_file = "(.*)"$/m.exec(section)?.[1] ?? "")
    expect(new Set(paths)).toEqual(new Set(deployables.map(({ path }) => path)))
    for (const path of paths) expect(existsSync(join(root, dirname(path)))).toBe(true)
  })

  test.each(sections.map((section) => [section.slice(0, section.indexOf(".")), section] as const))(
    "%s: its parameters fit the template, and its capabilities are those that the template needs",
    (_name, section) => {
      const path = /^template_file = "(.*)"$/m.exec(section)?.[1] ?? ""
      const one = deployables.find((each) => each.path === path) as Deployable
      const [, list = ""] = /parameter_overrides = \[([\s\S]*?)\]\n?(?:\n|$)/.exec(section) ?? []
      const values: Values = Object.fromEntries(
        [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, pair = ""]) => {
          const [name = "", ...value] = JSON.parse(`"${pair}"`).split("=")
          return [name as string, String(value.join("=")).replace(/^'(.*)'$/, "$1")]
        }),
      )
      expect(Object.keys(values).length).toBeGreaterThan(0)
      for (const [name, value] of Object.entries(values)) expect(one.problemsOf(name, value)).toEqual([])
      expect(one.refusals(values)).toEqual([])
      const required = Object.entries(one.template.Parameters).filter(([, { Default }]) => Default === undefined)
      expect(required.map(([name]) => name).filter((name) => !(name in values))).toEqual([])
      const hasRoles = one.resourcesOf("AWS::IAM::Role").length > 0 || path === "deploy/nested.yaml"
      expect(section.includes("CAPABILITY_IAM")).toBe(hasRoles)
      expect(section.includes("CAPABILITY_AUTO_EXPAND")).toBe(path === "deploy/nested.yaml")
    },
  )

  test("the README has one line that deploys without questions", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8")
    expect(readme).toMatch(
      /^sam deploy --stack-name hallpass .*--no-confirm-changeset.*--parameter-overrides Provider=okta /m,
    )
    expect(readme).not.toContain("--guided")
  })
})
