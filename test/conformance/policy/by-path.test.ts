import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuthorizerConfig, PolicyDocument } from "../../../src/index.ts"
import { seeded, worth } from "../../support/seed.ts"
import { type Asked, anyMethod, persons, requests, respelled, tables } from "./arbitraries.ts"
import { type Api, expected, isAmbiguous, mayRefuseSlash, someSpellingIsForbidden } from "./expected.ts"
import { methods } from "./gateway.ts"
import { evaluate } from "./iam.ts"
import type { Person } from "./rules.ts"
import { tally } from "./tally.ts"
import {
  arnOf,
  authorizerUnlessConflicts,
  bearerOf,
  configOf,
  documentOf,
  eventOf,
  type HttpKind,
  httpKinds,
} from "./world.ts"

const { count, of } = tally("by path")

const modes: { readonly [name: string]: NonNullable<AuthorizerConfig["gateway"]> } = {
  "a principal policy": {},
  "TTL 0": { resultTtlSeconds: 0 },
  "path and method in the key": { identitySources: ["token", "context.path", "context.httpMethod"] },
}

interface Case extends Api {
  readonly kind: HttpKind
  /** The one route of the API. */
  readonly single: string
  readonly people: readonly Person[]
  readonly asked: readonly Asked[]
}

const cases: fc.Arbitrary<Case> = tables.chain((table) =>
  fc.record({
    table: fc.constant(table),
    kind: fc.constantFrom(...(Object.keys(httpKinds) as HttpKind[])),
    single: fc.constantFrom("$default", "ANY /{proxy+}"),
    unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "authenticated"),
    people: fc.array(persons, { minLength: 2, maxLength: 2 }),
    asked: fc.array(
      fc
        .tuple(requests(Object.keys(table)), respelled, anyMethod, fc.nat({ max: 5 }))
        .map(([{ method, path }, change, other, odd]) => ({
          method: odd === 0 ? other : method,
          path: change(path).replace(/^(?!\/)/, "/"),
        })),
      { minLength: 6, maxLength: 6 },
    ),
  }),
)

function problemOf(tested: Case, person: Person, asked: Asked, allowed: boolean): string | undefined {
  const order = httpKinds[tested.kind]
  if (allowed && !methods.includes(asked.method)) return "allows a method that nobody knows"
  if (allowed && someSpellingIsForbidden(tested, person, asked, order)) return "allows a spelling of a forbidden route"
  if (isAmbiguous(asked.path) || !methods.includes(asked.method)) return undefined
  const isMeant = expected(tested, person, asked, order) === "allow"
  if (allowed === isMeant || (isMeant && mayRefuseSlash(tested, person, asked))) return undefined
  return isMeant ? "refuses what the table allows" : "allows what the table refuses"
}

describe("2.9: where the path decides, any method and any spelling behind one catch-all", () => {
  it.each(Object.entries(modes))("%s: 110 tables", async (name, mode) => {
    const judge = async (tested: Case): Promise<void> => {
      const { table, unmatched, kind, single, people } = tested
      if (kind === "rest-token" && name === "path and method in the key") return
      const config = configOf(table, { unmatched, gateway: { ...mode, matchBy: "path" } })
      const authorizer = authorizerUnlessConflicts(config)
      if (authorizer === undefined) return count("refused")
      const { decide, handler } = authorizer
      for (const person of people) {
        const documents: PolicyDocument[] = []
        const arrived: { readonly asked: Asked; readonly arn: string; readonly outcome: string }[] = []
        for (const asked of tested.asked) {
          const event = eventOf(kind, bearerOf(person), asked, single)
          const { outcome, reason } = await decide(event)
          const at = (): string => `${asked.method} ${JSON.stringify(asked.path)}: ${reason}`
          if (outcome === "unavailable") expect(outcome, at()).not.toBe("unavailable")
          const own = documentOf(await handler(event))
          const isAllowed = evaluate(own, arnOf(event)) === "allow"
          if (isAllowed !== (outcome === "allow")) expect(isAllowed, at()).toBe(outcome === "allow")
          const problem = problemOf(tested, person, asked, outcome === "allow")
          if (problem !== undefined) expect(problem, at()).toBe(undefined)
          count(outcome)
          documents.push(own)
          arrived.push({ asked, arn: arnOf(event), outcome })
        }
        // Under the token as the key, every answer of a caller is kept for all of them.
        for (const { asked, arn, outcome } of name === "a principal policy" ? arrived : [])
          for (const document of documents) {
            const isAllowed = evaluate(document, arn) === "allow"
            if (isAllowed !== (outcome === "allow"))
              expect(isAllowed, `${asked.method} ${asked.path}`).toBe(outcome === "allow")
          }
      }
    }
    await fc.assert(fc.asyncProperty(cases, judge), seeded(`by path, ${name}`, { numRuns: 110 }))
  })

  it("the cases are worth something", () => {
    for (const outcome of ["allow", "forbidden"]) expect(of(outcome)).toBeGreaterThan(worth(400))
  })
})
