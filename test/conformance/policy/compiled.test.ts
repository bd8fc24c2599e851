import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compileConfiguration } from "../../../src/deployment.ts"
import { readRequest } from "../../../src/event/read.ts"
import { type Authorizer, ConfigurationError, loadFromEnvironment } from "../../../src/index.ts"
import { CodeNeeded } from "../../../src/policy/code-needed.ts"
import { type FirstForm, firstDecisions } from "../../../src/policy/first-decisions.ts"
import { restorePolicy } from "../../../src/policy/restored-policy.ts"
import type { TableForm } from "../../../src/policy/table-form.ts"
import type { Coverage } from "../../../src/types/coverage.ts"
import { clock } from "../../support/mint.ts"
import { seeded, worth } from "../../support/seed.ts"
import { services, smallTables, tables } from "./arbitraries.ts"
import { arriving, casesOf, settingsOf } from "./cases.ts"
import { tally } from "./tally.ts"
import { authorizerOf, bearerOf, configOf, eventOf } from "./world.ts"

const { count, of } = tally("compiled")

type Event = ReturnType<typeof eventOf>

/** The answer, or the text of what is thrown. */
const answerOf = ({ handler }: Authorizer, event: Event): Promise<unknown> =>
  handler(event).catch((error: unknown) => String(error))

/** The decision without what holds functions of its own. */
async function decisionOf({ decide }: Authorizer, event: Event): Promise<unknown> {
  const { outcome, reason, route, missing, principal } = await decide(event)
  return { outcome, reason, route, missing, principal }
}

describe("19.3: a start from the compiled form never changes a verdict", () => {
  it.each([
    ["any tables", tables, 30, ["token"]],
    ["tables of services, whose policies are shortened", services, 15, ["token"]],
    ["answers for one route", tables, 30, ["token", "context.httpMethod", "context.resourcePath"]],
  ] as const)("%s: every answer is the one of a fresh start", async (name, from, most, identitySources) => {
    const further = fc.array(fc.constantFrom("GET /else", "ANY /a/{proxy+}"), { maxLength: 1 })
    const property = fc.asyncProperty(casesOf(from, further), async (tested) => {
      const { table, people, kind } = tested
      const settings = settingsOf(tested)
      const config = configOf(table, { ...settings, gateway: { ...settings.gateway, identitySources } })
      let form: ReturnType<typeof compileConfiguration>
      try {
        form = compileConfiguration(config, "")
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error
        expect(() => authorizerOf(config)).toThrow(ConfigurationError)
        return count("refused")
      }
      const fresh = authorizerOf(config)
      const read = { form: JSON.parse(JSON.stringify(form)) }
      const compiled = await loadFromEnvironment({}, config, { clock }, read)
      for (const person of people) {
        for (const { request, chosen } of arriving(tested)) {
          const event = eventOf(kind, bearerOf(person), request, chosen)
          const answer = await answerOf(fresh, event)
          same(await answerOf(compiled, event), answer)
          same(await decisionOf(compiled, event), await decisionOf(fresh, event))
          count(`${name}: ${typeof answer === "string" ? "thrown" : "answered"}`)
        }
      }
    })
    await fc.assert(property, seeded(`compiled, ${name}`, { numRuns: most }))
    expect(of(`${name}: answered`)).toBeGreaterThan(worth((most * 5) / 3))
  })

  it.each([
    ["any tables", tables, 30],
    ["tables of services", services, 24],
    ["small tables, whose routes overlap", smallTables, 80],
  ] as const)("%s: each request is decided by a start of its own as by the table", async (name, from, most) => {
    const property = fc.asyncProperty(casesOf(from, fc.constant([])), async (tested) => {
      const config = configOf(tested.table, {
        ...{ ...settingsOf(tested), unmatched: "deny" },
        gateway: { resultTtlSeconds: 300, identitySources: ["token"] },
      })
      let form: ReturnType<typeof compileConfiguration>
      try {
        form = compileConfiguration(config, "")
      } catch {
        return
      }
      if (form?.first === undefined) return count(`${name}: whole`)
      const read = { form: JSON.parse(JSON.stringify(form)) }
      const { first, table } = read.form as { first: FirstForm; table: TableForm }
      const fresh = authorizerOf(config)
      const options = { routes: tested.table, unmatched: "deny", resourcePolicyAllows: false } as const
      const whole = restorePolicy({ ...options, api: undefined, byPath: false }, table, noShorter)
      for (const person of tested.people) {
        for (const { request, chosen } of arriving(tested)) {
          const event = eventOf(tested.kind, bearerOf(person), request, chosen)
          const compiled = await loadFromEnvironment({}, config, { clock }, read)
          const answer = JSON.stringify(await answerOf(fresh, event))
          expectAnswer(await answerOf(compiled, event), answer)
          // A request that the first decisions leave to the table, so that the same one is decided by that.
          await answerOf(compiled, eventOf(tested.kind, bearerOf(person), { ...request, path: "//" }, chosen))
          expectAnswer(await answerOf(compiled, event), answer)
          const { principal } = await fresh.decide(event)
          const asked = readRequest(event)
          if (principal === undefined || "refused" in asked) continue
          const decisions = firstDecisions(options, first, noTable)
          same(decisions.permitted(principal), whole.permitted(principal))
          const { covers, route, refused } = whole.decide(asked, principal)
          try {
            const decided = decisions.decide(asked, principal)
            same({ key: decided.route?.key, refused: decided.refused }, { key: route?.key, refused: undefined })
            same(decided.route?.configured, route?.configured)
            same(patternsOf(decided.covers), patternsOf(covers))
            count(`${name}: decided first`)
          } catch (error) {
            if (!(error instanceof CodeNeeded)) throw error
            count(`${name}: ${refused === undefined ? "left to the table, although it allows" : "left to the table"}`)
          }
        }
      }
    })
    await fc.assert(property, seeded(`first, ${name}`, { numRuns: most }))
    expect(of(`${name}: decided first`)).toBeGreaterThan(worth((most * 5) / 12))
    expect(of(`${name}: left to the table`)).toBeGreaterThan(worth((most * 5) / 24))
  })
})

/** `toEqual`, which takes most of the time of many thousand equal values: it is asked where they are not strictly so. */
function same(actual: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(actual, wanted)) expect(actual).toEqual(wanted)
}

function expectAnswer(answer: unknown, wanted: string): void {
  const text = JSON.stringify(answer)
  if (text !== wanted) expect(text).toBe(wanted)
}

const noShorter = () => Promise.reject(new Error("not loaded"))
const noTable = () => Promise.reject(new Error("not loaded"))

/** What an answer is written with, as far as it needs no other code. */
function patternsOf(covers: Coverage | undefined): unknown {
  if (covers === undefined) return undefined
  const { allow, deny, denyForms, denyIfRoom } = "form" in covers ? covers.form() : covers
  return { allow, deny, denyForms, denyIfRoom }
}
