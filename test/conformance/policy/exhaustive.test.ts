import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compilePolicy } from "../../../src/policy.ts"
import { seeded, worth } from "../../support/seed.ts"
import { type Asked, smallTables, type Table } from "./arbitraries.ts"
import { type Api, expected, mayRefuseSlash } from "./expected.ts"
import { chosenRoute, coverOf, type Reading, templateOf } from "./gateway.ts"
import { evaluate, matchesText } from "./iam.ts"
import { meets, type Person } from "./rules.ts"
import { tally } from "./tally.ts"
import { arnOf, authorizerOf, bearerOf, configOf, documentOf, eventOf, everyone, httpKinds } from "./world.ts"

const population = everyone()
const { count, of } = tally("exhaustive")

/** One person for each set of routes that a caller may call. */
function representatives(table: Table): Person[] {
  const bySet = new Map<string, Person>()
  for (const person of population) {
    const set = Object.values(table).map((rule) => meets(person, rule))
    if (!bySet.has(String(set))) bySet.set(String(set), person)
  }
  return [...bySet.values()]
}

/** Every request of up to four segments over the table's own names and a foreign one. */
function universe(table: Table, examples: readonly string[]): Asked[] {
  const names = Object.keys(table).flatMap((key) => templateOf(key).split("/"))
  const alphabet = [...new Set([...names.filter((name) => /^[a-z]+$/.test(name)), "z"])]
  let level = [""]
  const paths = ["/"]
  for (let depth = 1; depth <= 4; depth++) {
    level = level.flatMap((path) => alphabet.map((name) => `${path}/${name}`))
    paths.push(...level, ...level.map((path) => `${path}/`))
  }
  const shown = examples.filter((text) => text.includes("/")).map((text) => text.split(/(?<=^[A-Z]+)(?=\/)/))
  return [
    // With the methods of the examples: a conflict may be one of a method that only an ANY route has.
    ...[...new Set(["GET", "POST", ...shown.map(([method = ""]) => method)])].flatMap((method) =>
      paths.map((path) => ({ method, path })),
    ),
    ...shown.flatMap(([method = "", path = ""]) =>
      [path, path.replace(/(?<=.)\/$/, "")].map((each) => ({ method, path: each })),
    ),
  ]
}

/** Whether the table names a route for the request, however its API reads a path. */
function isListed({ table }: Api, { method, path }: Asked): boolean {
  const keys = Object.keys(table)
  return (["rest", "http"] as const).some((reading) => chosenRoute(keys, method, path, reading) !== undefined)
}

/**
 * Whether documents made of the routes' own patterns cannot be right for the person: some request that must be denied
 * is covered by what the person may call, and every Deny that reaches it reaches an allowed request as well.
 */
function isInexpressible(api: Api, person: Person, requests: readonly Asked[], order: Reading): boolean {
  const tails = { allow: [] as string[], deny: [] as string[] }
  for (const request of requests) {
    if (api.unmatched === "deny" && !isListed(api, request)) continue
    tails[expected(api, person, request, order)].push(request.method + request.path)
  }
  const keys = Object.keys(api.table)
  const reaches = (pattern: string): boolean => tails.allow.some((tail) => matchesText(pattern, tail))
  const safe = keys.flatMap(coverOf).filter((pattern) => !reaches(pattern))
  const allowed =
    api.unmatched === "authenticated"
      ? ["*"]
      : keys.filter((key) => meets(person, api.table[key] ?? {})).flatMap(coverOf)
  return tails.deny.some(
    (tail) =>
      allowed.some((pattern) => matchesText(pattern, tail)) && !safe.some((pattern) => matchesText(pattern, tail)),
  )
}

/** What is wrong with a verdict; undefined when nothing is. */
function problemOf(
  api: Api,
  person: Person,
  request: Asked,
  isAllowed: boolean,
  order: Reading,
  exposed: readonly { readonly route: string }[],
): string | undefined {
  count(isAllowed ? "allowed" : "denied")
  const tail = request.method + request.path
  const isMeant = expected(api, person, request, order) === "allow"
  if (isAllowed === isMeant) return undefined
  if (isMeant && mayRefuseSlash(api, person, request)) {
    count("slash refused")
    return undefined
  }
  const isTold =
    isAllowed &&
    !isListed(api, request) &&
    exposed.some(({ route }) => coverOf(route).some((pattern) => matchesText(pattern, tail)))
  if (isTold) count("exposed")
  return isTold ? undefined : `${tail} is ${isMeant ? "meant to be" : "not to be"} allowed`
}

describe("P1 on small tables, every request of up to four segments", () => {
  it("a document is right for all of them, and a refusal is one that no document could avoid: 54 tables", async () => {
    const apis = fc.record({
      table: smallTables,
      unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "authenticated"),
    })
    await fc.assert(
      fc.asyncProperty(apis, async (api) => {
        const config = configOf(api.table, { unmatched: api.unmatched })
        const { conflicts, exposed } = compilePolicy(config)
        const requests = universe(
          api.table,
          conflicts.map(({ example }) => example),
        )
        if (conflicts.length > 0) {
          count("refused")
          const isReal = representatives(api.table).some((person) =>
            // Nothing says whether the table is a REST or an HTTP API's, so it has to be right for both.
            (["rest", "http"] as const).some((order) => isInexpressible(api, person, requests, order)),
          )
          expect(isReal, `refused without need: ${conflicts.map(({ message }) => message).join("\n")}`).toBe(true)
          return
        }
        count("compiled")
        const { handler } = authorizerOf(config)
        for (const person of representatives(api.table)) {
          for (const kind of ["rest-token", "http-1.0"] as const) {
            const at = eventOf(kind, bearerOf(person), { method: "GET", path: "/z" }, "GET /z")
            // An API without such a route sends no such request: then the event is one that cannot be.
            const answer = await handler(at).catch(() => undefined)
            if (answer === undefined) continue
            const root = arnOf(at).slice(0, -"GET/z".length)
            for (const request of requests) {
              const isAllowed = evaluate(documentOf(answer), root + request.method + request.path) === "allow"
              const problem = problemOf(api, person, request, isAllowed, httpKinds[kind], exposed)
              const shown = (): string =>
                `${kind}: ${problem}\n${JSON.stringify([person, documentOf(answer).Statement])}`
              if (problem !== undefined) throw new Error(shown())
            }
          }
        }
      }),
      seeded("exhaustive", { numRuns: 54 }),
    )
    expect(of("compiled")).toBeGreaterThan(worth(21))
    expect(of("refused")).toBeGreaterThan(worth(7))
  })
})
