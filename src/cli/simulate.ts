import { existsSync } from "node:fs"
import type { AuthorizerConfig } from "../index.ts"
import { callersOfCases } from "../policy.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, type CommandLine, configOption, textOption, textsOption, UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { readJson } from "./frame/json-text.ts"
import { plain } from "./frame/output.ts"
import { readRequests } from "./simulate/requests.ts"
import { type Caller, simulated } from "./simulate/run.ts"
import { simulationText } from "./simulate/text.ts"
import { compared, type WrongAuthorizer } from "./simulate/wrong-authorizer.ts"

export const simulate: Command = {
  description: `Sends requests of one caller through a local API Gateway with its cache of answers:
which requests ask the function, which are answered from the cache, and what the
client sees.

--compare shows the two usual authorizers that do not know of the cache: "exact"
allows the ARN of the request at hand, "star" allows everything. Both verify the
token and apply your rules as hallpass does.

The caller is claims, signed here by a throwaway key, so no issuer is asked. The
settings of API Gateway are those of the configuration's gateway block.`,
  args: [
    {
      name: "<requests...>",
      description:
        'requests in their order, such as "GET /orders/7", or $connect; - reads one per line from standard input',
    },
  ],
  options: [
    configOption,
    {
      flags: "--caller <caller>",
      description:
        "claims as JSON, a file of claims (JSON or YAML), or with --cases the name of a caller there; nobody has no token. Claims without iss " +
        "are added to those that a token of the first issuer has",
      required: true,
    },
    { flags: "--cases <file>", description: "a cases file (YAML or JSON) that declares callers, as for hallpass test" },
    {
      flags: "--compare <authorizer>",
      description: "show a usual wrong authorizer beside hallpass: exact or star; may be given twice",
      choices: ["exact", "star"],
      repeatable: true,
    },
    { flags: "--every <seconds>", description: "seconds between two requests, 0 to 86400. Default: 1" },
  ],
  examples: [
    'simulate -c authorizer.json --caller claims.json "GET /orders/7" "GET /orders"',
    'simulate -c authorizer.json --cases cases.yaml --caller reader --compare exact --compare star "GET /orders/7" "DELETE /orders/7"',
    'simulate -c authorizer.json --caller nobody --every 200 "GET /orders" "GET /orders"',
  ],
  exits: "0 simulated; 2 the command line, a file or the configuration is wrong.",
  async run(line, output) {
    const everySeconds = secondsIn(textOption(line, "every"))
    const file = textOption(line, "config")
    const requests = await readRequests(line.args, [file, textOption(line, "cases"), textOption(line, "caller")])
    const configuration = await readConfiguration(file)
    const caller = await readCaller(line, configuration)
    const compare = [...new Set(textsOption(line, "compare"))] as WrongAuthorizer[]
    const options = { startMs: Date.now(), everySeconds }
    const own = await simulated(configuration, caller, requests, options)
    const simulation = await compared(own, configuration, caller, requests, compare, options)
    if (output.json) output.document(simulation)
    else output.print(simulationText(simulation, output))
    return 0
  },
}

function secondsIn(text = "1"): number {
  const seconds = Number(text)
  if (/^\d{1,5}$/.test(text) && seconds <= 86_400) return seconds
  throw new UsageError("--every must be a whole number of seconds, 0 to 86400")
}

async function readCaller(line: CommandLine, configuration: AuthorizerConfig): Promise<Caller> {
  const name = textOption(line, "caller") ?? "nobody"
  const cases = textOption(line, "cases")
  if (name === "nobody") return { name }
  if (configuration.issuers?.length === 0)
    throw new UsageError("the configuration has no issuer: callers of an edge cannot be described as claims")
  if (cases === undefined) {
    const claims = name.trimStart().startsWith("{") ? readJson(name, "--caller") : await readClaims(name)
    if (typeof claims !== "object" || claims === null || Array.isArray(claims))
      throw new UsageError(`${plain(name)} has no claims: it must be one JSON object`)
    const shown = name === "-" ? "standard input" : name.trim()
    if (Object.hasOwn(claims, "iss")) return { name: shown, claims: { ...claims } }
    return { ...callersOfCases(configuration, { callers: { caller: { claims } } })[0], name: shown }
  }
  const callers = callersOfCases(configuration, await readData(cases, "cases"))
  const found = callers.find((each) => each.name === name)
  if (found !== undefined) return found
  const known = callers.map((each) => each.name).slice(0, 20)
  throw new UsageError(plain(`${cases} has no caller ${JSON.stringify(name)}; it has ${known.join(", ")}`, 600))
}

async function readClaims(file: string): Promise<unknown> {
  if (file !== "-" && !existsSync(file))
    throw new UsageError(`${plain(file)} is no file of claims. To name a caller of a cases file, give --cases, too`)
  return await readData(file, "claims")
}
