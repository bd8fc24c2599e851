import { beforeAll, describe, expect, test } from "vitest"
import { type Observed, observeEverything } from "./observed.ts"
import { alarm, alarms, idsIn, isBreaching, namespace, service, type UsedMetric } from "./operate.ts"
import { core, environment, operations, type Values } from "./template.ts"

const named: Values = { FunctionName: "f", LogGroupName: "g", MetricsService: "s" }
const each = alarms.map((one): [string, (typeof alarms)[number]] => [one.name, one])
const lambdaMetrics = ["ConcurrentExecutions", "Duration", "Throttles"]

let observed: Observed
beforeAll(async () => {
  observed = await observeEverything()
})

describe("the alarms", () => {
  test("SR-165: are about what an operator has to know of", () => {
    expect(alarms.map(({ name }) => name).sort()).toEqual([
      "ConcurrencyAlarm",
      "DecisionLatencyAlarm",
      "DenyRateAlarm",
      "DurationAlarm",
      "EdgeHeadersAlarm",
      "KeyFetchAlarm",
      "PrivateKeyAlarm",
      "SecretFetchAlarm",
      "StaleKeysAlarm",
      "StaleSecretsAlarm",
      "ThrottlesAlarm",
      "UnavailableAlarm",
      "UnknownKidsAlarm",
    ])
  })

  test.each(each)(
    "%s says what missing data means, when it begins, and whom it tells",
    (name, { properties, metrics }) => {
      expect(properties.TreatMissingData).toBe("notBreaching")
      expect(properties.Threshold).toBeTypeOf("number")
      expect(properties.ComparisonOperator).toMatch(/^GreaterThan/)
      expect(properties.EvaluationPeriods).toBeTypeOf("number")
      expect(Number(properties.DatapointsToAlarm)).toBeLessThanOrEqual(Number(properties.EvaluationPeriods))
      expect(new Set(metrics.map(({ period }) => period)).size).toBe(1)
      expect([60, 300, 900, 3600]).toContain(metrics[0]?.period)
      expect(String(properties.AlarmDescription)).toMatch(new RegExp(`docs/operate\\.md, ${name}\\.$`))
      const told = {
        "Fn::If": [
          "OwnTopic",
          [{ Ref: "AlarmTopic" }],
          { "Fn::If": ["GivenTopic", [{ Ref: "AlarmTopicArn" }], { Ref: "AWS::NoValue" }] },
        ],
      }
      expect([properties.AlarmActions, properties.OKActions]).toEqual([told, told])
      expect(operations.resource(name).Condition).toBe(name === "ConcurrencyAlarm" ? "Reserved" : undefined)
    },
  )

  test.each(each)("%s watches what exists, with exactly its dimensions", (_name, { metrics }) => {
    expect(metrics.length).toBeGreaterThan(0)
    for (const metric of metrics) expectToExist(metric)
  })

  test.each(each)("%s adds counts up, and takes the 99th percentile of times", (_name, { metrics, properties }) => {
    for (const { name, stat } of metrics) {
      const unit = observed.metrics.find((one) => one.name === name)?.unit
      const isTime = name === "Duration" || unit === "Microseconds"
      expect(stat).toBe(isTime ? "p99" : name === "ConcurrentExecutions" ? "Maximum" : "Sum")
      // CloudWatch, "Percentile-based alarms and low data samples": the 99th of few values is chance.
      expect(properties.EvaluateLowSampleCountPercentile).toBe(isTime ? "ignore" : undefined)
    }
  })

  test.each(each)("%s has expressions over ids that it defines, and one result", (_name, { metrics, expressions }) => {
    const ids = [...metrics.flatMap(({ id }) => id ?? []), ...expressions.map(({ id }) => id)]
    expect(new Set(ids).size).toBe(ids.length)
    for (const { expression } of expressions) for (const id of idsIn(expression)) expect(ids).toContain(id)
    const results = expressions.filter(({ returned }) => returned)
    expect(results).toHaveLength(expressions.length === 0 ? 0 : 1)
    expect(results[0]).toEqual(expressions[0])
    const usedIds = new Set(expressions.flatMap(({ expression }) => idsIn(expression)))
    for (const { id } of metrics) if (id !== undefined) expect(usedIds).toContain(id)
    for (const { id, returned } of expressions) if (!returned) expect(usedIds).toContain(id)
  })

  test("the function's Errors are none of them: Unauthorized is thrown", () => {
    expect(alarms.flatMap(({ metrics }) => metrics.map(({ name }) => name))).not.toContain("Errors")
  })

  test("metrics that one expression combines come in one line, so that none is missing while another is there", () => {
    for (const { metrics } of alarms.filter(({ metrics: [, second] }) => second !== undefined)) {
      const lines = observed.metrics.filter(
        ({ name, dimensions }) => name === metrics[0]?.name && dimensions.length === 1,
      )
      expect(lines.length).toBeGreaterThan(0)
      for (const { line } of lines) for (const { name } of metrics) expect(line).toHaveProperty(name)
    }
  })
})

/** A metric of hallpass is one that the observer wrote just now; one of Lambda is known by name. */
function expectToExist({ namespace: its, name, dimensions }: UsedMetric): void {
  if (its === "AWS/Lambda") {
    expect(lambdaMetrics).toContain(name)
    expect(dimensions).toEqual({ FunctionName: { Ref: "FunctionName" } })
    return
  }
  const written = observed.metrics.filter((one) => one.namespace === its && one.name === name)
  expect(its).toBe(namespace)
  expect(written.map((one) => one.dimensions)).toContainEqual(Object.keys(dimensions).sort())
  expect(dimensions).toEqual({ service })
}

describe("the deny rate", () => {
  const denyRate = alarm("DenyRateAlarm")

  test.each([
    ["one refusal of one request", { Unauthenticated: 1 }, false],
    ["49 refusals of 49 requests", { Unauthenticated: 49 }, false],
    ["50 refusals of 50 requests", { Unauthenticated: 20, Forbidden: 30 }, true],
    ["half of many", { Allowed: 500, Unauthenticated: 250, Forbidden: 250 }, false],
    ["more than half of many", { Allowed: 499, Unauthenticated: 251, Forbidden: 250 }, true],
    ["allows only", { Allowed: 1000 }, false],
    ["nothing at all", {}, false],
  ])("%s: %j is an alarm: %s", (_what, values, expected) => {
    expect(isBreaching(denyRate, values)).toBe(expected)
  })

  test("takes more than one bad period", () => {
    expect(denyRate.properties.DatapointsToAlarm).toBe(2)
    expect(denyRate.properties.EvaluationPeriods).toBe(3)
  })
})

describe("thresholds", () => {
  test.each([
    ["UnavailableAlarm", "Unavailable", 1],
    ["EdgeHeadersAlarm", "EdgeHeadersSuspicious", 1],
    ["PrivateKeyAlarm", "PrivateKeys", 1],
    ["KeyFetchAlarm", "KeyFetchFailures", 3],
    ["StaleKeysAlarm", "OverdueKeysServed", 1],
    ["SecretFetchAlarm", "SecretFetchFailures", 3],
    ["StaleSecretsAlarm", "OverdueSecretsServed", 1],
    ["UnknownKidsAlarm", "UnknownKids", 101],
    ["ThrottlesAlarm", "Throttles", 1],
    ["DecisionLatencyAlarm", "DecisionLatency", 100_001],
    ["DurationAlarm", "Duration", 1001],
    ["ConcurrencyAlarm", "ConcurrentExecutions", 81],
  ])("%s begins at %s of %d, and not before", (name, metric, first) => {
    expect(isBreaching(alarm(name), { [metric]: first })).toBe(true)
    expect(isBreaching(alarm(name), { [metric]: first - 1 })).toBe(false)
    expect(isBreaching(alarm(name), {})).toBe(false)
  })
})

describe("parameters of the alarms", () => {
  const pattern = (name: string): RegExp => new RegExp(operations.template.Parameters[name]?.AllowedPattern ?? "(?!)")
  const topic = "arn:aws:sns:eu-west-1:123456789012:ops"

  test("an address, or nothing", () => {
    for (const good of ["", "ops@example.com"]) expect(good).toMatch(pattern("AlarmEmail"))
    for (const bad of ["ops", "ops@example", "a b@example.com", "https://example.com"])
      expect(bad).not.toMatch(pattern("AlarmEmail"))
  })

  test("the ARN of a standard topic, or nothing", () => {
    for (const good of ["", topic, topic.replace("aws", "aws-us-gov")]) expect(good).toMatch(pattern("AlarmTopicArn"))
    for (const bad of ["ops", `${topic}.fifo`, topic.replace("sns", "sqs"), ` ${topic}`])
      expect(bad).not.toMatch(pattern("AlarmTopicArn"))
  })

  test("one topic at most", () => {
    expect(operations.refusals({ ...named, AlarmEmail: "ops@example.com" })).toEqual([])
    expect(operations.refusals({ ...named, AlarmTopicArn: topic })).toEqual([])
    expect(operations.refusals({ ...named, AlarmTopicArn: topic, AlarmEmail: "ops@example.com" })).toEqual([
      expect.stringMatching(/AlarmEmail or AlarmTopicArn/),
    ])
  })

  test("17-1: the alarms are the template's purpose; the dashboard can be left out", () => {
    expect(Object.keys(operations.deployedResources({ ...named, DeployDashboard: "false" }))).toEqual(
      expect.arrayContaining(["UnavailableAlarm", "DenyRateAlarm"]),
    )
    expect(operations.resource("Dashboard").Condition).toBe("WithDashboard")
    expect(operations.resource("AlarmTopic").Condition).toBe("OwnTopic")
    expect(operations.resource("AlarmTopic").Properties.Subscription).toEqual([
      { Protocol: "email", Endpoint: { Ref: "AlarmEmail" } },
    ])
  })

  test("metrics of two stacks do not mix", () => {
    expect(environment.POWERTOOLS_SERVICE_NAME).toEqual({ Ref: "AWS::StackName" })
    expect(core.template.Outputs.MetricsService?.Value).toEqual({ Ref: "AWS::StackName" })
  })

  test("17-2: the alarm that reverts a deployment watches what the one that notifies watches", () => {
    const {
      AlarmActions: _actions,
      OKActions: _ok,
      Dimensions,
      AlarmDescription: _text,
      ...notifies
    } = operations.resource("UnavailableAlarm").Properties
    expect(Dimensions).toEqual([{ Name: "service", Value: service }])
    expect(core.resource("UnavailableAlarm").Properties).toMatchObject(notifies)
  })

  test("17-3: the concurrency is watched if it is reserved", () => {
    expect(Object.keys(operations.deployedResources(named))).not.toContain("ConcurrencyAlarm")
    expect(Object.keys(operations.deployedResources({ ...named, ReservedConcurrency: "5" }))).toContain(
      "ConcurrencyAlarm",
    )
  })
})
