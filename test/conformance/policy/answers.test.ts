import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { seeded, worth } from "../../support/seed.ts"
import { persons, type Rule, routeKey, type Table, tables } from "./arbitraries.ts"
import { arriving, casesOf, settingsOf } from "./cases.ts"
import { evaluate } from "./iam.ts"
import { judge } from "./judge.ts"
import { meets } from "./rules.ts"
import { tally } from "./tally.ts"
import { arnOf, authorizerUnlessConflicts, bearerOf, configOf, documentOf, eventOf } from "./world.ts"

const some = fc.array(
  routeKey.filter((key) => key !== "$connect"),
  { minLength: 1, maxLength: 2 },
)
const { count, of } = tally("answers")

describe("P1, SR-143: an answer is right for every request that can share its cache entry", () => {
  it("where the API has further routes: 150 tables", async () => {
    const property = fc.asyncProperty(casesOf(tables, some), (tested) => judge(tested, count))
    await fc.assert(property, seeded("unlisted", { numRuns: 150 }))
    expect(of("unlisted: allowed")).toBeGreaterThan(worth(4))
    expect(of("unlisted: denied")).toBeGreaterThan(worth(20))
  })

  it("for $connect, beside routes of any other kind: 60 tables", async () => {
    const rules = fc.constantFrom<Rule[]>({}, { scopes: ["read"] })
    await fc.assert(
      fc.asyncProperty(tables, rules, persons, async (table, $connect, person) => {
        const config = configOf({ ...table, $connect }, { gateway: { resultTtlSeconds: 300 } })
        const authorizer = authorizerUnlessConflicts(config)
        if (authorizer === undefined) return
        count("$connect")
        const { decide, handler } = authorizer
        const event = eventOf("websocket", bearerOf(person), { method: "", path: "" }, "$connect")
        const isAllowed = meets(person, $connect)
        expect((await decide(event)).outcome).toBe(isAllowed ? "allow" : "forbidden")
        expect(evaluate(documentOf(await handler(event)), arnOf(event)) === "allow").toBe(isAllowed)
      }),
      seeded("$connect", { numRuns: 60 }),
    )
    expect(of("$connect")).toBeGreaterThan(worth(20))
  })
})

describe("P3: no answer is silent where it should deny", () => {
  // A forbidden route beside a resource policy that allows is looked at in P1.
  it("who may call nothing is denied the whole stage explicitly: 90 tables", async () => {
    const property = fc.asyncProperty(casesOf(tables, some), async (tested) => {
      const { table, people, unmatched, kind } = tested
      const config = configOf(table as Table, settingsOf(tested))
      if (unmatched === "authenticated") return
      const authorizer = authorizerUnlessConflicts(config)
      if (authorizer === undefined) return
      const { handler } = authorizer
      for (const person of people) {
        if (Object.values(table).some((rule) => meets(person, rule))) continue
        for (const { request, chosen } of arriving(tested)) {
          const event = eventOf(kind, bearerOf(person), request, chosen)
          const answer = await handler(event).catch(() => undefined)
          if (answer === undefined) continue
          count("wholly denied")
          const elsewhere = eventOf(kind, "", { method: "PATCH", path: "/else" }, chosen)
          for (const each of [event, elsewhere]) expect(evaluate(documentOf(answer), arnOf(each))).toBe("deny")
        }
      }
    })
    await fc.assert(property, seeded("wholly denied", { numRuns: 90 }))
    expect(of("wholly denied")).toBeGreaterThan(worth(20))
  })
})
