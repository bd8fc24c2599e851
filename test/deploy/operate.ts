import { runInNewContext } from "node:vm"
import { type Deployable, environment, operations, privateApi, watch } from "./template.ts"

/** A metric as an alarm or a widget asks for it. Values of dimensions are as the template writes them. */
export interface UsedMetric {
  readonly id?: string | undefined
  readonly namespace: string
  readonly name: string
  readonly dimensions: { readonly [name: string]: unknown }
  readonly stat: string
  readonly period: number
}

/** An alarm of the template, whether it watches one metric or an expression over several. */
export interface Alarm {
  readonly name: string
  readonly properties: { readonly [name: string]: unknown }
  readonly metrics: readonly UsedMetric[]
  /** The first one is what is compared with the threshold. */
  readonly expressions: readonly { readonly id: string; readonly expression: string; readonly returned: boolean }[]
}

interface Dimension {
  Name: string
  Value: unknown
}
interface Single {
  Namespace: string
  MetricName: string
  Dimensions: Dimension[]
}
interface Query {
  Id: string
  Expression?: string | { readonly "Fn::Sub": string }
  ReturnData?: boolean
  MetricStat?: { Metric: Single; Period: number; Stat: string }
}

/** An expression with 100 for the parameter in it, so that percent and numbers are the same. */
const textOf = (expression: string | { readonly "Fn::Sub": string }): string =>
  typeof expression === "string" ? expression : expression["Fn::Sub"].replaceAll("${ReservedConcurrency}", "100")

const byName = (dimensions: readonly Dimension[]): { [name: string]: unknown } =>
  Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]))

function used({ Namespace, MetricName, Dimensions }: Single, stat: unknown, period: unknown, id?: string): UsedMetric {
  const dimensions = byName(Dimensions)
  return { id, namespace: Namespace, name: MetricName, dimensions, stat: String(stat), period: Number(period) }
}

function alarmOf(name: string, properties: Alarm["properties"]): Alarm {
  if (!Array.isArray(properties.Metrics)) {
    // The alarm of an API has other dimensions for each kind.
    const single = { Dimensions: [], ...properties } as unknown as Single
    const stat = properties.Statistic ?? properties.ExtendedStatistic
    const dimensions = Array.isArray(single.Dimensions) ? single.Dimensions : []
    const metrics = [used({ ...single, Dimensions: dimensions }, stat, properties.Period)]
    return { name, properties, metrics, expressions: [] }
  }
  const queries = properties.Metrics as Query[]
  return {
    name,
    properties,
    metrics: queries.flatMap(({ Id, MetricStat }) =>
      MetricStat ? [used(MetricStat.Metric, MetricStat.Stat, MetricStat.Period, Id)] : [],
    ),
    expressions: queries.flatMap(({ Id, Expression, ReturnData }) =>
      Expression === undefined ? [] : [{ id: Id, expression: textOf(Expression), returned: ReturnData !== false }],
    ),
  }
}

const alarmsOf = (one: Deployable): Alarm[] =>
  one.resourcesOf("AWS::CloudWatch::Alarm").map(([name, { Properties }]) => alarmOf(name, Properties))

/** The alarms of deploy/operations.yaml. */
export const alarms: readonly Alarm[] = alarmsOf(operations)

/** Those of the other templates that the runbook describes. */
export const furtherAlarms: readonly Alarm[] = [...alarmsOf(privateApi), ...alarmsOf(watch)]

export function alarm(name: string): Alarm {
  const found = alarms.find((each) => each.name === name)
  if (found === undefined) throw new Error(`deploy/operations.yaml has no alarm ${name}`)
  return found
}

/** Names that an expression uses, apart from functions and texts. */
export function idsIn(expression: string): string[] {
  const withoutTexts = expression.replace(/'[^']*'/g, "")
  return [...withoutTexts.matchAll(/\b[a-z]\w*\b/g)].map(([id]) => id)
}

/** Values of one period by name of the metric; a metric that is absent has no data in it. */
export type Values = { readonly [metric: string]: number }

/** Whether one period with these values is beyond the threshold; a period without data is not (`notBreaching`). */
export function isBreaching({ metrics, expressions, properties }: Alarm, values: Values): boolean {
  const scope: { [id: string]: unknown } = {
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
    FILL: (value: number | undefined, filler: number) => value ?? filler,
  }
  for (const { id, name } of metrics) scope[id ?? "value"] = values[name]
  // An expression uses those below it, as the template writes them.
  for (const { id, expression } of expressions.toReversed()) scope[id] = runInNewContext(expression, scope)
  const value = scope[expressions[0]?.id ?? "value"] as number | undefined
  if (value === undefined || Number.isNaN(value)) return false
  const threshold = Number(properties.Threshold)
  const operators: { readonly [name: string]: boolean } = {
    GreaterThanThreshold: value > threshold,
    GreaterThanOrEqualToThreshold: value >= threshold,
  }
  const breaching = operators[String(properties.ComparisonOperator)]
  if (breaching === undefined) throw new Error(`${String(properties.ComparisonOperator)} is not known here`)
  return breaching
}

/** What the function writes its metrics under: the output MetricsService of template.yaml. */
export const service: unknown = { Ref: "MetricsService" }
export const namespace: unknown = environment.POWERTOOLS_METRICS_NAMESPACE
