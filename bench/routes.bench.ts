// What a route table costs: a decision for a warm principal from 10 to 10,000 routes, the compilation of a large table,
// the search for conflicts in it, and a policy document that is remembered. Exit code 1 when a figure is over its budget.
import { sign } from "node:crypto"
import { cpus } from "node:os"
import { type AuthorizerConfig, createAuthorizer } from "../src/index.ts"
import { compilePolicy } from "../src/policy.ts"
import { createVerifier } from "../src/verify.ts"
import { bareVerifications, paceOf } from "./pace.ts"
import { publish, type ResultRow } from "./results.ts"
import { median } from "./statistics.ts"
import { audience, benchKey, issuer } from "./tokens.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

type Routes = NonNullable<AuthorizerConfig["routes"]>
type Event = { readonly [name: string]: unknown }

/** Microseconds, at the pace of a machine whose bare verification takes `bareMicros`. */
const mostOfADocument = 1
const sizes = [10, 100, 1000, 10_000]
const key = benchKey("RS256")
const issuers: AuthorizerConfig["issuers"] = [{ provider: "oidc", issuer, audience, jwks: { keys: [key.jwk] } }]
const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"

/** Ten routes per service, as people write them: collections, items, nested ones, a greedy rest. */
function realistic(count: number): Routes {
  const routes: { [routeKey: string]: object } = {}
  for (let service = 0; Object.keys(routes).length < count; service++) {
    const at = `/service-${service}`
    const read = { scopes: { any: [`service-${service}:read`, "all:read"] } }
    const write = { scopes: { any: [`service-${service}:write`, "all:write"] } }
    Object.assign(routes, {
      [`GET ${at}/orders`]: read,
      [`POST ${at}/orders`]: write,
      [`GET ${at}/orders/{id}`]: read,
      [`PUT ${at}/orders/{id}`]: write,
      [`DELETE ${at}/orders/{id}`]: write,
      [`GET ${at}/orders/{id}/items`]: read,
      [`POST ${at}/orders/{id}/items`]: write,
      [`GET ${at}/orders/{id}/items/{item}`]: read,
      [`GET ${at}/health`]: read,
      [`ANY ${at}/files/{path+}`]: { roles: [`files-${service % 7}`] },
    })
  }
  return routes
}

/** Everything overlaps with everything below one area: parameters in front, catch-alls, and rules that differ. */
function tangled(count: number): Routes {
  const routes: { [routeKey: string]: object } = { "ANY /{rest+}": { roles: ["admin"] } }
  for (let i = 0; Object.keys(routes).length < count; i++) {
    routes[`GET /{tenant}/area-${i % 100}/{id}/x-${i}`] = { scopes: [`s-${i % 5}`] }
    routes[`ANY /{tenant}/area-${i % 100}/y-${i}/{rest+}`] = { scopes: [`s-${i % 3}`] }
  }
  return routes
}

const principalMode = { resultTtlSeconds: 300, identitySources: ["token"] }
const routeMode = { resultTtlSeconds: 300, identitySources: ["token", "route"] }
const configOf = (routes: Routes, gateway: AuthorizerConfig["gateway"] & object): AuthorizerConfig => ({
  issuers,
  routes,
  gateway,
})

/** Bearer of a caller with scopes. */
function bearerOf(scope: string): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: audience, sub: "auth0|bench", scope, iat: now, exp: now + 86_400 }
  const text = [{ alg: key.alg, kid: key.jwk.kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".")
  return `Bearer ${text}.${sign(key.digest, Buffer.from(text), key.privateKey).toString("base64url")}`
}

function eventOf(bearer: string, method: string, template: string, index: number): Event {
  const path = template.replace(/\{[^}]*\}/g, `id-${index}`)
  const context = { accountId: "123456789012", apiId: "abc123def4", stage: "prod", httpMethod: method }
  return {
    type: "REQUEST",
    methodArn: `${stage}/${method}${path}`,
    resource: template,
    path,
    httpMethod: method,
    headers: { Authorization: bearer },
    multiValueHeaders: { Authorization: [bearer] },
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    pathParameters: {},
    stageVariables: {},
    requestContext: { ...context, resourceId: "w567jh", resourcePath: template, requestId: "r", identity: {} },
  }
}

/** Reads at the first service and at the last one, and writes at the last: the same mix for every size. */
function eventsOf(routes: Routes, bearer: string): Event[] {
  const first = Object.keys(routes).slice(0, 10)
  const last = Object.keys(routes).slice(-10)
  const chosen = [...first.filter((key) => key.startsWith("GET")), ...last.filter((key) => !key.startsWith("ANY"))]
  return chosen.map((key, index) => {
    const [method = "", template = ""] = key.split(" ")
    return eventOf(bearer, method, template, index)
  })
}

const millis = (work: () => unknown): number => {
  const started = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - started) / 1e6
}
let good = true
const rows: ResultRow[] = []
let title = ""

/** Prints one figure beside its budget. */
function figure(name: string, value: number, unit: string, most?: number): void {
  const holds = most === undefined ? {} : { budget: most, holds: value <= most }
  if (holds.holds === false) good = false
  const row = { case: `${title}${name}`, subject: "hallpass" }
  if (unit === "×") rows.push({ ...row, value, unit: "count", ratio: value, ratioTo: "10 routes", ...holds })
  else rows.push({ ...row, value, unit: unit === "µs" ? "us" : "ms", ...holds })
  console.log(
    `  ${name.padEnd(58)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(3)}${most === undefined ? "" : ` budget ${Number(most.toFixed(2))}`}`,
  )
}

/** Microseconds of one answer, for every size; the sizes take turns within each round. */
async function decisions(name: string, gateway: AuthorizerConfig["gateway"] & object, scope: string): Promise<void> {
  const [rounds, perRound] = [11, 20_000]
  const bearer = bearerOf(scope)
  const subjects = sizes.map((size) => {
    const routes = realistic(size)
    const { handler, decide } = createAuthorizer(configOf(routes, gateway))
    return { size, handler, decide, events: eventsOf(routes, bearer), times: [] as number[] }
  })
  for (const { size, decide, events } of subjects) {
    // Right before fast: each event is decided as meant before it is timed.
    const outcomes = await Promise.all(events.map(async (event) => (await decide(event)).outcome))
    const allowed = outcomes.filter((outcome) => outcome === "allow").length
    if (allowed === 0 || outcomes.some((outcome) => outcome !== "allow" && outcome !== "forbidden")) {
      throw new Error(`${name}, ${size} routes: ${outcomes.join(", ")}`)
    }
  }
  for (let round = -2; round < rounds; round++) {
    for (const { handler, events, times } of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const started = process.hrtime.bigint()
      for (let i = 0; i < perRound; i++) await handler(events[i % events.length])
      if (round >= 0) times.push(Number(process.hrtime.bigint() - started) / 1000 / perRound)
    }
  }
  console.log(`${name}: an answer for a warm principal`)
  title = `${name}, `
  for (const { size, times } of subjects) figure(`${size.toLocaleString("en")} routes`, median(times), "µs")
  const [least, most] = [subjects[0], subjects.at(-1)].map((subject) => median(subject?.times ?? []))
  figure("10,000 routes / 10 routes", (most ?? Number.NaN) / (least ?? Number.NaN), "×", 2)
}

/** Milliseconds of compilation, without and with the search for conflicts; the median of a few. */
function compilation(name: string, routes: Routes, runs: number): void {
  let found = 0
  const times = (gateway: AuthorizerConfig["gateway"] & object): number =>
    median(
      Array.from({ length: runs }, () =>
        millis(() => {
          const { conflicts, exposed, worstCaseBytes } = compilePolicy(configOf(routes, gateway))
          if (exposed.length < 0 || worstCaseBytes <= 0) throw new Error("a table without a policy")
          found = conflicts.length
        }),
      ),
    )
  const plain = times(routeMode)
  const whole = times(principalMode)
  console.log(`${name}: ${Object.keys(routes).length} routes, ${found} conflicts`)
  title = `${name}, ${Object.keys(routes).length.toLocaleString("en")} routes: `
  figure("compile, route policies", plain, "ms", 1000)
  figure("compile, principal policies with the search for conflicts", whole, "ms", 5000)
}

/** Microseconds of a document that was made before. */
async function remembered(): Promise<void> {
  const [rounds, perRound] = [11, 200_000]
  const bare = bareVerifications()
  const { verify } = createVerifier({ issuers })
  const principal = await verify(bearerOf("service-0:read service-0:write").slice(7))
  for (const [name, gateway, size] of [
    ["principal policy, 10 routes", principalMode, 10],
    ["principal policy, 10,000 routes", principalMode, 10_000],
    ["route policy, 10,000 routes", routeMode, 10_000],
  ] as const) {
    const policy = compilePolicy(configOf(realistic(size), gateway))
    const arn = `${stage}/GET/service-0/orders/7`
    const first = JSON.stringify(policy.document(principal, arn))
    if (!first.includes("service-0/orders/")) throw new Error(`${name}: the document does not allow what it should`)
    const times: number[] = []
    for (let round = -2; round < rounds; round++) {
      const micros =
        (millis(() => {
          for (let i = 0; i < perRound; i++) policy.document(principal, arn)
        }) *
          1000) /
        perRound
      if (round >= 0) times.push(micros)
    }
    if (JSON.stringify(policy.document(principal, arn)) !== first) throw new Error(`${name}: the document changed`)
    // A document for one route is looked up after the route is found, so only the other figure is the look-up alone.
    const most = mostOfADocument * paceOf(bare)
    figure(`remembered document, ${name}`, median(times), "µs", gateway === principalMode ? most : undefined)
  }
}

console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}`)
await decisions("principal policies", principalMode, "service-0:read")
await decisions("route policies", routeMode, "all:read")
compilation("a realistic table", realistic(10_000), 3)
compilation("a tangled table", tangled(100), 1)
console.log("documents")
title = ""
await remembered()
console.log(good ? "within budget" : "over budget: see above")
publish("routes", rows)
process.exitCode = good ? 0 : 1
