import { readConfiguration } from "./configuration.ts"
import { type Command, type CommandLine, configOption, textOption, UsageError } from "./frame/command.ts"
import { readInput } from "./frame/input.ts"
import { type Output, plain } from "./frame/output.ts"
import { columns, wrapped } from "./frame/table.ts"
import { parseTime } from "./trial/time.ts"
import { type LogRow, logRows } from "./unused/log-rows.ts"
import { type Found, type KnownApi, type Use, usesIn } from "./unused/uses.ts"

const maxLogBytes = 512 * 1024 * 1024

export const unused: Command = {
  description: `Lists the routes and APIs without calls, those whose calls are all refused, and those
whose calls were never decided by an authorizer. It reads access logs or metrics. It
reports, and never changes or deletes anything.

A log shows calls only: a route without a line was not called, if the log covers the
time. So the report says how many days the log covers. With --account, an API of the
region that the log does not name is one without calls.`,
  args: [
    {
      name: "<log...>",
      description:
        "access logs in JSON, one request a line; results of CloudWatch Logs Insights as JSON or CSV; what aws cloudwatch " +
        "list-metrics or get-metric-data printed; - for standard input",
    },
  ],
  options: [
    configOption,
    { flags: "--days <days>", description: "how long a route may be without calls; 90 without it" },
    { flags: "--account", description: "also look for the APIs of your account, with the AWS SDK" },
    { flags: "--region <region>", description: "with --account. Default: that of your environment" },
    { flags: "--at <time>", description: "the end of that time: ISO 8601 or seconds since 1970. Default: now" },
  ],
  examples: [
    "unused access.json --config authorizer.json",
    "unused insights.csv --config authorizer.json --days 30 --json | jq .routes",
    "unused - --config authorizer.json < results.json",
    "unused metrics.json --config authorizer.json --days 14 --account",
  ],
  exits:
    "0 every route and API is used; 1 some are not; 2 a file cannot be read, or the logs cover less than the days.",
  notes: {
    "A query for Logs Insights": `stats count(*) as calls, max(@timestamp) as last
  by httpMethod, resourcePath, status        (HTTP APIs: by routeKey, status)`,
    Metrics: `aws cloudwatch list-metrics --namespace AWS/ApiGateway --metric-name Count
  lists what was called in the last 14 days; routes need detailed metrics.
get-metric-data needs a label that is the route: GET /orders`,
  },
  async run(line, output) {
    const days = daysOf(textOption(line, "days"))
    const at = textOption(line, "at")
    const endMs = at === undefined ? Date.now() : parseTime(at)
    const configuration = await readConfiguration(textOption(line, "config"))
    if (Object.keys(configuration.routes ?? {}).length === 0)
      throw new UsageError("the configuration has no routes to look for")
    const rows: LogRow[] = []
    for (const file of line.args) rows.push(...logRows(await readInput(file, "log", maxLogBytes)))
    return report(usesIn(configuration, rows, endMs, days, await knownApis(line)), days, output)
  },
}

async function knownApis(line: CommandLine): Promise<readonly KnownApi[]> {
  const region = textOption(line, "region")
  if (line.options.account !== true) {
    if (region !== undefined) throw new UsageError("--region goes with --account")
    return []
  }
  const { gatewayClients } = await import("./account/clients.ts")
  const { readApis } = await import("./account/read-apis.ts")
  return await readApis(await gatewayClients(region), [], () => undefined)
}

function daysOf(text: string | undefined): number {
  const days = Number(text ?? 90)
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new UsageError("--days is a number from 1 to 3650")
  return days
}

const texts: { readonly [use in Use["use"]]: string } = {
  ...{ used: "used", undecided: "never decided", refused: "always refused", unused: "not called" },
}
const head = ["", "calls", "refused", "last"]

function cellsOf(name: string, { use, calls, refused, last }: Use): readonly string[] {
  return [plain(name), texts[use], String(calls), String(refused), last?.slice(0, 10) ?? ""]
}

function report({ routes, apis, unknown, coveredDays }: Found, days: number, output: Output): number {
  const idle = [...routes, ...apis].filter(({ use }) => use !== "used")
  const isCovered = coveredDays === undefined || coveredDays >= days
  if (output.json) output.document({ days, coveredDays, routes, apis, unknown })
  else {
    const lists = [
      columns([["route", ...head], ...routes.map((each) => cellsOf(each.route, each))]),
      apis.length > 0 && columns([["API", ...head], ...apis.map((each) => cellsOf(each.api, each))]),
      unknown.length > 0 &&
        `In the log and not in the table:\n${unknown.map((route) => `  ${plain(route)}\n`).join("")}`,
    ]
    output.print(lists.filter((list) => list !== false).join("\n"))
  }
  const notes = [
    ...(coveredDays === undefined ? ["No row has a time, so all of them count, and the days cannot be checked."] : []),
    ...(isCovered ? [] : [`The log covers ${coveredDays} of ${days} days: give it more, or lower --days.`]),
    ...(idle.some(({ use }) => use === "undecided")
      ? [
          "Never decided: no authorizer has answered for any call. hallpass check --account shows what protects the route.",
        ]
      : []),
    ...(idle.some(({ use }) => use === "unused")
      ? ["Before you remove a route: callers that come once a year do not show in a shorter log."]
      : []),
    ...(apis.some(({ use }) => use === "unused")
      ? ["Before you remove an API: look for a custom domain and a usage plan that name it."]
      : []),
  ]
  for (const note of notes) for (const row of wrapped(note, output.columns)) output.note(row)
  if (!isCovered) return 2
  return idle.length > 0 ? 1 : 0
}
