import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { restRequest } from "../../test/support/events.ts"
import { quick } from "../machinery/bench.ts"
import type { ResultRow } from "../machinery/results.ts"
import { median, p10 } from "../machinery/statistics.ts"
import { benchKey, issuer, tokens } from "../subjects/tokens.ts"
import { awaited, growthOver } from "./growth.ts"
import { entry } from "./tokens.ts"

type Routes = NonNullable<AuthorizerConfig["routes"]>

const key = benchKey("RS256")
const issuers = [entry(issuer, key, [key.jwk])]
const modes: { readonly [name: string]: NonNullable<AuthorizerConfig["gateway"]> } = {
  "principal policies": { resultTtlSeconds: 300, identitySources: ["token"] },
  "route policies": { resultTtlSeconds: 300, identitySources: ["token", "route"] },
}

/** Ten routes per service, as people write them: collections, items, nested ones, a greedy rest. */
export function realistic(count: number): Routes {
  const services = Array.from({ length: count / 10 }, (_, service) => {
    const at = `/service-${service}`
    const read = { scopes: { any: [`service-${service}:read`, "all:read"] } }
    const write = { scopes: { any: [`service-${service}:write`, "all:write"] } }
    return {
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
    }
  })
  return Object.assign({}, ...services)
}

/** An answer for a warm principal with 10 and with 10,000 routes, and the compilation of a large table. */
export async function routeTables(): Promise<ResultRow[]> {
  const rows: ResultRow[] = []
  for (const [name, gateway] of Object.entries(modes)) {
    const sizes = [10, 10_000].map((size) => decisions(realistic(size), `${size.toLocaleString("en")} routes`, gateway))
    rows.push(...(await growthOver(`${name}, an answer`, await Promise.all(sizes))))
  }
  const routes = realistic(10_000)
  for (const [name, gateway] of Object.entries(modes)) rows.push(compilation(name, { issuers, routes, gateway }))
  return rows
}

/**
 * The same mix for every size: reads at the first service and at the last one. With an answer for all routes the caller
 * may read at the first service only: a policy of 10,000 routes would not fit.
 */
async function decisions(routes: Routes, name: string, gateway: NonNullable<AuthorizerConfig["gateway"]>) {
  const scope = gateway === modes["route policies"] ? "all:read" : "service-0:read"
  const [good] = tokens(key, 1, 800, { claims: { scope } })
  const reads = Object.keys(routes).filter((route) => route.startsWith("GET"))
  const events = [...reads.slice(0, 5), ...reads.slice(-5)].map((route) => {
    const template = route.slice("GET ".length)
    const event = restRequest(`Bearer ${good?.token}`, { path: template.replace(/\{[^}]*\}/g, "7"), template })
    return JSON.parse(JSON.stringify(event)) as unknown
  })
  // Some callers of 10,000 routes cannot be answered at once, which a configuration has to accept.
  const { handler, decide } = createAuthorizer({ issuers, routes, gateway: { ...gateway, tooLarge: "unavailable" } })
  const outcomes = await Promise.all(events.map(async (event) => (await decide(event)).outcome))
  if (outcomes[0] !== "allow" || outcomes.includes("unavailable")) throw new Error(`${name}: ${outcomes.join(", ")}`)
  return awaited(name, events, handler)
}

function compilation(name: string, config: AuthorizerConfig): ResultRow {
  const times = Array.from({ length: quick ? 1 : 5 }, () => {
    const started = performance.now()
    if (compilePolicy(config).worstCaseBytes <= 0) throw new Error("a table without a policy")
    return performance.now() - started
  })
  return { case: `compile ${name}`, subject: "10,000 routes", unit: "ms", value: p10(times), median: median(times) }
}
