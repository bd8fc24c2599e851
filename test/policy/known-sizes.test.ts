import { describe, expect, it } from "vitest"
import type { AuthorizerConfig, RouteRule } from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { manyResources } from "../support/tables.ts"
import known from "./known-sizes.json" with { type: "json" }

type Routes = { readonly [key: string]: RouteRule }
type Gateway = NonNullable<AuthorizerConfig["gateway"]>

const scoped = (keys: readonly string[], scopes: (at: number) => string): Routes =>
  Object.fromEntries(keys.map((key, at) => [key, { scopes: [scopes(at)] }]))
const numbered = (count: number, key: (at: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, at) => key(at))
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
const third = (at: number): string => ["a", "b", "c"][at % 3] as string

const services = scoped(
  numbered(40, (at) => `ANY /svc-${at}/{proxy+}`),
  (at) => `s${at % 8}`,
)
const teams: Routes = {
  ...scoped(
    numbered(24, (at) => `${methods[at % 5]} /api/v2/teams/{id}/part-${at % 9}/${at}`),
    (at) => (at % 4 === 0 ? "b" : "a"),
  ),
  ...scoped(
    numbered(12, (at) => `GET /api/v2/teams/{id}/admin/secret-${at}`),
    () => "c",
  ),
  "GET /api/v2/teams/{id}/admin": { scopes: ["a"] },
  "ANY /api/v2/teams/{id}": { scopes: ["a"] },
  "DELETE /api/v2/teams/{id}": { scopes: ["c"] },
}
const reports = scoped(
  [
    ...numbered(30, (at) => `GET /reports/of-the-year/forbidden-${at}`),
    ...numbered(20, (at) => `GET /reports/of-the-year/permitted-${at}`),
  ],
  (at) => (at < 30 ? "b" : "a"),
)
const mixed = scoped(
  numbered(36, (at) => `${methods[at % 5]} /${["orders", "users", "files"][at % 3]}/${at % 2 ? "{id}/" : ""}x${at}`),
  third,
)
const byRoute: Gateway = { identitySources: ["token", "route"], api: "rest" }

const tables: { readonly [name: string]: readonly [routes: Routes, gateway?: Gateway, open?: true] } = {
  "15 resources": [manyResources(15)],
  "15 resources, and a resource policy allows": [manyResources(8), { resourcePolicyAllows: true }],
  "30 resources": [manyResources(30), { tooLarge: "unavailable" }],
  services: [services],
  "services, and a resource policy allows": [services, { resourcePolicyAllows: true }],
  teams: [teams],
  "teams, and a resource policy allows": [teams, { resourcePolicyAllows: true }],
  reports: [reports],
  "reports, and a resource policy allows": [reports, { resourcePolicyAllows: true }],
  mixed: [mixed],
  "mixed, and more than the table": [mixed, {}, true],
  "mixed, beside a catch-all": [{ ...mixed, $default: { scopes: ["a"] } }],
  "mixed, answers for one route": [{ ...mixed, "ANY /{proxy+}": { scopes: ["c"] } }, byRoute],
  "teams, answers for one route": [
    { ...teams, $default: { scopes: ["b"] } },
    { ...byRoute, api: "http" },
  ],
  "one rule": [
    scoped(
      numbered(30, (at) => `GET /r${at}/{id}`),
      () => "a",
    ),
  ],
}

const stage = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod"
const callerOf = (scopes: readonly string[]): object => ({
  ...{ id: "i|s", issuer: "i", subject: "s", kind: "user", roles: [], groups: [], permissions: [], claims: {} },
  scopes,
})

/** Bytes of the answer, and how many Resources it allows and denies. */
function sizeOf(policy: ReturnType<typeof compilePolicy>, scopes: readonly string[], request: string): string {
  try {
    const document = policy.document(callerOf(scopes) as never, `${stage}/${request}`)
    const count = (effect: string): number =>
      document.Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Resource }) => Resource).length
    return `${Buffer.byteLength(JSON.stringify(document))} bytes, ${count("Allow")} allowed, ${count("Deny")} denied`
  } catch (error) {
    return (error as Error).name
  }
}

function sizesOf([routes, gateway = {}, open]: (typeof tables)[string]): object {
  const policy = compilePolicy({ routes, gateway, ...(open && { unmatched: "authenticated" }) })
  const scopes = [...new Set(Object.values(routes).flatMap(({ scopes: each }) => each as readonly string[]))].sort()
  const [key = ""] = Object.keys(routes)
  const first = key
    .replace("ANY", "GET")
    .replace(" ", "")
    .replace(/\{[^}]*\}/g, "7")
  const requests = policy.mode === "route" ? [first, "GET/other/thing"] : [first]
  const callers = {
    "no scope": [],
    "the first scope": scopes.slice(0, 1),
    "every second scope": scopes.filter((_, at) => at % 2 === 0),
    "all but the last": scopes.slice(0, -1),
    "every scope": scopes,
  }
  const { worstCaseBytes, conflicts } = policy
  const { tooLarge, ...search } = policy.searchSizes() ?? {}
  return {
    ...{ worstCaseBytes, conflicts: conflicts.length, search, tooLarge: tooLarge?.replace(/; .*/, "") },
    answers: Object.fromEntries(
      Object.entries(callers).map(([who, has]) => [who, requests.map((each) => sizeOf(policy, has, each)).join("; ")]),
    ),
  }
}

/** A change of these numbers is a change of answers. Smaller is better. */
describe("13.5: sizes of known tables are as they were", () => {
  it.each(Object.entries(tables))("%s", (name, table) => {
    expect(JSON.parse(JSON.stringify(sizesOf(table)))).toEqual((known as { [name: string]: object })[name])
  })
})
