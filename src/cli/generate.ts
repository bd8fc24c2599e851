import { checkSound } from "../../local/stack/checked.ts"
import { readConfigurationIfAny } from "./configuration.ts"
import { type Command, type CommandLine, configOption, textOption, UsageError } from "./frame/command.ts"
import { type Output, plain } from "./frame/output.ts"
import { wrapped } from "./frame/table.ts"
import { endpointPolicy, type Generated, invokePolicy, resourcePolicy } from "./generate/execution.ts"
import { abacPolicy, managementPolicy, wso2ConnectorPolicy } from "./generate/management.ts"
import { mappings } from "./generate/mappings.ts"
import { formed } from "./generate/target.ts"

type Configuration = Awaited<ReturnType<typeof readConfigurationIfAny>>
const kinds: { readonly [kind: string]: (line: CommandLine, config: Configuration) => Generated } = {
  "resource-policy": resourcePolicy,
  "endpoint-policy": endpointPolicy,
  "invoke-policy": invokePolicy,
  "management-policy": managementPolicy,
  "abac-policy": abacPolicy,
  "wso2-connector-policy": wso2ConnectorPolicy,
  mappings: (_line, config) => mappings(config),
}

export const generate: Command = {
  description: `Writes a policy or a mapping for the API around the authorizer, from the
configuration and a few flags. The document alone is on standard output; what its
reader has to know is on standard error.`,
  args: [{ name: "<kind>", description: "one of the kinds below" }],
  options: [
    configOption,
    { flags: "--account <id>", description: "the account of the API" },
    { flags: "--region <region>", description: "the region of the API" },
    { flags: "--partition <partition>", description: "aws (default), aws-cn, aws-us-gov" },
    { flags: "--api-id <id>", description: "the id of the API" },
    { flags: "--stage <stage>", description: "one stage. Without it: every stage" },
    { flags: "--cidr <range>", description: "resource-policy: addresses that may call; repeatable", repeatable: true },
    { flags: "--vpc <id>", description: "resource-policy: a VPC that may call; repeatable", repeatable: true },
    {
      flags: "--vpce <id>",
      description: "resource-policy: a VPC endpoint that may call; repeatable",
      repeatable: true,
    },
    {
      flags: "--principal <who>",
      description: "resource-policy: an account, role or user on AWS_IAM routes; repeatable",
      repeatable: true,
    },
    {
      flags: "--route <key>",
      description: "invoke-policy: a route of the table; without it all; repeatable",
      repeatable: true,
    },
    {
      flags: "--role <role>",
      description: "management-policy: what may be done",
      choices: ["read", "deploy", "admin"],
    },
    { flags: "--tag <tag>", description: "abac-policy: KEY=VALUE, or KEY for the caller's own tag" },
    { flags: "--function-arn <arn>", description: "the authorizer's function; checked where it is given" },
    { flags: "--invoke-role-arn <arn>", description: "wso2-connector-policy: the role that API Gateway assumes" },
  ],
  examples: [
    "generate resource-policy --account 123456789012 --region eu-west-1 --api-id a1b2c3d4e5 --vpce vpce-1a2b3c4d",
    "generate invoke-policy --config authorizer.json --account 123456789012 --region eu-west-1 --api-id a1b2c3d4e5",
    "generate management-policy --role deploy --region eu-west-1 --api-id a1b2c3d4e5",
    "generate abac-policy --tag team",
    "generate mappings --config authorizer.json",
  ],
  exits: "0 the document is printed; 2 a flag or the configuration is wrong, or AWS would refuse the document.",
  notes: {
    Kinds: `resource-policy        of a REST API: everyone, from the named origins only
endpoint-policy        of a VPC endpoint: this API and the routes of the table
invoke-policy          of IAM callers: routes of the table, no invalidation
management-policy      of people: read, deploy or administer this API
abac-policy            of people: change the APIs with a tag, and not the tag
wso2-connector-policy  of WSO2's connector, in place of administrator policies
mappings               of integrations: the caller as headers for the backend`,
  },
  async run(line, output) {
    const [kind = ""] = line.args
    const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    if (make === undefined)
      throw new UsageError(`there is no kind ${plain(kind)}; the kinds are ${Object.keys(kinds).join(", ")}`)
    formed(line, "functionArn")
    return write(make(line, await soundConfiguration(line)), output)
  },
}

/** The configuration, if there is one. Nothing is generated from one that would be refused. */
async function soundConfiguration(line: CommandLine): Promise<Configuration> {
  const config = await readConfigurationIfAny(textOption(line, "config"))
  if (config !== undefined) checkSound(config)
  return config
}

function write({ document, notes }: Generated, output: Output): number {
  output.document(document)
  for (const note of notes) for (const row of wrapped(note, output.columns)) output.note(row)
  return 0
}
