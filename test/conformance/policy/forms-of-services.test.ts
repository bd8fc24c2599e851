import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { seeded, worth } from "../../support/seed.ts"
import { services } from "./arbitraries.ts"
import { everyForm, shown } from "./forms.ts"
import { tally } from "./tally.ts"

const { count, of } = tally("forms of services")

describe("part 5, SR-143: every form of an answer, short or long, is right for every request that can share it", () => {
  it("tables of services", async () => {
    await fc.assert(everyForm(services, count), seeded("forms of tables of services", { numRuns: 120 }))
    expect(of("compiled")).toBeGreaterThan(worth(60))
  })

  it("the cases are worth something: every form allows and denies", () => {
    for (const form of shown) expect(of(form), form).toBeGreaterThan(worth(50))
  })
})
