import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compileConfiguration } from "../../../src/deployment.ts"
import { type Authorizer, ConfigurationError, createAuthorizer, loadFromEnvironment } from "../../../src/index.ts"
import { clock } from "../../support/mint.ts"
import { seeded, worth } from "../../support/seed.ts"
import { services, tables } from "./arbitraries.ts"
import { arriving, casesOf, settingsOf } from "./cases.ts"
import { tally } from "./tally.ts"
import { bearerOf, configOf, eventOf } from "./world.ts"

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
    ["any tables", tables, 300, ["token"]],
    ["tables of services, whose policies are shortened", services, 60, ["token"]],
    ["answers for one route", tables, 100, ["token", "context.httpMethod", "context.resourcePath"]],
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
        expect(() => createAuthorizer(config, { clock })).toThrow(ConfigurationError)
        return count("refused")
      }
      const fresh = createAuthorizer(config, { clock })
      const read = { form: JSON.parse(JSON.stringify(form)) }
      const compiled = await loadFromEnvironment({}, config, { clock }, read)
      for (const person of people) {
        for (const { request, chosen } of arriving(tested)) {
          const event = eventOf(kind, bearerOf(person), request, chosen)
          const answer = await answerOf(fresh, event)
          expect(await answerOf(compiled, event)).toEqual(answer)
          expect(await decisionOf(compiled, event)).toEqual(await decisionOf(fresh, event))
          count(`${name}: ${typeof answer === "string" ? "thrown" : "answered"}`)
        }
      }
    })
    await fc.assert(property, seeded(`compiled, ${name}`, { numRuns: most }))
    expect(of(`${name}: answered`)).toBeGreaterThan(worth(100))
  })
})
