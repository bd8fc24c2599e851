import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compilePolicy } from "../../../src/policy.ts"
import { seeded, worth } from "../../support/seed.ts"
import { disjointTables, type Table, tables } from "./arbitraries.ts"
import { coverOf } from "./gateway.ts"
import { matchesText } from "./iam.ts"
import { meets } from "./rules.ts"
import { tally } from "./tally.ts"
import { configOf, everyone } from "./world.ts"

const population = everyone()
/** What an example looks like. */
const form = /^(?:[A-Z]+\/|\$connect$)/
const { count, of } = tally("refusals")

describe("refusals of a table", () => {
  it("name two routes that overlap, with rules that differ for somebody, and an example that both cover: 240 tables", () => {
    const property = fc.property(
      tables,
      fc.constantFrom("deny" as const, "authenticated" as const),
      (table, unmatched) => {
        const { conflicts } = compilePolicy(configOf(table, { unmatched }))
        for (const { routes, example, message, remedy } of conflicts) {
          count("conflicts")
          for (const text of [message, remedy]) if (text === "") expect(text).not.toBe("")
          if (!form.test(example)) expect(example).toMatch(form)
          const verdicts = routes.map((key) => {
            if (!(key in table)) return population.map(() => unmatched === "authenticated")
            const isCovered = coverOf(key).some((pattern) => matchesText(pattern, example))
            if (!isCovered) expect(isCovered, `${key} does not cover ${example}`).toBe(true)
            return population.map((person) => meets(person, table[key] ?? {}))
          })
          if (isDeepStrictEqual(verdicts[0], verdicts[1]))
            expect(verdicts[0], `${routes.join(" and ")} differ for nobody`).not.toEqual(verdicts[1])
        }
      },
    )
    fc.assert(property, seeded("conflicts", { numRuns: 240 }))
    expect(of("conflicts")).toBeGreaterThan(worth(100))
  })

  it("never meet a table without overlap: 120 tables", () => {
    const property = fc.property(disjointTables, (table) => {
      expect(compilePolicy(configOf(table)).conflicts).toEqual([])
    })
    fc.assert(property, seeded("disjoint", { numRuns: 120 }))
  })

  it("never meet a table with one rule for all: 120 tables", () => {
    const property = fc.property(tables, (table) => {
      const [rule] = Object.values(table)
      const same = Object.fromEntries(Object.keys(table).map((key) => [key, rule])) as Table
      expect(compilePolicy(configOf(same)).conflicts).toEqual([])
    })
    fc.assert(property, seeded("one rule", { numRuns: 120 }))
  })
})
