import type { AuthorizerConfig } from "../../index.ts"
import type { Inventory, InventoryOptions } from "../../openapi.ts"
import { compareApi } from "../../policy.ts"
import { type CommandLine, type CommandOption, textOption, textsOption, UsageError } from "../frame/command.ts"
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

/** What `--api` leads to: compared with the configuration, if that is sound. Undefined without the option. */
export async function checkedApi(
  line: CommandLine,
  configuration: AuthorizerConfig | undefined,
): Promise<Inventory | undefined> {
  const files = textsOption(line, "api")
  const options = optionsOf(line)
  if (files.length === 0) {
    for (const name of ["public", "authorizer"])
      if (line.options[name] !== undefined) throw new UsageError(`--${name} goes with --api`)
    return undefined
  }
  const { inventoryOfFiles } = await import("./api-files.ts")
  const found = await inventoryOfFiles(files, options)
  return configuration === undefined ? found : compareApi(configuration, found)
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
