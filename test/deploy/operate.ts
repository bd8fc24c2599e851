import { runInNewContext } from "node:vm"
import { environment, resourcesOf } from "./template.ts"

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
  Expression?: string
  ReturnData?: boolean
  MetricStat?: { Metric: Single; Period: number; Stat: string }
}

const byName = (dimensions: readonly Dimension[]): { [name: string]: unknown } =>
  Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]))

function used({ Namespace, MetricName, Dimensions }: Single, stat: unknown, period: unknown, id?: string): UsedMetric {
  const dimensions = byName(Dimensions)
  return { id, namespace: Namespace, name: MetricName, dimensions, stat: String(stat), period: Number(period) }
}

/** The alarms of the template. */
export const alarms: readonly Alarm[] = resourcesOf("AWS::CloudWatch::Alarm").map(([name, { Properties }]) => {
  if (!Array.isArray(Properties.Metrics)) {
    const single = Properties as unknown as Single
    const stat = Properties.Statistic ?? Properties.ExtendedStatistic
    return { name, properties: Properties, metrics: [used(single, stat, Properties.Period)], expressions: [] }
  }
  const queries = Properties.Metrics as Query[]
  return {
    name,
    properties: Properties,
    metrics: queries.flatMap(({ Id, MetricStat }) =>
      MetricStat ? [used(MetricStat.Metric, MetricStat.Stat, MetricStat.Period, Id)] : [],
    ),
    expressions: queries.flatMap(({ Id, Expression, ReturnData }) =>
      Expression === undefined ? [] : [{ id: Id, expression: Expression, returned: ReturnData !== false }],
    ),
  }
})

export function alarm(name: string): Alarm {
  const found = alarms.find((each) => each.name === name)
  if (found === undefined) throw new Error(`template.yaml has no alarm ${name}`)
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

/** What the function writes its metrics under. */
export const service: unknown = environment.POWERTOOLS_SERVICE_NAME
export const namespace: unknown = environment.POWERTOOLS_METRICS_NAMESPACE
