import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ownEnvironment, root, run } from "./external-tools.ts"

/** What a deployment sets an authorizer of one kind of API to, or why it refuses to. */
export type Deployed = { readonly refused: string } | { readonly [name: string]: unknown }

/** A deployment of one configuration. */
export interface Authorizers {
  readonly rest: Deployed
  readonly http: Deployed
  readonly websocket?: Deployed
}

const synthesis = `
import { App, Stack } from "aws-cdk-lib"
import { HallpassAuthorizer } from "../../src/cdk.ts"
const { configurations, bundle } = JSON.parse(process.env.CONFIGURATIONS)
const app = new App()
const properties = (stack, make) => {
  try {
    const made = make()
    const [{ Properties }] = Object.values(stack._toCloudFormation().Resources).filter(({ Type }) => Type.endsWith("::Authorizer"))
    return stack.resolve(Properties)
  } catch (error) {
    return { refused: error.message }
  }
}
const one = (configuration, index, kind, make) => {
  const stack = new Stack(app, kind + index)
  const hallpass = new HallpassAuthorizer(stack, "Hallpass", { config: configuration, bundle })
  return properties(stack, () => make(hallpass, stack))
}
const { RestApi, MockIntegration, AuthorizationType } = await import("aws-cdk-lib/aws-apigateway")
const rest = (hallpass, stack) => {
  const guarded = { authorizer: hallpass.rest, authorizationType: AuthorizationType.CUSTOM }
  new RestApi(stack, "Api").root.addMethod("GET", new MockIntegration(), guarded)
}
const { HttpApi, WebSocketApi } = await import("aws-cdk-lib/aws-apigatewayv2")
const { HttpUrlIntegration, WebSocketMockIntegration } = await import("aws-cdk-lib/aws-apigatewayv2-integrations")
const http = ({ http }, stack) => {
  const api = new HttpApi(stack, "Api", { defaultAuthorizer: http })
  api.addRoutes({ path: "/", integration: new HttpUrlIntegration("Backend", "https://backend.example") })
}
const webSocket = ({ webSocket }, stack) => {
  const integration = new WebSocketMockIntegration("Connect")
  new WebSocketApi(stack, "Api", { connectRouteOptions: { authorizer: webSocket, integration } })
}
process.stdout.write(JSON.stringify(configurations.map((configuration, index) => ({
  rest: one(configuration, index, "Rest", rest),
  http: one(configuration, index, "Http", http),
  websocket: one(configuration, index, "WebSocket", webSocket),
}))))
`

/** What the construct of the CDK makes of configurations. */
export function withCdk(configurations: readonly object[]): readonly Authorizers[] {
  const bundle = mkdtempSync(join(tmpdir(), "hallpass-bundle-"))
  writeFileSync(join(bundle, "authorizer.mjs"), "")
  const env = { ...ownEnvironment(), CONFIGURATIONS: JSON.stringify({ configurations, bundle }) }
  const cwd = join(root, "examples/cdk")
  try {
    const words = ["--single-threaded-gc", "--input-type=module", "--eval", synthesis]
    return json(run(process.execPath, words, { cwd, env })) as Authorizers[]
  } finally {
    rmSync(bundle, { recursive: true })
  }
}

/**
 * What examples/terraform makes of configurations, if `terraform.isThere`. Its module `gateway` has no provider, so
 * nothing is fetched.
 */
export function withTerraform(configurations: readonly object[]): readonly Authorizers[] {
  const [all] = terraform([configurations])
  if (all !== undefined && !("refused" in all)) return all.authorizers
  // One that is refused ends the whole plan, so each is asked by itself.
  return terraform(configurations.map((configuration) => [configuration])).map((alone) =>
    "refused" in alone ? { rest: alone, http: alone } : (alone.authorizers[0] as Authorizers),
  )
}

interface Module {
  readonly rest: { readonly impossible: string; readonly [name: string]: unknown }
  readonly http: Module["rest"]
  readonly result_ttl_seconds: number
}

/** What Terraform plans for each list of configurations, all of one length. It is initialised once. */
function terraform(
  lists: readonly (readonly object[])[],
): (Refused | { readonly authorizers: readonly Authorizers[] })[] {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-terraform-"))
  mkdirSync(join(folder, ".terraform"))
  const modules = [...(lists[0] ?? []).keys()].map((index) => [
    `module "m${index}" {`,
    `  source        = ${JSON.stringify(join(root, "examples/terraform/modules/gateway"))}`,
    `  configuration = jsondecode(file("\${path.module}/${index}.json"))`,
    "}",
    `output "m${index}" { value = module.m${index} }`,
  ])
  writeFileSync(join(folder, "main.tf"), `${modules.flat().join("\n")}\n`)
  const env = { ...process.env, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" }
  const ask = (...words: readonly string[]) => run("terraform", [`-chdir=${folder}`, ...words], { env })
  const plan = (configurations: readonly object[]): Refused | { readonly authorizers: readonly Authorizers[] } => {
    for (const [index, configuration] of configurations.entries())
      writeFileSync(join(folder, `${index}.json`), JSON.stringify(configuration))
    const planned = ask("plan", "-input=false", "-no-color", "-out=plan")
    if (planned.code !== 0) return { refused: planned.output }
    const { planned_values } = json(ask("show", "-json", "plan")) as {
      planned_values: { outputs: { [name: string]: { value: Module } } }
    }
    const authorizers = configurations.map((_, index) => {
      const module = planned_values.outputs[`m${index}`]?.value
      if (module === undefined) throw new Error("nothing was planned")
      const settings = (kind: Module["rest"]): Deployed =>
        kind.impossible === "" ? { ...kind, ttl: module.result_ttl_seconds } : { refused: kind.impossible }
      return { rest: settings(module.rest), http: settings(module.http) }
    })
    return { authorizers }
  }
  try {
    const initialised = ask("init", "-input=false", "-no-color")
    if (initialised.code !== 0) throw new Error(initialised.output)
    return lists.map(plan)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Refused {
  readonly refused: string
}

function json({ code, output }: { readonly code: number | null; readonly output: string }): unknown {
  if (code !== 0) throw new Error(output.slice(-4000))
  const line = output.split("\n").find((each) => /^[[{]/.test(each)) // beside warnings
  return JSON.parse(line ?? "")
}
