import { compilePolicy } from "../../src/policy.ts"
import { manyResources } from "../../test/support/tables.ts"
import { quick } from "../machinery/bench.ts"
import type { ResultRow } from "../machinery/results.ts"
import { median, p10, pseudoRandom } from "../machinery/statistics.ts"
import { heapMegabytes } from "./growth.ts"

const combinations = quick ? 2000 : 100_000
const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET/v1/orders"
const caller = {
  id: "i|s",
  issuer: "i",
  subject: "s",
  kind: "user",
  roles: [],
  groups: [],
  permissions: [],
  claims: {},
}

/** What a combination of permissions costs at first, and in memory; and the policies of usual callers: 6 KB fit. */
export function permissions(): readonly ResultRow[] {
  const { scopes, document } = table(14)
  const random = pseudoRandom(7)
  const ask = (): number => {
    const chosen = scopes.filter(() => random() < 0.4)
    const started = performance.now()
    document(chosen)
    return performance.now() - started
  }
  const before = heapMegabytes()
  for (let warm = 0; warm < 500; warm++) ask()
  const times = Array.from({ length: combinations }, ask)
  const value = heapMegabytes() - before
  const of = { subject: "98 routes" }
  return [
    { ...of, case: "a new combination of permissions", unit: "ms", value: p10(times), median: median(times) },
    { ...of, case: `${combinations} combinations of permissions, heap growth`, unit: "MB", value },
    ...[15, 30].flatMap(sizes),
  ]
}

function sizes(resources: number): readonly ResultRow[] {
  const { scopes, document } = table(resources)
  const random = pseudoRandom(3)
  const callers: { readonly [name: string]: (scope: string) => boolean } = {
    "all read": (scope) => scope.endsWith(":read"),
    "read and write": (scope) => !scope.endsWith(":admin"),
    "a third at random": () => random() < 1 / 3,
  }
  return Object.entries(callers).map(([subject, has]) => {
    const value = Buffer.byteLength(JSON.stringify(document(scopes.filter(has)))) / 1024
    return { case: `policy of ${resources * 7} routes`, subject, unit: "KB", value }
  })
}

function table(resources: number) {
  const routes = manyResources(resources)
  const policy = compilePolicy({ routes, gateway: { tooLarge: "unavailable" } })
  const scopes = [...new Set(Object.values(routes).flatMap((rule) => rule.scopes as readonly string[]))]
  return { scopes, document: (has: readonly string[]) => policy.document({ ...caller, scopes: has } as never, arn) }
}
