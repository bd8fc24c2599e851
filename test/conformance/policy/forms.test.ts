import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { seeded, worth } from "../../support/seed.ts"
import { smallTables, tables } from "./arbitraries.ts"
import { everyForm, shown } from "./forms.ts"
import { tally } from "./tally.ts"

const { count, of } = tally("forms")

describe("part 5, SR-143: every form of an answer, short or long, is right for every request that can share it", () => {
  it.each([
    ["any tables", tables, 64],
    ["small tables", smallTables, 32],
  ] as const)("%s", async (name, from, numRuns) => {
    await fc.assert(everyForm(from, count), seeded(`forms of ${name}`, { numRuns }))
    expect(of("compiled")).toBeGreaterThan(worth(30))
  })

  it("the cases are worth something: every form allows and denies", () => {
    for (const form of shown) expect(of(form), form).toBeGreaterThan(worth(25))
  })
})
