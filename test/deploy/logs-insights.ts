// The little of the query language of CloudWatch Logs Insights that is needed to see which fields a query reads.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

const words = new Set([
  "fields",
  "filter",
  "stats",
  "sort",
  "limit",
  "display",
  "as",
  "by",
  "asc",
  "desc",
  "and",
  "or",
  "not",
  "like",
  "in",
])
const functions = new Set(["count", "count_distinct", "min", "max", "avg", "sum", "pct", "bin", "ispresent"])
/** A period such as `5m`, as `bin` takes it, is no field. */
const token = /@?[A-Za-z_][\w.]*(\()?|\d+[smhd]?/g

/** Names of the fields that a query reads; what it names itself (`as total`) is not among them. */
export function fieldsIn(query: string): string[] {
  const plain = query.replace(/'[^']*'/g, "''").replace(/\/(?:\\.|[^/\\\n])+\//g, "''")
  const own = new Set([...plain.matchAll(/\bas (\w+)/g)].map(([, name]) => name))
  const fields: string[] = []
  for (const [name, opened] of plain.matchAll(token)) {
    if (/^\d/.test(name) || words.has(name) || own.has(name)) continue
    if (opened === undefined) fields.push(name)
    else if (!functions.has(name.slice(0, -1))) throw new Error(`${name}…) is no function that is known here`)
  }
  return fields
}

/** Commands of a query, one by one: `filter reason = ''`. */
export function commandsIn(query: string): string[] {
  return query
    .replace(/\/(?:\\.|[^/\\\n])+\//g, "''")
    .split("|")
    .map((command) => command.trim().split(" ")[0] ?? "")
}
