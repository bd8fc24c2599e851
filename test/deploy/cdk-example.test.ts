import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { environmentVariables } from "../../src/configuration/environment.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { inventory } from "../../src/openapi.ts"
import { check } from "./cfn-guard.ts"
import { coreOfCdk, installCdkExample, ownEnvironment, root, run } from "./external-tools.ts"

interface Template {
  readonly Resources: {
    readonly [name: string]: { readonly Type: string; readonly Properties: { readonly [name: string]: unknown } }
  }
}

const folder = mkdtempSync(join(tmpdir(), "hallpass-cdk-"))
const example = join(root, "examples/cdk")
let output = ""
let template: Template

beforeAll(async () => {
  await installCdkExample()
  // The CDK copies the bundle and does not read it; test/package/bundle.test.ts builds the real one.
  const bundle = join(folder, "bundle")
  mkdirSync(bundle)
  writeFileSync(join(bundle, "authorizer.mjs"), "")
  const env = { ...ownEnvironment(), HALLPASS_BUNDLE: bundle, CDK_OUTDIR: join(folder, "out") }
  // Threads that only wait for each other's part of a collection take a quarter of its time. WebAssembly of the CDK looks
  // at the template: optimising it takes longer than it saves.
  const parameters = ["--single-threaded-gc", "--liftoff-only", "app.ts"]
  const { code, output: printed } = run(process.execPath, parameters, { cwd: example, env })
  output = printed
  if (code !== 0) throw new Error(`The CDK example does not synthesise:\n${printed.slice(-4000)}`)
  template = JSON.parse(readFileSync(join(folder, "out/HallpassExample.template.json"), "utf8"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ofType = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type)
const propertiesOf = (type: string) => ofType(type)[0]?.Properties ?? {}

describe("examples/cdk", () => {
  test("synthesises, and keeps the rules in guard/", () => {
    // A broken rule would have ended the synthesis; that the rules are asked at all is seen here.
    expect(output).toBe("")
    expect(readFileSync(join(example, "app.ts"), "utf8")).toContain("guard/hallpass.guard")
    const [judged] = check(JSON.stringify(template))
    expect(judged?.broken).toEqual([])
    expect(judged?.kept.length).toBeGreaterThan(8)
  })

  test("15-7: the stored template has the routes and authorizers of a new one", () => {
    const stored = JSON.parse(readFileSync(join(example, "synthesised.template.json"), "utf8"))
    expect(inventory(stored)).toEqual(inventory(template))
    expect(inventory(stored).routes.length).toBeGreaterThan(2)
  })

  test("has types that fit", () => {
    const compilerOptions = { ...coreOfCdk, typeRoots: [join(root, "node_modules/@types")] }
    const settings = { extends: join(example, "tsconfig.json"), compilerOptions }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings))
    // The types of the CDK fill 200 MB: collecting garbage, or several checkers, take as long as the check.
    const env = { ...process.env, GOGC: "off" }
    const parameters = ["-p", folder, "--singleThreaded"]
    expect(run(join(root, "node_modules/.bin/tsc"), parameters, { env })).toEqual({ code: 0, output: "" })
  })

  test("deploys the bundle as the template does", () => {
    expect(propertiesOf("AWS::Lambda::Function")).toMatchObject({
      Handler: "authorizer.handler",
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Timeout: 9,
      MemorySize: 512,
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "Text" },
    })
  })

  test("13-8: names the Node.js that runs its TypeScript, and has the command that its README calls", () => {
    const { engines, devDependencies } = JSON.parse(readFileSync(join(example, "package.json"), "utf8"))
    expect(engines).toEqual({ node: ">=22.18" })
    const readme = readFileSync(join(example, "README.md"), "utf8")
    expect(readme).toContain("Node.js 22.18 or newer")
    expect(readme).toContain("npm ci --prefix examples/cdk")
    expect(existsSync(join(example, "node_modules/.bin/cdk"))).toBe(true)
    const { version } = JSON.parse(readFileSync(join(example, "node_modules/aws-cdk/package.json"), "utf8"))
    expect(version).toBe(devDependencies["aws-cdk"])
  })

  test("configures it with variables that it reads, and with what it accepts", () => {
    const { Variables } = propertiesOf("AWS::Lambda::Function").Environment as {
      Variables: { [name: string]: string }
    }
    const names = Object.keys(Variables).filter((name) => !name.startsWith("POWERTOOLS_"))
    expect(names.filter((name) => !environmentVariables().includes(name))).toEqual([])
    const configuration: AuthorizerConfig = JSON.parse(Variables.HALLPASS_CONFIG ?? "")
    expect(createAuthorizer(configuration).handler).toBeTypeOf("function")
    const { gateway } = configuration
    for (const type of ["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"])
      expect(propertiesOf(type).AuthorizerResultTtlInSeconds, type).toBe(gateway?.resultTtlSeconds)
    expect(propertiesOf("AWS::ApiGatewayV2::Authorizer").EnableSimpleResponses).toBe(gateway?.responses === "simple")
  })

  test("13-8-1: API Gateway may assume the invoke role without aws:SourceAccount, and call this function only", () => {
    const [role] = Object.entries(template.Resources).filter(
      ([, { Type, Properties }]) => Type === "AWS::IAM::Role" && JSON.stringify(Properties).includes("apigateway"),
    )
    expect(role?.[1].Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" } }],
    })
    expect(JSON.stringify(role)).not.toContain("SourceAccount")
    const granted = ofType("AWS::IAM::Policy").filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes(role?.[0] ?? "?"),
    )
    // The construct grants it, and the CDK's own authorizer does once more.
    expect(granted).toHaveLength(2)
    for (const { Properties } of granted)
      expect(Properties.PolicyDocument).toMatchObject({ Statement: [{ Action: "lambda:InvokeFunction" }] })
  })

  test("has the authorizer on every method and every route", () => {
    const methods = [...ofType("AWS::ApiGateway::Method"), ...ofType("AWS::ApiGatewayV2::Route")]
    expect(methods).toHaveLength(3)
    for (const { Properties } of methods) {
      expect(Properties).toMatchObject({ AuthorizationType: "CUSTOM", AuthorizerId: expect.anything() })
    }
  })
})
