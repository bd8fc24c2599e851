import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { seeded, worth } from "../../support/seed.ts"
import { tables } from "./arbitraries.ts"
import { casesOf } from "./cases.ts"
import { judge } from "./judge.ts"
import { tally } from "./tally.ts"

const none = fc.constant<string[]>([])
const { count, of } = tally("answers for listed routes")

describe("P1, SR-143: an answer is right for every request that can share its cache entry", () => {
  it("where the table names every route: 320 tables", async () => {
    const property = fc.asyncProperty(casesOf(tables, none), (tested) => judge(tested, count))
    await fc.assert(property, seeded("listed", { numRuns: 320 }))
    for (const what of ["tables compiled", "tables refused"]) expect(of(what)).toBeGreaterThan(worth(100))
    for (const what of ["allow: allow", "deny: forbidden"]) expect(of(what)).toBeGreaterThan(worth(500))
    expect(of("slash refused")).toBeLessThan(of("allow: allow") / 200)
  })
})
