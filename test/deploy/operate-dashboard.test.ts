import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { type Metric, readDashboard, type Widget } from "./dashboard-body.ts"
import { fieldsIn } from "./logs-insights.ts"
import { fieldsOf, type Observed, observeEverything } from "./observed.ts"
import { alarms, idsIn } from "./operate.ts"
import { operations } from "./template.ts"

const root = new URL("../../", import.meta.url)
const widgets = readDashboard(new URL("deploy/operations.yaml", root))
const titled = widgets.map((widget): [string, Widget] => [widget.properties.title ?? widget.type, widget])
const graphs = titled.filter(([, { type }]) => type === "metric")
const functionName = "hallpass-AuthorizerFunction"
const lambdaMetrics = ["ConcurrentExecutions", "Duration", "Invocations", "Throttles"]

/** What follows namespace, name and dimensions of a graph's line. */
const optionsOf = (metric: Metric): { [name: string]: unknown } => {
  const last = metric.at(-1)
  return typeof last === "object" ? { ...last } : {}
}
const textsOf = (metric: Metric): string[] => metric.filter((each): each is string => typeof each === "string")

let observed: Observed
beforeAll(async () => {
  observed = await observeEverything()
})
const dimensionsWritten = (name: string): (readonly string[])[] =>
  observed.metrics.filter((one) => one.name === name).map(({ dimensions }) => dimensions)

describe("the layout", () => {
  test("fits 24 columns, in whole steps", () => {
    for (const { x, y, width, height } of widgets) {
      for (const size of [x, y, width, height]) expect(Number.isInteger(size)).toBe(true)
      expect(x).toBeGreaterThanOrEqual(0)
      expect(Math.min(width, height)).toBeGreaterThan(0)
      expect(x + width).toBeLessThanOrEqual(24)
    }
  })

  test("has no two widgets in one place, and no hole", () => {
    const taken = new Map<string, string>()
    for (const [name, { x, y, width, height }] of titled) {
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken.get(`${column},${row}`), `${name} at ${column},${row}`).toBeUndefined()
          taken.set(`${column},${row}`, name)
        }
      }
    }
    expect(taken.size).toBe(24 * Math.max(...widgets.map(({ y, height }) => y + height)))
  })

  test("is of kinds that CloudWatch knows, each with what its kind needs", () => {
    const needed = {
      metric: ["metrics", "region", "view"],
      text: ["markdown"],
      alarm: ["alarms"],
      log: ["query", "region"],
    }
    for (const { type, properties } of widgets) {
      expect(Object.keys(needed)).toContain(type)
      for (const member of needed[type as keyof typeof needed]) expect(properties).toHaveProperty(member)
    }
  })
})

describe("the graphs", () => {
  test.each(graphs)("%s: shows metrics that exist, with exactly their dimensions", (_title, { properties }) => {
    const plain = (properties.metrics ?? []).filter((metric) => typeof metric[0] === "string")
    for (const metric of plain) {
      const [namespace = "", name = "", ...dimensions] = textsOf(metric)
      if (namespace === "AWS/Lambda") {
        expect(lambdaMetrics).toContain(name)
        expect(dimensions).toEqual(["FunctionName", functionName])
      } else {
        expect(namespace).toBe("hallpass")
        expect(dimensions).toEqual(["service", "hallpass"])
        expect(dimensionsWritten(name), name).toContainEqual(["service"])
      }
    }
  })

  test.each(graphs)(
    "%s: takes sums of counts, and neither sums nor means of times and ages",
    (_title, { properties }) => {
      for (const metric of properties.metrics ?? []) {
        const [, name] = textsOf(metric)
        if (name === undefined) continue
        const stat = optionsOf(metric).stat ?? (properties as { stat?: string }).stat
        const unit = observed.metrics.find((one) => one.name === name)?.unit
        const isCount = unit === "Count" || name === "Invocations" || name === "Throttles"
        expect([name, isCount ? stat : /^(?:p50|p99|Maximum)$/.test(String(stat))]).toEqual([
          name,
          isCount ? "Sum" : true,
        ])
      }
    },
  )

  test.each(graphs)("%s: has expressions over ids that it defines", (_title, { properties }) => {
    const metrics = properties.metrics ?? []
    const ids = metrics.map((metric) => optionsOf(metric).id)
    for (const metric of metrics) {
      const { expression } = optionsOf(metric)
      if (typeof expression === "string") for (const id of idsIn(expression)) expect(ids).toContain(id)
    }
    const hidden = metrics.filter((metric) => optionsOf(metric).visible === false)
    const used = metrics.flatMap((metric) => idsIn(String(optionsOf(metric).expression ?? "")))
    for (const metric of hidden) expect(used).toContain(optionsOf(metric).id)
  })

  test("search for a metric by a schema that the observer writes", () => {
    const expressions = graphs.flatMap(([, { properties }]) =>
      (properties.metrics ?? []).map((metric) => String(optionsOf(metric).expression ?? "")),
    )
    const searches = expressions.filter((expression) => expression.startsWith("SEARCH("))
    expect(searches.length).toBeGreaterThan(0)
    for (const search of searches) {
      const [, schema = ""] = /'\{([\w,]+)\}/.exec(search) ?? []
      const [namespace, ...dimensions] = schema.split(",")
      const [, name = ""] = /MetricName="(\w+)"/.exec(search) ?? []
      expect(namespace).toBe("hallpass")
      expect(dimensionsWritten(name)).toContainEqual(dimensions.toSorted())
      expect(search).toContain('service="hallpass"')
    }
  })

  test("have a line at the threshold of an alarm that watches the same", () => {
    const lines = graphs.flatMap(([, { properties }]) =>
      (properties.annotations?.horizontal ?? []).map((line) => ({ ...line, metrics: properties.metrics ?? [] })),
    )
    expect(lines.length).toBeGreaterThan(2)
    for (const { label, value, metrics } of lines) {
      const alarm = alarms.find(({ name }) => label.startsWith(name))
      expect(alarm?.properties.Threshold, label).toBe(value)
      const shown = metrics.map((metric) => textsOf(metric)[1])
      for (const { name } of alarm?.metrics ?? []) expect(shown).toContain(name)
    }
  })
})

describe("the other widgets", () => {
  test("show every alarm, and no other", () => {
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []).map((arn) => arn.split(":").at(-1))
    // ConcurrencyAlarm is there only with reserved concurrency, and a widget cannot leave it out.
    expect(shown.sort()).toEqual(
      alarms
        .map(({ name }) => name)
        .filter((name) => name !== "ConcurrencyAlarm")
        .sort(),
    )
  })

  test("ask the log group for fields that records have", () => {
    const known = observed.records.flatMap((record) => fieldsOf(record))
    const queries = widgets.flatMap(({ properties }) => properties.query ?? [])
    expect(queries.length).toBeGreaterThan(0)
    for (const query of queries) {
      const [source = "", ...rest] = query.split("|")
      expect(source.trim()).toBe("SOURCE 'hallpass-AuthorizerLogGroup'")
      for (const field of fieldsIn(rest.join("|"))) expect([...known, "@timestamp"]).toContain(field)
    }
  })

  test("lead to a page that exists", () => {
    const texts = widgets.map(({ properties }) => properties.markdown ?? "").join()
    const [page = ""] = /docs\/[\w-]+\.md/.exec(texts) ?? []
    expect(readFileSync(new URL(page, root), "utf8")).toMatch(/^# Operate/)
  })
})

test("the name of the dashboard holds the region: names are for all regions of an account", () => {
  expect(operations.resource("Dashboard").Properties.DashboardName).toEqual({
    "Fn::Sub": "${AWS::StackName}-${AWS::Region}",
  })
  expect(operations.template.Outputs.DashboardName).toMatchObject({
    Condition: "WithDashboard",
    Value: { Ref: "Dashboard" },
  })
})
