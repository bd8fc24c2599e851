import type { AuthorizerConfig } from "../index.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption, UsageError } from "./frame/command.ts"
import { readInput } from "./frame/input.ts"
import { type Output, plain } from "./frame/output.ts"
import { columns, wrapped } from "./frame/table.ts"
import { parseTime } from "./trial/time.ts"
import { type LogRow, logRows } from "./unused/log-rows.ts"

const dayMs = 86_400_000
const maxLogBytes = 512 * 1024 * 1024

interface RouteUse {
  readonly route: string
  readonly use: "used" | "refused" | "unused"
  readonly calls: number
  readonly refused: number
  /** ISO 8601. */
  readonly last?: string
}

export const unused: Command = {
  description: `Lists the routes without calls, and those whose calls are all refused, from the access
logs of the API. It reports, and never changes or deletes anything.

A log shows calls only: a route without a line was not called, if the log covers the
time. So the report says how many days the log covers.`,
  args: [
    {
      name: "<log...>",
      description:
        "access logs in JSON, one request a line; results of CloudWatch Logs Insights as JSON or CSV; - for standard input",
    },
  ],
  options: [
    configOption,
    { flags: "--days <days>", description: "how long a route may be without calls; 90 without it" },
    { flags: "--at <time>", description: "the end of that time: ISO 8601 or seconds since 1970. Default: now" },
  ],
  examples: [
    "unused access.json --config authorizer.json",
    "unused insights.csv --config authorizer.json --days 30 --json | jq .routes",
    "unused - --config authorizer.json < results.json",
  ],
  exits: "0 every route is used; 1 some are not; 2 a file cannot be read, or the logs cover less than the days.",
  notes: {
    "A query for Logs Insights": `stats count(*) as calls, max(@timestamp) as last
  by httpMethod, resourcePath, status        (HTTP APIs: by routeKey, status)`,
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
    return report(found(configuration, rows, endMs, days), days, output)
  },
}

function daysOf(text: string | undefined): number {
  const days = Number(text ?? 90)
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new UsageError("--days is a number from 1 to 3650")
  return days
}

interface Found {
  readonly routes: readonly RouteUse[]
  /** Routes of the log that the table does not have. */
  readonly unknown: readonly string[]
  /** Days between the first row and the end; undefined if no row has a time. */
  readonly coveredDays: number | undefined
}

function found({ routes = {} }: AuthorizerConfig, rows: readonly LogRow[], endMs: number, days: number): Found {
  const startMs = endMs - days * dayMs
  const keys = Object.keys(routes)
  const byShape = new Map(keys.map((key) => [shapeOf(key), key]))
  const uses = new Map(keys.map((key) => [key, { calls: 0, refused: 0, lastMs: undefined as number | undefined }]))
  const unknown = new Set<string>()
  let firstMs = Number.POSITIVE_INFINITY
  for (const { route, calls, refused, atMs } of rows) {
    if (atMs !== undefined) firstMs = Math.min(firstMs, atMs)
    if (atMs !== undefined && (atMs < startMs || atMs > endMs)) continue
    const shape = shapeOf(route)
    const key = byShape.get(shape) ?? byShape.get(shape.replace(/^[A-Z]+ /, "ANY "))
    const use = key === undefined ? undefined : uses.get(key)
    if (use === undefined) {
      unknown.add(route)
      continue
    }
    use.calls += calls
    if (refused === true) use.refused += calls
    if (atMs !== undefined) use.lastMs = Math.max(use.lastMs ?? 0, atMs)
  }
  return {
    routes: [...uses].map(([route, { calls, refused, lastMs }]) => ({
      ...{ route, use: calls === 0 ? "unused" : calls === refused ? "refused" : "used", calls, refused },
      ...(lastMs !== undefined && { last: new Date(lastMs).toISOString() }),
    })),
    unknown: [...unknown].sort(),
    coveredDays: Number.isFinite(firstMs) ? Math.max(0, Math.floor((endMs - firstMs) / dayMs)) : undefined,
  }
}

/** A route without the names of its parameters, which table and API may choose differently. */
function shapeOf(route: string): string {
  return route.replace(/\{[^{}+]*(\+?)\}/g, "{$1}")
}

function report({ routes, unknown, coveredDays }: Found, days: number, output: Output): number {
  const idle = routes.filter(({ use }) => use !== "used")
  const isCovered = coveredDays === undefined || coveredDays >= days
  if (output.json) output.document({ days, coveredDays, routes, unknown })
  else {
    const rows = routes.map(({ route, use, calls, refused, last }) => [
      plain(route),
      use === "unused" ? "not called" : use === "refused" ? "always refused" : "used",
      String(calls),
      String(refused),
      last?.slice(0, 10) ?? "",
    ])
    output.print(columns([["route", "", "calls", "refused", "last"], ...rows]))
    if (unknown.length > 0)
      output.print(`\nIn the log and not in the table:\n${unknown.map((route) => `  ${plain(route)}\n`).join("")}`)
  }
  const notes = [
    ...(coveredDays === undefined ? ["No row has a time, so all of them count, and the days cannot be checked."] : []),
    ...(isCovered ? [] : [`The log covers ${coveredDays} of ${days} days: give it more, or lower --days.`]),
    ...(idle.length > 0
      ? ["Before you remove a route: callers that come once a year do not show in a shorter log."]
      : []),
  ]
  for (const note of notes) for (const row of wrapped(note, output.columns)) output.note(row)
  if (!isCovered) return 2
  return idle.length > 0 ? 1 : 0
}
