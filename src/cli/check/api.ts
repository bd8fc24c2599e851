import type { AuthorizerConfig } from "../../index.ts"
import type { Inventory, InventoryOptions } from "../../openapi.ts"
import { compareApi } from "../../policy.ts"
import { type CommandLine, type CommandOption, flagOf, textOption, textsOption, UsageError } from "../frame/command.ts"
import type { Output } from "../frame/output.ts"
import { oneLine } from "../frame/program.ts"

/** The options of `check` that are about an API. */
export const apiOptions: readonly CommandOption[] = [
  {
    flags: "--api <file>",
    description:
      "also check which route of an API has which authorizer: an OpenAPI document, a template of SAM or CloudFormation, the " +
      "folder cdk.out, or terraform show -json. Several times for an API in several files; - for standard input",
    repeatable: true,
  },
  {
    flags: "--account",
    description:
      "read the same from your AWS account. Needs the AWS SDK: npm install @aws-sdk/client-api-gateway @aws-sdk/client-apigatewayv2",
  },
  {
    flags: "--api-id <id>",
    description: "with --account: only this API; several times for several APIs",
    repeatable: true,
  },
  { flags: "--region <region>", description: "with --account: the region. Default: that of your environment" },
  { flags: "--stage <stage>", description: "with --account: what is deployed to this stage, not what the API has now" },
  {
    flags: "--public <route>",
    description: 'a route that is meant to be open, such as "GET /health"; several times for several routes',
    repeatable: true,
  },
  {
    flags: "--authorizer <name>",
    description: "which Lambda authorizer is hallpass, by its name, logical id or function. Default: see below",
  },
  { flags: "--strict", description: "warnings end with exit code 1, too" },
]

/** What `--api` or `--account` leads to: compared with the configuration, if that is sound. Undefined without both. */
export async function checkedApi(
  line: CommandLine,
  configuration: AuthorizerConfig | undefined,
  output: Output,
): Promise<Inventory | undefined> {
  const files = textsOption(line, "api")
  const options = optionsOf(line)
  const isAccount = line.options.account === true
  if (files.length === 0 && !isAccount) {
    refuseWithout(line, "--api or --account", ["public", "authorizer"])
  }
  if (!isAccount) refuseWithout(line, "--account", ["apiId", "region", "stage"])
  if (files.length > 0 && isAccount) throw new UsageError("--api and --account are two questions. Ask one of them")
  const found = isAccount ? await ofAccount(line, options, output) : await ofFiles(files, options)
  return configuration === undefined || found === undefined ? found : compareApi(configuration, found)
}

async function ofFiles(files: readonly string[], options: InventoryOptions): Promise<Inventory | undefined> {
  if (files.length === 0) return undefined
  const { inventoryOfFiles } = await import("./api-files.ts")
  return await inventoryOfFiles(files, options)
}

async function ofAccount(line: CommandLine, options: InventoryOptions, output: Output): Promise<Inventory> {
  const { inventoryOfAccount } = await import("./account.ts")
  const [region, stage] = [textOption(line, "region"), textOption(line, "stage")]
  const progress = (text: string): void => (output.interactive ? output.note(oneLine(text)) : undefined)
  return await inventoryOfAccount({ ids: textsOption(line, "apiId"), region, stage }, options, progress)
}

function refuseWithout(line: CommandLine, other: string, names: readonly string[]): void {
  for (const name of names)
    if (line.options[name] !== undefined) throw new UsageError(`${flagOf(name)} goes with ${other}`)
}

function optionsOf(line: CommandLine): InventoryOptions {
  const open = textsOption(line, "public")
  for (const route of open)
    if (!/^(?:[A-Z]+ \/\S*|\$\w+)$/.test(route))
      throw new UsageError(oneLine(`--public takes a route such as "GET /health", not ${JSON.stringify(route)}`))
  const authorizer = textOption(line, "authorizer")
  return { public: open, ...(authorizer !== undefined && { authorizer }) }
}

/** The part of the JSON document that is about the API. */
export const apiDocument = ({ routes, findings }: Inventory): object => ({ routes, findings })

/** Whether something was found that ends with exit code 1. */
export const fails = ({ findings }: Inventory, isStrict: boolean): boolean =>
  findings.some(({ severity }) => severity === "error" || (isStrict && severity === "warning"))
