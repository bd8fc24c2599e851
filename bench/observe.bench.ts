// What watching costs a decision: the deployed function's observer over the same request without one, each in a process of
// its own, because a deployed function is set one way only. Processor time, collections included, at the pace of a machine
// whose bare verification takes 15 µs: that is measured in turn with the rest. Exit code 1 when a figure is over its budget.
//
// Lines are encoded and go to the null device, one system call each, so that the pace of a reader is not measured.
import { fork } from "node:child_process"
import { once } from "node:events"
import { openSync, writeSync } from "node:fs"
import { cpus } from "node:os"
import { type AuthorizerConfig, createAuthorizer } from "../src/index.ts"
import { createPowertoolsObserver } from "../src/observe.ts"
import { bareMicros, bareVerifications } from "./pace.ts"
import { publish, quick, type ResultRow } from "./results.ts"
import { lowQuarter, median } from "./statistics.ts"
import { audience, benchKey, issuer, spoiledTokens, tokens } from "./tokens.ts"

/** Names of settings; absent options are the defaults. Without a setting there is no observer. */
const settings: { readonly [setting: string]: NonNullable<AuthorizerConfig["observe"]> | undefined } = {
  "no observer": undefined,
  observed: {},
  "observed, every decision recorded": { sampleAllows: 1 },
  "observed, every decision recorded and audited": { sampleAllows: 1, audit: "ocsf" },
  "observed, metrics of each decision written": { flushAfterSeconds: 0 },
}
const requests = ["an allow from the cache", "a refusal of an expired token"] as const

/** The most that a setting may add, microseconds. */
const budgets: { readonly [case_: string]: number } = {
  "an allow from the cache: observed": 5,
  "an allow from the cache: observed, every decision recorded": 60,
  "an allow from the cache: observed, every decision recorded and audited": 60,
  "a refusal of an expired token: observed": 60,
}
const key = benchKey("RS256")
const [processes, rounds, perRound] = quick ? [1, 40, 50] : [3, 40, 60]

const [request, setting] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
if (request === undefined || setting === undefined) await main()
else await child(request, setting)

async function main(): Promise<void> {
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${processes} processes each`)
  const measured = new Map<string, number[]>()
  const cases = requests.flatMap((each) => Object.keys(settings).map((name) => [each, name] as const))
  for (let turn = 0; turn < processes; turn++) {
    for (const [each, name] of turn % 2 === 0 ? cases : cases.toReversed()) {
      const micros = await measuredBy(each, name)
      measured.set(`${each}: ${name}`, [...(measured.get(`${each}: ${name}`) ?? []), micros])
    }
  }
  const rows: ResultRow[] = []
  for (const [each, name] of cases) {
    const bare = median(measured.get(`${each}: no observer`) ?? [])
    const value = median(measured.get(`${each}: ${name}`) ?? [])
    rows.push({ case: each, subject: name, value, unit: "us" })
    if (name === "no observer") continue
    const budget = budgets[`${each}: ${name}`]
    const added = value - bare
    rows.push({
      ...{ case: `${each}, added`, subject: name, value: added, unit: "us" },
      ...(budget === undefined ? {} : { budget, holds: added <= budget }),
    })
  }
  for (const { case: what, subject, value, budget, holds } of rows) {
    const allowed = budget === undefined ? "" : `  of ${budget}${holds === false ? "  DOES NOT HOLD" : ""}`
    console.log(`${what.padEnd(38)} ${subject.padEnd(48)} ${value.toFixed(2).padStart(8)} µs${allowed}`)
  }
  publish("observe", rows)
  const failed = rows.some(({ holds }) => holds === false)
  console.log(failed ? "over budget: see above" : "within budget")
  process.exitCode = failed && !quick ? 1 : 0 // a short run is too short to judge by
}

/** Runs this file again and takes what it sends: microseconds of one call, at the pace. */
async function measuredBy(each: string, name: string): Promise<number> {
  const measuring = fork(import.meta.filename, [each, name, ...(quick ? ["--quick"] : [])])
  let received: number | undefined
  measuring.on("message", (message) => {
    received = Number(message)
  })
  const [code] = await once(measuring, "close")
  if (received === undefined) throw new Error(`${each}, ${name}: ended with ${code} and without a result`)
  return received
}

async function child(each: string, name: string): Promise<void> {
  const nowhere = openSync("/dev/null", "w")
  process.stdout.write = (text: string | Uint8Array) => {
    writeSync(nowhere, text as string)
    return true
  }
  const handle = handlerOf(settings[name])
  const event = eventFor(each)
  const outcome = await handle(event).then(
    () => requests[0],
    () => requests[1],
  )
  if (outcome !== each) throw new Error(`${each}: it was something else`)
  const [times, bares]: [number[], number[]] = [[], []]
  const verifyBare = bareVerifications()
  for (let round = 0; round < 2 * rounds; round++) {
    const time = await processorTime(() => handle(event).catch(() => undefined))
    const bare = await processorTime(verifyBare)
    if (round < rounds) continue
    times.push(time)
    bares.push(bare)
  }
  process.send?.((lowQuarter(times) * bareMicros) / lowQuarter(bares), () => process.disconnect())
}

/** Of one call, microseconds: the mean of some. */
async function processorTime(call: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (let at = 0; at < perRound; at++) await call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / perRound
}

/** As in handlers/authorizer.ts. */
function handlerOf(observe: AuthorizerConfig["observe"]): (event: unknown) => Promise<unknown> {
  const config: AuthorizerConfig = {
    issuers: [{ provider: "oidc", issuer, audience, jwks: { keys: [key.jwk] } }],
    routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
    gateway: { resultTtlSeconds: 0 },
  }
  const silent = { recorded: () => Promise.resolve() }
  const observer = observe && createPowertoolsObserver()
  const { handler } = createAuthorizer({ ...config, ...(observe && { observe }) }, { ...(observer && { observer }) })
  const { recorded } = observer ?? silent
  const invocation = { awsRequestId: "00000000-0000-4000-8000-000000000001" }
  return async (event) => {
    try {
      return await handler(event, invocation)
    } finally {
      await recorded()
    }
  }
}

function eventFor(each: string): unknown {
  const [prepared] = each === requests[0] ? tokens(key, 1, 800) : spoiledTokens(key, 1, 800, "expired")
  const built = {
    version: "2.0",
    type: "REQUEST",
    routeArn: "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/$default/GET/orders/7",
    routeKey: "GET /orders/{id}",
    rawPath: "/orders/7",
    rawQueryString: "",
    headers: {
      authorization: `Bearer ${prepared?.token}`,
      "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    },
    requestContext: {
      ...{ accountId: "123456789012", apiId: "abc123def4", domainName: "api.example.com", stage: "$default" },
      ...{ requestId: "ZhNHJhhLjoEEPiw=", routeKey: "GET /orders/{id}", timeEpoch: 1 },
      http: { method: "GET", path: "/orders/7", protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "bench" },
    },
  }
  return JSON.parse(JSON.stringify(built)) // as the runtime parses it: with strings that are in one piece
}
