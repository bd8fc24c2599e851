import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { documentBytes, shortestBytes } from "../../../src/answer/document-sizes.ts"
import { compilePrincipalPolicy } from "../../../src/policy/decide.ts"
import { examiner } from "../../../src/policy/examine.ts"
import { boundSize } from "../../../src/policy/size-bound.ts"
import { searchSizes } from "../../../src/policy/size-search.ts"
import { sizesOf } from "../../../src/policy/table-sizes.ts"
import { disjointTables, smallTables, type Table, tables } from "./arbitraries.ts"

// A bound that is larger than it was refuses tables that fit, or has the start look at more callers. Smaller is better.

/** Seed and count are fixed in every mode: the cases are those of known-bounds.txt. */
const drawn = { seed: 20_261_131, numRuns: 12 }
const cases = fc.oneof(
  { arbitrary: disjointTables, weight: 5 },
  { arbitrary: smallTables, weight: 1 },
  { arbitrary: tables, weight: 1 },
)
const arn = {
  ...{ partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abcdefghij" },
  ...{ stage: "twelve-chars", method: "GET" },
}
const bytes = documentBytes(arn)
const never = Number.POSITIVE_INFINITY

/** The table below a path, and copies of it with a scope of their own. */
function enlarged(table: Table, { below, times }: { readonly below: string; readonly times: number }): Table {
  const at = (path: string): readonly (readonly [string, Table[string]])[] =>
    Object.entries(table).map(([key, rule]) => [key.replace(" /", ` ${path}/`).replace(/(?<=.)\/$/, ""), rule])
  const copies = Array.from({ length: times }, (_, copy) =>
    at(`${below}/copy-${copy}`).map(
      ([key, rule], place) => [key, place % 3 === 0 ? { scopes: [`s${copy % 9}`] } : rule] as const,
    ),
  )
  const own = below === "" ? [] : [[`PUT ${below}`, { scopes: ["s0"] }] as const]
  return Object.fromEntries(
    [...own, ...at(below), ...copies.flat()].map(([key, rule]) => [key.replace(/ $/, " /"), rule]),
  )
}

const settings = [
  { below: "", times: 0, resourcePolicyAllows: false, isDefault: false },
  { below: "/v1", times: 2, resourcePolicyAllows: false, isDefault: false },
  { below: "/v1", times: 12, resourcePolicyAllows: true, isDefault: false },
  { below: "", times: 14, resourcePolicyAllows: false, isDefault: false },
  { below: "", times: 0, resourcePolicyAllows: false, isDefault: true },
] as const

function lineOf(table: Table, { resourcePolicyAllows, isDefault, ...size }: (typeof settings)[number]): string {
  const routes = { ...enlarged(table, size), ...(isDefault && { $default: { scopes: ["s1"] } }) }
  const options = { routes, api: isDefault ? "http" : "rest", byPath: false, unmatched: "deny" } as const
  const policy = compilePrincipalPolicy({ ...options, resourcePolicyAllows }, examiner)
  const [compiled] = policy.tables
  if (compiled === undefined || policy.conflicts.length > 0) return `${policy.conflicts.length} conflicts`
  const bound = boundSize(compiled, bytes, never)
  const simple = sizesOf(compiled).byBranch(bytes)
  const searched = [simple, bound.bytes, bound.bytes / 2].map((limit) => {
    const maxBytes = Math.floor(Math.min(limit, 60_000)) - 1
    const { tooLarge, isProven, tried } = searchSizes(policy, {
      ...{ bytes, maxBytes, tries: 12 },
      sizeOf: (coverage) => shortestBytes(arn, coverage),
      fits: (coverage) => shortestBytes(arn, coverage) <= maxBytes,
    })
    return `${tooLarge ? `${tooLarge.bytes} of ${tooLarge.permissions}` : "all fit"}${isProven ? "" : ", not proven"} (${tried})`
  })
  return `at most ${simple}, at most ${bound.bytes} for ${bound.met.size} rules; ${searched.join("; ")}`
}

describe("bounds and the search for callers who are answered too much are as they were", () => {
  it("in the file known-bounds.txt, which `npx vitest run -u` writes anew", async () => {
    const lines = fc
      .sample(cases, drawn)
      .flatMap((table, at) => [
        `${at + 1}: ${Object.keys(table).join(", ")}`,
        ...settings.map((setting) => `  ${lineOf(table, setting)}`),
      ])
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("known-bounds.txt")
  })
})
