import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { allRefusals } from "../../src/types/reasons.ts"
import { headingLinks } from "../support/headings.ts"
import { commandsIn, fieldsIn } from "./logs-insights.ts"
import { fieldsOf, type Observed, observeEverything } from "./observed.ts"
import { type Alarm, alarm, alarms, furtherAlarms, isBreaching } from "./operate.ts"
import { deployables, operations } from "./template.ts"

const page = readFileSync(new URL("../../docs/operate.md", import.meta.url), "utf8")
const alarmNames = alarms.map(({ name }) => name)
const documented = [...alarms, ...furtherAlarms].map(({ name }) => name)

/** Sections of the third level by their heading. */
const sections = new Map(
  page
    .split(/^(?=##+ )/m)
    .filter((part) => part.startsWith("### "))
    .map((part) => [part.slice(4, part.indexOf("\n")), part]),
)
const section = (name: string): string => sections.get(name) ?? ""
const queries = [...page.matchAll(/^```logs\n([\s\S]*?)^```$/gm)].map(([, query = ""]) => query)
/** Rows of the tables of a part of the page, as lists of cells. */
const rows = (text: string): string[][] =>
  [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) => row.split("|").map((cell) => cell.trim()))

let observed: Observed
beforeAll(async () => {
  observed = await observeEverything()
})

describe("docs/operate.md", () => {
  test("has a section for every alarm, and none for another", () => {
    const described = [...sections.keys()].filter((heading) => heading.endsWith("Alarm"))
    expect(described.toSorted()).toEqual(documented.toSorted())
  })

  test.each(documented)("%s: what it means, how to look, what to do, how to test it, in this order", (name) => {
    const parts = [...section(name).matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part)
    expect(parts).toEqual(["Means", "Look", "Do", "Test"])
    expect(section(name)).toMatch(/^```(?:logs|sh)$/m)
    expect(overview.get(name)).toBeDefined()
  })

  const overview = new Map(rows(page).map(([name = "", begins = ""]) => [/^\[(\w+)\]/.exec(name)?.[1], begins]))

  test("says in its overview when each alarm begins, with the template's numbers", () => {
    for (const each of alarms) {
      const begins = overview.get(each.name)
      for (const words of [thresholdWords(each), timeWords(each)]) expect(begins, each.name).toMatch(words)
    }
  })

  test("leads to headings that exist, here and on other pages", () => {
    const links = [...page.matchAll(/\]\(([\w-]*(?:\.md)?)#([\w-]+)\)/g)]
    expect(links.length).toBeGreaterThan(20)
    for (const [link, file, anchor] of links) {
      const text = file === "" ? page : readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8")
      expect(headingLinks(text), link).toContain(anchor)
    }
  })

  test("names reasons that exist", () => {
    const codes = allRefusals().map(({ code }) => code as string)
    const named = [...page.matchAll(/['`]((?:edge_header|keys|secrets|key|token|scope|signature|issuer)_\w+)['`]/g)]
    expect(named.length).toBeGreaterThan(10)
    for (const [, code] of named) expect([...codes, "issuer_mismatch"]).toContain(code)
    for (const { code, outcome } of allRefusals()) {
      if (outcome === "unavailable") expect(section("UnavailableAlarm")).toContain(`\`${code}\``)
    }
  })

  test("explains the parameters of dashboard and alarms, and names only those that exist", () => {
    for (const name of ["DeployDashboard", "AlarmEmail", "AlarmTopicArn"]) expect(page).toContain(`| \`${name}\` |`)
    const named = [...page.matchAll(/`((?:Reserved|DaysBefore|Deploy|Alarm|Log|Jwks|ResultTtl)[A-Z]?\w*)`/g)]
    const parameters = Object.assign({}, ...deployables.map(({ template }) => template.Parameters))
    expect(named.length).toBeGreaterThan(5)
    for (const [, name = ""] of named) expect(parameters).toHaveProperty(name)
  })
})

/** The threshold as the overview has it. */
function thresholdWords({ name, properties }: Alarm): RegExp {
  const threshold = Number(properties.Threshold)
  if (name === "DenyRateAlarm") return new RegExp(`more than ${threshold} %`)
  if (name === "DecisionLatencyAlarm") return new RegExp(`more than ${threshold / 1000} ms`)
  if (name === "ConcurrencyAlarm") return new RegExp(`more than ${threshold} %`)
  if (name === "DurationAlarm") return new RegExp(`more than ${threshold / 1000} s`)
  if (properties.ComparisonOperator === "GreaterThanOrEqualToThreshold")
    return new RegExp(`at least ${threshold} fetches`)
  return threshold === 0 ? /\b(?:one|a private key)\b/ : new RegExp(`more than ${threshold}`)
}

function timeWords({ name, properties, metrics }: Alarm): RegExp {
  const seconds = Number(metrics[0]?.period) * Number(properties.EvaluationPeriods)
  if (name === "ConcurrencyAlarm") return /for 5 minutes/
  const words: { readonly [seconds: number]: RegExp } = {
    60: /in one minute|in a minute/,
    300: /in 5 minutes/,
    900: /quarter of an hour/,
    3600: /in the last hour/,
  }
  return words[seconds] ?? /(?!)/
}

describe("17-4, 17-6: the alarms of the other templates", () => {
  const named = (name: string): Alarm => furtherAlarms.find((each) => each.name === name) as Alarm

  test("missing data is a breach where it means that something is gone", () => {
    const missing = Object.fromEntries(furtherAlarms.map(({ name, properties }) => [name, properties.TreatMissingData]))
    expect(missing).toEqual({
      BackendErrorsAlarm: "notBreaching",
      CertificateExpiryAlarm: "breaching",
      EdgeCertificateExpiryAlarm: "breaching",
      SyntheticAlarm: "breaching",
      UnhealthyTargetsAlarm: "breaching",
    })
  })

  test("certificates: the least number of days of a day, below the parameter", () => {
    for (const name of ["CertificateExpiryAlarm", "EdgeCertificateExpiryAlarm"]) {
      const { properties, metrics } = named(name)
      expect(metrics[0]).toMatchObject({
        ...{ namespace: "AWS/CertificateManager", name: "DaysToExpiry", stat: "Minimum", period: 86_400 },
        dimensions: { CertificateArn: { Ref: name.replace("ExpiryAlarm", "Arn") } },
      })
      expect(properties).toMatchObject({
        ComparisonOperator: "LessThanThreshold",
        Threshold: { Ref: "DaysBeforeExpiry" },
      })
    }
  })

  test.each(furtherAlarms.map((each) => [each.name, each] as const))("%s names its page", (name, { properties }) => {
    expect(String(properties.AlarmDescription)).toMatch(new RegExp(`docs/operate\\.md, ${name}\\.$`))
    expect(properties.AlarmActions).toEqual(properties.OKActions)
  })
})

describe("the queries", () => {
  const saved = operations.resourcesOf("AWS::Logs::QueryDefinition")

  test.each(saved)("17-1: %s is saved as the page has it", (_name, { Properties }) => {
    expect(queries.map((query) => query.trim())).toContain(String(Properties.QueryString).trim())
    expect(Properties.LogGroupNames).toEqual([{ Ref: "LogGroupName" }])
  })

  const members = (): string[] => [
    ...observed.records.flatMap((record) => fieldsOf(record)),
    ...observed.metrics.flatMap(({ line }) => fieldsOf(line)),
  ]
  // What Logs Insights adds: to all records, and to Lambda's own lines.
  const discovered = ["@timestamp", "@message", "@type", "@duration", "@initDuration", "@maxMemoryUsed"]

  test("are there, for most alarms", () => expect(queries.length).toBeGreaterThan(12))

  test.each(queries)("reads fields that a record really has: %s", (query) => {
    const fields = fieldsIn(query)
    expect(fields.length).toBeGreaterThan(0)
    const known = new Set([...discovered, ...members()])
    expect(fields.filter((field) => !known.has(field))).toEqual([])
  })

  test.each(queries)("are made of commands that Logs Insights knows: %s", (query) => {
    for (const command of commandsIn(query)) expect(["fields", "filter", "stats", "sort", "limit"]).toContain(command)
  })

  test("look for messages that are really written", () => {
    const written = new Set(observed.records.map(({ message }) => message))
    const asked = queries.flatMap((query) =>
      [...query.matchAll(/message (?:= |in \[)((?:'[^']*'(?:, )?)+)/g)].flatMap(
        ([, list = ""]) => list.match(/[^',]{3,}/g) ?? [],
      ),
    )
    expect(asked.length).toBeGreaterThan(6)
    for (const message of asked) expect(written).toContain(message)
  })

  test("would be found wrong with a field that no record has", () => {
    expect(fieldsIn("filter colour = 'red' | stats count(*) as reds by bin(5m), shade")).toEqual(["colour", "shade"])
    expect(() => fieldsIn("stats median(colour)")).toThrow(/no function/)
  })
})

describe("the commands that test an alarm", () => {
  const put = /put-metric-data --namespace (\w+) --metric-name (\w+) --dimensions service=\$STACK --value (\d+)/
  const tested = alarmNames.flatMap((name): [string, string, string, number][] => {
    const [, namespace = "", metric = "", value = ""] = put.exec(section(name)) ?? []
    return metric === "" ? [] : [[name, namespace, metric, Number(value)]]
  })

  test("are there for all alarms on single metrics of hallpass", () => {
    expect(tested.map(([name]) => name).toSorted()).toEqual(
      alarmNames
        .filter(
          (name) => !["ConcurrencyAlarm", "DecisionLatencyAlarm", "DurationAlarm", "ThrottlesAlarm"].includes(name),
        )
        .toSorted(),
    )
  })

  test.each(tested)("%s begins with them", (name, namespace, metric, value) => {
    expect(alarm(name).metrics).toContainEqual(expect.objectContaining({ namespace, name: metric }))
    expect(isBreaching(alarm(name), { [metric]: value })).toBe(true)
  })

  test("a slow decision begins DecisionLatencyAlarm", () => {
    const [, json = "[]"] =
      /--metric-data '(\[.*\])'/.exec(section("DecisionLatencyAlarm").replace("'$STACK'", "stack")) ?? []
    const [datum] = JSON.parse(json) as { MetricName: string; Unit: string; Values: number[]; Counts: number[] }[]
    const { name } = alarm("DecisionLatencyAlarm").metrics[0] ?? {}
    expect(datum).toMatchObject({ MetricName: name, Unit: observed.metrics.find((each) => each.name === name)?.unit })
    expect(isBreaching(alarm("DecisionLatencyAlarm"), { [String(name)]: Number(datum?.Values[0]) })).toBe(true)
    expect(datum?.Counts[0]).toBeGreaterThanOrEqual(1000)
  })
})

describe("the bill", () => {
  const bill = new Map(
    rows(page.slice(page.indexOf("## The bill"))).map(([what = "", ...cells]) => [what, cells.map(Number)]),
  )

  test("counts what the template deploys and the observer writes", () => {
    const names = new Set(observed.metrics.filter(({ dimensions }) => dimensions.length === 1).map(({ name }) => name))
    const decisions = new Set(
      observed.metrics.filter(({ name }) => name === "Decisions").map(({ line }) => `${line.outcome} ${line.reason}`),
    )
    const counted = {
      "metrics of alarms": alarms.flatMap(({ metrics }) => metrics).length,
      dashboard: 1,
      "metrics with the dimension `service` alone": names.size,
      "`Decisions` by outcome and reason, at most": decisions.size,
    }
    for (const [what, many] of Object.entries(counted)) expect(bill.get(what)?.[0], what).toBe(many)
  })

  test("multiplies rightly", () => {
    const priced = [...bill.values()].filter(([many]) => Number.isFinite(many))
    expect(priced).toHaveLength(4)
    for (const [many = 0, each = 0, sum = 0] of priced) expect(sum).toBeCloseTo(many * each, 10)
  })
})
