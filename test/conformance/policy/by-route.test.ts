import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuthorizerConfig, PolicyDocument } from "../../../src/index.ts"
import { seeded, worth } from "../../support/seed.ts"
import { type Asked, anyMethod, persons, requests, respelled, type Table, tables } from "./arbitraries.ts"
import { problemOf, withoutNames } from "./coarse.ts"
import type { Api } from "./expected.ts"
import { chosenForAny, methodOf, templateOf } from "./gateway.ts"
import { evaluate } from "./iam.ts"
import type { Person } from "./rules.ts"
import { tally } from "./tally.ts"
import { arnOf, authorizerOf, bearerOf, configOf, documentOf, eventOf, type HttpKind, httpKinds } from "./world.ts"

const { count, of } = tally("by route")

type Gateway = NonNullable<AuthorizerConfig["gateway"]>

/** A way to have answers for one route: the kind of event, the settings, and what requests share an answer. */
interface Setup {
  readonly kind: HttpKind
  readonly gateway: Gateway
  readonly holdsMethod: boolean
}
const restKey = ["token", "context.httpMethod", "context.resourcePath"]
const setups: { readonly [name: string]: Setup } = {
  "REST REQUEST, method and resource in the key": {
    kind: "rest-request",
    gateway: { identitySources: restKey },
    holdsMethod: true,
  },
  "HTTP 2.0, route in the key": {
    kind: "http-2.0",
    gateway: { identitySources: ["token", "$context.routeKey"] },
    holdsMethod: false,
  },
  "HTTP 1.0, route and method in the key": {
    kind: "http-1.0",
    gateway: { identitySources: ["token", "$context.routeKey", "$context.httpMethod"] },
    holdsMethod: true,
  },
  "REST REQUEST, TTL 0": { kind: "rest-request", gateway: { resultTtlSeconds: 0 }, holdsMethod: true },
  "HTTP 2.0, TTL 0": { kind: "http-2.0", gateway: { resultTtlSeconds: 0 }, holdsMethod: true },
}

interface Case extends Api {
  /** The routes that the gateway has: those of the table, fewer, or others. */
  readonly keys: readonly string[]
  readonly people: readonly Person[]
  readonly asked: readonly Asked[]
}

const catchAlls = fc.subarray(["$default", "ANY /{proxy+}", "GET /a/{proxy+}", "GET /{x}", "ANY /a/{x}"], {
  maxLength: 2,
})
const cases: fc.Arbitrary<Case> = fc
  .tuple(tables, catchAlls, catchAlls, fc.boolean())
  .chain(([drawn, more, others, fewer]) => {
    const table: Table = { ...Object.fromEntries(more.map((key) => [key, {}])), ...drawn }
    const named = Object.keys(table).map(withoutNames)
    const own = Object.keys(table).filter((key, at) => named.indexOf(withoutNames(key)) === at && key !== "$connect")
    const extras = others.filter((key) => !named.includes(withoutNames(key)))
    const sound = Object.fromEntries(own.map((key) => [key, table[key] ?? {}])) as Table
    return fc.record({
      table: fc.constant(sound),
      // A gateway that is coarser than the table has some of its routes, and catch-alls instead of the others.
      keys: fewer ? fc.subarray(own).map((some) => [...some, ...extras]) : fc.constant([...own, ...extras]),
      unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "authenticated"),
      people: fc.array(persons, { minLength: 2, maxLength: 2 }),
      asked: fc.array(
        fc
          .tuple(requests(own.length > 0 ? own : ["GET /a"]), respelled, respelled, anyMethod, fc.nat({ max: 4 }))
          .map(([{ method, path }, once, again, other, odd]) => ({
            method: odd === 0 ? other : method,
            path: once(odd === 1 ? again(path) : path).replace(/^(?!\/)/, "/"),
          })),
        { minLength: 8, maxLength: 8 },
      ),
    })
  })

async function judge(tested: Case, setup: Setup): Promise<void> {
  if (Object.keys(tested.table).length === 0) return
  const config = configOf(tested.table, { unmatched: tested.unmatched, gateway: setup.gateway })
  const { decide, handler } = authorizerOf(config)
  const isKept = setup.gateway.resultTtlSeconds !== 0
  for (const person of tested.people) {
    const documents: { readonly shared: string; readonly document: PolicyDocument; readonly asked: Asked }[] = []
    const arrived: { shared: string; asked: Asked; chosen: string; arn: string; outcome: string; reason: string }[] = []
    for (const asked of tested.asked) {
      const chosen = chosenForAny(tested.keys, asked.method, asked.path, httpKinds[setup.kind])
      if (chosen === undefined) continue
      // As the gateway writes it: payload 1.0 has the route key in the place of the resource id.
      const made = eventOf(setup.kind, bearerOf(person), asked, chosen)
      const context = { ...(made.requestContext as object), resourceId: `${methodOf(chosen)} ${templateOf(chosen)}` }
      const event = setup.kind === "http-1.0" ? { ...made, requestContext: context } : made
      const shared = setup.holdsMethod ? `${asked.method} ${chosen}` : chosen
      const { outcome, reason } = await decide(event)
      const answer = await handler(event).catch(() => undefined)
      const isSilent = answer === undefined
      if (isSilent !== (outcome === "unavailable")) expect(isSilent).toBe(outcome === "unavailable")
      arrived.push({ shared, asked, chosen, arn: arnOf(event), outcome, reason })
      if (answer !== undefined) documents.push({ shared, document: documentOf(answer), asked })
    }
    for (const { shared, asked, chosen, arn, outcome, reason } of arrived) {
      const at = `${asked.method} ${JSON.stringify(asked.path)}, by the gateway on ${chosen}, ${reason}`
      if (outcome !== "unavailable") {
        count(`decided: ${outcome}`)
        const problem = problemOf(tested, person, asked, chosen, outcome === "allow", httpKinds[setup.kind])
        if (problem !== undefined) throw new Error(`${at}: decide ${problem}`)
      } else count(`undecided: ${reason}`)
      for (const each of documents) {
        if (each.shared !== shared || (!isKept && each.asked !== asked)) continue
        const allowed = evaluate(each.document, arn) === "allow"
        count(`kept: ${allowed ? "allow" : "deny"}`)
        if (outcome !== "unavailable" && allowed !== (outcome === "allow"))
          throw new Error(
            `${at}: decide says ${outcome}, the answer to ${each.asked.path} ${allowed ? "allows" : "denies"}`,
          )
        const problem = allowed ? problemOf(tested, person, asked, chosen, true, httpKinds[setup.kind]) : undefined
        if (problem !== undefined)
          throw new Error(
            `${at}: the answer to ${each.asked.path} ${problem}\n${JSON.stringify(each.document.Statement)}`,
          )
      }
    }
  }
}

describe("1.1: an answer for one route is right for every request that shares it, with any method and any spelling", () => {
  it.each(Object.entries(setups))(
    "%s: 90 tables, with and without catch-alls, gateways coarser than the table",
    async (name, setup) => {
      await fc.assert(
        fc.asyncProperty(cases, (tested) => judge(tested, setup)),
        seeded(name, { numRuns: 90 }),
      )
    },
  )

  it("the cases are worth something", () => {
    for (const what of ["decided: allow", "decided: forbidden", "kept: allow", "kept: deny"])
      expect(of(what)).toBeGreaterThan(worth(1000))
    for (const what of ["undecided: gateway_mismatch", "undecided: method_unknown"])
      expect(of(what)).toBeGreaterThan(worth(10))
  })
})
