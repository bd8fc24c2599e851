import { checkSound } from "../../local/stack/checked.ts"
import type { AccountApi } from "./account/account-api.ts"
import type { AttachOptions } from "./attach/calls.ts"
import { type AttachPlan, functionParts, planAttach } from "./attach/plan.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption, UsageError } from "./frame/command.ts"
import { type Output, plain } from "./frame/output.ts"
import { oneLine } from "./frame/program.ts"
import { formed } from "./generate/target.ts"

export const attach: Command = {
  description: `Puts hallpass in front of an API that exists: makes or changes the authorizer as the
configuration needs it, lets API Gateway call the function, and sets the authorizer
on every route that has a rule. A second run changes nothing.

--dry-run, the default, reads the API and prints the calls as lines for the AWS
command line, to look at and to paste. --apply performs them.

APIs that a template or Terraform owns are changed there: docs/deploy.md.`,
  options: [
    configOption,
    { flags: "--api-id <id>", description: "the REST, HTTP or WebSocket API", required: true },
    { flags: "--function-arn <arn>", description: "the function of hallpass, or an alias of it", required: true },
    {
      flags: "--invoke-role-arn <arn>",
      description: "a role that API Gateway calls the function with. Default: a permission of the function",
    },
    { flags: "--name <name>", description: "the authorizer's name. Default: hallpass" },
    { flags: "--region <region>", description: "the API's region. Default: that of your environment" },
    { flags: "--replace", description: "also set it on routes that another authorizer or IAM protects now" },
    { flags: "--dry-run", description: "print the calls, and perform none. This is the default" },
    { flags: "--apply", description: "perform the calls" },
  ],
  examples: [
    "attach -c authorizer.json --api-id a1b2c3d4e5 --function-arn arn:aws:lambda:eu-west-1:123456789012:function:hallpass",
    "attach -c authorizer.json --api-id a1b2c3d4e5 --function-arn arn:aws:lambda:eu-west-1:123456789012:function:hallpass --apply",
  ],
  exits:
    "0 the calls are printed or performed; 1 a route with a rule has another authorizer and keeps it; 2 it could not be done.",
  async run(line, output) {
    if (line.options.apply === true && line.options.dryRun === true)
      throw new UsageError("--apply and --dry-run are opposites. Give one of them")
    const configuration = await readConfiguration(textOption(line, "config"))
    checkSound(configuration)
    const functionArn = textOption(line, "functionArn") ?? ""
    functionParts(functionArn)
    const invokeRoleArn = formed(line, "invokeRoleArn")
    const name = textOption(line, "name") ?? "hallpass"
    if (!/^[\w-]{1,128}$/.test(name)) throw new UsageError("--name takes letters, digits, - and _")
    const { gatewayClients } = await import("./account/clients.ts")
    const { readApis } = await import("./account/read-apis.ts")
    const { apply, isPermitted } = await import("./attach/apply.ts")
    const clients = await gatewayClients(textOption(line, "region"))
    const [api] = await readApis(clients, [textOption(line, "apiId") ?? ""], () => undefined)
    if (api === undefined) return 2
    const replace = line.options.replace === true
    const options: AttachOptions = { functionArn, invokeRoleArn, name, replace, region: clients.region }
    const permitted = invokeRoleArn === undefined && (await isPermitted(functionArn, api.id))
    const plan = planAttach(configuration, api, options, permitted)
    const isApplied = line.options.apply === true
    if (!output.json) output.print(await heading(api, plan, options, isApplied))
    if (isApplied)
      await apply(clients, functionArn, plan.calls, ({ why }) =>
        output.json ? undefined : output.print(`done: ${plain(why)}\n`),
      )
    if (output.json)
      output.document({ api: { id: api.id, name: api.name, kind: api.kind }, applied: isApplied, ...plan })
    else output.print(closing(plan, isApplied, output))
    return plan.left.length > 0 ? 1 : 0
  },
}

/** The calls are comments and lines for a shell, so that all of it can be pasted. */
async function heading(
  api: AccountApi,
  { calls }: AttachPlan,
  { region, functionArn }: AttachOptions,
  isApplied: boolean,
): Promise<string> {
  const { awsLine } = await import("./attach/calls.ts")
  const first = `# ${api.kind} API ${oneLine(api.name)} (${api.id})\n`
  if (calls.length === 0) return `${first}# Nothing to do: the API is set as the configuration needs it.\n`
  if (isApplied) return first
  return (
    first +
    calls
      .map(
        (call) =>
          `\n# ${plain(call.why)}\n${awsLine(call, call.service === "lambda" ? functionParts(functionArn).region : region)}\n`,
      )
      .join("")
  )
}

function closing({ calls, notes, left }: AttachPlan, isApplied: boolean, output: Output): string {
  const lines = notes.map((note) => plain(note, 500))
  for (const { route, reason } of left)
    lines.push(
      `${output.style("yellow", "!")} ${plain(route)} ${plain(reason)}, and keeps it. --replace gives it hallpass.`,
    )
  if (!isApplied && calls.length > 0) lines.push("Nothing was changed. --apply performs these calls.")
  return lines.length === 0 ? "" : `\n${lines.map((line) => `# ${line}\n`).join("")}`
}
