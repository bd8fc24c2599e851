import { UsageError } from "../frame/command.ts"
import type { Input } from "../frame/input.ts"
import { oneLine } from "../frame/program.ts"

/** What one row of a log says: one request, or the sum of a query's group. */
export interface LogRow {
  /** `GET /orders/{id}`, as the API names its route. */
  readonly route: string
  readonly calls: number
  /** Whether the row is of requests that were refused: 401 or 403. Undefined if the row does not say. */
  readonly refused: boolean | undefined
  /** Milliseconds since the epoch; undefined if the row does not say. */
  readonly atMs: number | undefined
}

type Members = { readonly [name: string]: unknown }

/**
 * Reads access logs in JSON, one object a line; the results of a query of Logs Insights, as the console and the AWS CLI
 * export them; or CSV with names in the first line.
 *
 * @throws UsageError with file and line
 */
export function logRows({ name, text }: Input): readonly LogRow[] {
  const objects = objectsIn(name, text)
  const rows = objects.flatMap((object) => rowOf(object) ?? [])
  if (rows.length === 0)
    throw new UsageError(
      `${oneLine(name)} has no row with a route: it needs httpMethod and resourcePath, or routeKey, in each line`,
    )
  return rows
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
  return Object.fromEntries(row.map((each) => [Object(each).field, Object(each).value]))
}

/** The cells of a line of CSV (RFC 4180), whose values hold no line breaks here. */
function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare = ""]) => quoted?.replaceAll('""', '"') ?? bare,
  )
}

function rowOf(row: Members): LogRow | undefined {
  const route = routeOf(row)
  if (route === undefined) return undefined
  const status = Number(textOf(row.status) ?? Number.NaN)
  const calls = Number(textOf(row.calls) ?? textOf(row["count(*)"]) ?? textOf(row.count) ?? 1)
  return {
    route,
    calls: Number.isFinite(calls) && calls >= 0 ? calls : 1,
    refused: Number.isNaN(status) ? undefined : status === 401 || status === 403,
    atMs: timeOf(row),
  }
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
    if (text === undefined) continue
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
