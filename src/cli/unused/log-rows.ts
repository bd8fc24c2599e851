import { UsageError } from "../frame/command.ts"
import type { Input } from "../frame/input.ts"
import { oneLine } from "../frame/program.ts"

/** What one row of a log says: one request, or the sum of a query's group. */
export interface LogRow {
  /** `GET /orders/{id}`, as the API names its route. Undefined if the row is about the whole API. */
  readonly route: string | undefined
  /** Its id or name; undefined if the row does not say. */
  readonly api: string | undefined
  readonly calls: number
  /** Whether the row is of requests that were refused: 401 or 403. Undefined if the row does not say. */
  readonly refused: boolean | undefined
  /** Whether an authorizer has answered for one of the calls. Undefined if the row does not say. */
  readonly decided: boolean | undefined
  /** Milliseconds since the epoch; undefined if the row does not say. */
  readonly atMs: number | undefined
  /** The days that a row without a time is about. */
  readonly coveredDays?: number
}

type Members = { readonly [name: string]: unknown }

/**
 * Reads access logs in JSON, one object a line; the results of a query of Logs Insights, as the console and the AWS CLI
 * export them; CSV with names in the first line; or metrics of CloudWatch.
 *
 * @throws UsageError with file and line
 */
export function logRows({ name, text }: Input): readonly LogRow[] {
  const rows = metricRows(name, text) ?? objectsIn(name, text).flatMap((object) => rowOf(object) ?? [])
  if (rows.length === 0)
    throw new UsageError(
      `${oneLine(name)} has no row with a route: it needs httpMethod and resourcePath, or routeKey, in each line`,
    )
  return rows
}

/** What `list-metrics` lists has had data in the last two weeks. */
const listedDays = 14

/** What the AWS CLI prints of metrics; undefined if the text is something else. */
function metricRows(name: string, text: string): readonly LogRow[] | undefined {
  if (!/^\s*\{\s*"(?:Metrics|MetricDataResults)"/.test(text)) return undefined
  const { Metrics: metrics, MetricDataResults: results } = parsedJson(name, text, 1) as Members
  const nothing = { api: undefined, refused: undefined, decided: undefined }
  if (Array.isArray(metrics))
    return metrics
      .filter((each) => /^(?:Connect|Message)?Count$/.test(textOf(Object(each).MetricName) ?? ""))
      .map(listedMetric)
  return (Array.isArray(results) ? results : []).flatMap((each) => {
    const { Label: route, Timestamps: times, Values: values } = Object(each) as Members
    if (typeof route !== "string" || !/^(?:[A-Z]+ \/|\$)/.test(route) || !Array.isArray(values)) return []
    return values.map((calls, at) => ({
      ...nothing,
      route,
      calls: countOf(textOf(calls)),
      atMs: timeOf({ time: Object(times)[at] }),
    }))
  })
}

function listedMetric(metric: unknown): LogRow {
  const list = (Object(metric) as Members).Dimensions
  const dimensions = Object.fromEntries(
    (Array.isArray(list) ? list : []).map((each) => [textOf(Object(each).Name) ?? "", textOf(Object(each).Value)]),
  )
  const { ApiId, ApiName, Route, Method: httpMethod, Resource: resourcePath } = dimensions
  const route = routeOf({ routeKey: Route, httpMethod, resourcePath })
  const unsaid = { refused: undefined, decided: undefined, atMs: undefined }
  return { route, api: ApiId ?? ApiName, calls: 1, coveredDays: listedDays, ...unsaid }
}

function objectsIn(name: string, text: string): readonly Members[] {
  const first = text.trimStart()[0]
  if (first === "[" || (first === "{" && /^\s*\{\s*"results"/.test(text))) {
    const parsed = parsedJson(name, text, 1)
    const list = Array.isArray(parsed) ? parsed : (parsed as { results?: unknown }).results
    if (!Array.isArray(list)) throw new UsageError(`${oneLine(name)} is JSON, and no list of rows`)
    return list.map(fieldsOf)
  }
  const lines = text.split(/\r?\n/)
  if (first === "{")
    return lines.flatMap((line, at) => (line.trim() === "" ? [] : [fieldsOf(parsedJson(name, line, at + 1))]))
  const [head = [], ...others] = lines.filter((line) => line.trim() !== "").map(cellsOf)
  return others.map((cells) => Object.fromEntries(head.map((column, at) => [column, cells[at]])))
}

function parsedJson(name: string, text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${oneLine(name)} line ${line} is no JSON: a line may be cut, or of another format`)
  }
}

/** The AWS CLI writes a row as a list of fields with their values. */
function fieldsOf(row: unknown): Members {
  if (!Array.isArray(row)) return typeof row === "object" && row !== null ? (row as Members) : {}
  return Object.fromEntries(row.map((each) => [textOf(Object(each).field) ?? "", Object(each).value]))
}

/** The cells of a line of CSV (RFC 4180), whose values hold no line breaks here. */
function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare = ""]) => quoted?.replaceAll('""', '"') ?? bare,
  )
}

function rowOf(row: Members): LogRow | undefined {
  const route = routeOf(row)
  const api = textOf(row.apiId) ?? textOf(row.apiName) ?? textOf(row.api)
  if (route === undefined && api === undefined) return undefined
  const status = Number(textOf(row.status) ?? Number.NaN)
  return {
    ...{ route, api },
    decided: decidedIn(row),
    calls: countOf(textOf(row.calls) ?? textOf(row["count(*)"]) ?? textOf(row.count)),
    refused: Number.isNaN(status) ? undefined : status === 401 || status === 403,
    atMs: timeOf(row),
  }
}

/** A row that says no number is one call. */
function countOf(text = "1"): number {
  const count = Number(text)
  return Number.isFinite(count) && count >= 0 ? count : 1
}

/** Members of the access log that only an answer of the authorizer fills. */
const ofAnswers = ["answer", "reason", "issuer", "clientId", "principalId", "principal", "authorizerRequestId"]

function decidedIn(row: Members): boolean | undefined {
  const said = ofAnswers.filter((name) => Object.hasOwn(row, name))
  return said.length === 0 ? undefined : said.some((name) => textOf(row[name]) !== undefined)
}

function routeOf({ routeKey, httpMethod, resourcePath }: Members): string | undefined {
  const key = textOf(routeKey)
  if (key !== undefined) return key
  const [method, path] = [textOf(httpMethod), textOf(resourcePath)]
  return method === undefined || path === undefined ? undefined : `${method} ${path}`
}

/** API Gateway writes `-` where it has no value. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value)
  return typeof value === "string" && value !== "" && value !== "-" ? value : undefined
}

function timeOf(row: Members): number | undefined {
  for (const name of ["requestTimeEpoch", "timestamp", "@timestamp", "last", "time", "requestTime"]) {
    const text = textOf(row[name])
    // Date.parse takes a small number for a year or a month.
    if (text === undefined || /^\d{1,8}$/.test(text)) continue
    const ms = /^\d{9,13}$/.test(text) ? Number(text) * (text.length > 11 ? 1 : 1000) : Date.parse(plainTime(text))
    if (Number.isFinite(ms)) return ms
  }
  return undefined
}

/**
 * Common log format (`30/Nov/2026:10:08:38 +0000`) and Logs Insights (`2026-11-30 10:08:38.000`, UTC) as dates are
 * read.
 */
function plainTime(text: string): string {
  const clf = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/.exec(text)
  if (clf !== null) return `${clf[1]} ${clf[2]} ${clf[3]} ${clf[4]} GMT${clf[5]}`
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/.test(text) ? `${text.replace(" ", "T")}Z` : text
}
