import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { documentBytes, shortestBytes } from "../../../src/answer/document-sizes.ts"
import { compilePrincipalPolicy } from "../../../src/policy/decide.ts"
import { examiner } from "../../../src/policy/examine.ts"
import { boundSize } from "../../../src/policy/size-bound.ts"
import { searchSizes } from "../../../src/policy/size-search.ts"
import { sizesOf } from "../../../src/policy/table-sizes.ts"
import type { Coverage } from "../../../src/types/coverage.ts"
import type { Principal } from "../../../src/types/principal.ts"
import { seeded, worth } from "../../support/seed.ts"
import { services, smallTables, type Table, tables } from "./arbitraries.ts"
import type { Api } from "./expected.ts"
import type { Person } from "./rules.ts"
import { tally } from "./tally.ts"
import { everyone } from "./world.ts"

const { count, of } = tally("sizes")
const never = Number.POSITIVE_INFINITY

/** The ARN that sizes are counted for: longer stages take more. */
const arn = {
  ...{ partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abcdefghij" },
  ...{ stage: "twelve-chars", method: "GET" },
}
const bytes = documentBytes(arn)

/** Bytes of a coverage. Callers of the same permissions have the same one. */
const known = new WeakMap<Coverage, number>()
function bytesOf(coverage: Coverage): number {
  const size = known.get(coverage) ?? shortestBytes(arn, coverage)
  known.set(coverage, size)
  return size
}

const population = everyone()
const principalOf = ({ department, ...person }: Person): Principal => ({
  ...{ id: "", provider: "oidc", subject: "", expiresAt: 0, claims: { department } },
  ...person,
})

const casesOf = (from: fc.Arbitrary<Table>) =>
  fc.record({
    table: from,
    unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "authenticated"),
    resourcePolicyAllows: fc.constantFrom(false, false, false, true),
    byPath: fc.constantFrom(false, false, true),
    people: fc.array(fc.constantFrom(...population), { minLength: 12, maxLength: 12 }),
  })

describe("part 5: the bounds of a table's answers hold for every caller", () => {
  it.each([
    ["any tables", tables],
    ["small tables", smallTables],
    ["tables of services", services],
  ] as const)("%s: 125 tables", (name, from) => {
    const property = fc.property(casesOf(from), ({ table, people, ...api }) => {
      const policy = compilePrincipalPolicy({ routes: table, ...api, api: "rest" }, examiner)
      const [compiled] = policy.tables
      if (compiled === undefined || policy.conflicts.length > 0) return count("refused")
      const simple = sizesOf(compiled).byBranch(bytes)
      const bound = boundSize(compiled, bytes, never).bytes
      count(bound === never ? "no bound" : bound < simple ? "bound is lower" : "bound is no lower")
      for (const person of people) {
        const coverage = policy.covers(principalOf(person), "rest")
        if (coverage === undefined) continue
        const size = shortestBytes(arn, coverage)
        if (size > simple) expect(size, "the simple count").toBeLessThanOrEqual(simple)
        if (size > bound) expect(size, "the bound").toBeLessThanOrEqual(bound)
        count(size * 1.1 > Math.min(bound, simple) ? "near the bound" : "below the bound")
      }
    })
    fc.assert(property, seeded(`sizes of ${name}`, { numRuns: 125 }))
  })

  it("the bounds are worth something", () => {
    for (const what of ["bound is lower", "near the bound"]) expect(of(what)).toBeGreaterThan(worth(100))
  })
})

describe("part 5: the search finds a caller who cannot be answered wherever there is one", () => {
  it("of few permissions, by trying all combinations: 120 tables", () => {
    const property = fc.property(casesOf(services), ({ table, people: _, ...api }) => {
      const policy = compilePrincipalPolicy({ routes: table, ...api, api: "rest" }, examiner)
      if (policy.conflicts.length > 0) return
      const sizes = population.map((person) => {
        const coverage = policy.covers(principalOf(person), "rest")
        return coverage === undefined ? 0 : bytesOf(coverage)
      })
      const largest = Math.max(...sizes)
      if (largest === 0) return
      const search = (maxBytes: number) =>
        searchSizes(policy, {
          ...{ bytes, maxBytes, tries: 5000 },
          sizeOf: bytesOf,
          fits: (coverage) => bytesOf(coverage) <= maxBytes,
        })
      expect(search(largest)).toMatchObject({ tooLarge: undefined, isProven: true })
      const { tooLarge } = search(largest - 1)
      expect(tooLarge?.bytes).toBe(largest)
      count("found")
    })
    fc.assert(property, seeded("search", { numRuns: 120 }))
    expect(of("found")).toBeGreaterThan(worth(50))
  })
})
