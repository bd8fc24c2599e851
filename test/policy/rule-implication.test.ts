import { describe, expect, it } from "vitest"
import { excludeEachOther, implies } from "../../src/policy/rule-implication.ts"
import { compileRule } from "../../src/route/rule.ts"
import type { RouteRule } from "../../src/types/configuration.ts"
import type { Principal } from "../../src/types/principal.ts"

const claim = (path: string | string[], demand: object) => ({ claims: [{ path, ...demand }] }) as RouteRule
/** One rule for each kind of demand that a rule can have, and some that differ in one value. */
const rules: readonly RouteRule[] = [
  {},
  { scopes: ["a"] },
  { scopes: ["a", "b"] },
  { scopes: { any: ["a", "b"] } },
  { scopes: { all: ["b"] } },
  { roles: ["a"] },
  { groups: ["a"] },
  { groups: { any: ["a", "b"] } },
  { permissions: ["a"] },
  { permissions: ["b"], scopes: ["a"] },
  { kind: "user" },
  { kind: "app" },
  { kind: "user", groups: ["a"] },
  { issuers: ["a"] },
  { issuers: ["a", "b"] },
  claim("c", { equals: "a" }),
  claim("c", { equals: "b" }),
  claim("c", { equals: ["a", "b"] }),
  claim("c", { contains: "a" }),
  claim("c", { contains: "b" }),
  claim("c", { contains: ["a", "b"] }),
  claim("d", { contains: "a" }),
  claim(["c", "d"], { equals: "a" }),
  {
    claims: [
      { path: "c", equals: "a" },
      { path: "d", contains: "a" },
    ],
  },
  { claims: { any: [{ path: "c", equals: "a" }] } },
  {
    claims: {
      any: [
        { path: "c", equals: "a" },
        { path: "d", equals: "a" },
      ],
    },
  },
  { anyOf: [{ scopes: ["a"] }, { roles: ["a"] }] },
  { anyOf: [{ scopes: ["a"] }, { roles: ["b"] }] },
  { kind: "user", anyOf: [{ scopes: ["a"] }, { roles: ["a"] }] },
]

const lists: readonly (readonly string[])[] = [[], ["a"], ["b"], ["a", "b"]]
const claims: readonly object[] = [
  {},
  ...["a", "b", { d: "a" }].flatMap((c) => [{ c }, { c, d: "a" }]),
  ...[["a"], ["b"], ["a", "b"]].flatMap((c) => [{ c }, { c, d: ["a"] }]),
  { d: ["a"] },
  { d: "a" },
]
/** Callers with every combination of what the rules look at, one part after the other. */
const callers: readonly Principal[] = (["user", "app", "unknown"] as const).flatMap((kind) =>
  ["a", "b", "c"].flatMap((issuer) =>
    lists.flatMap((scopes) =>
      [...lists.flatMap((roles) => [{ roles }, { roles, groups: ["a"], permissions: ["b"] }])].flatMap((more) =>
        claims.map((held, at) => ({
          ...{ id: "i|s", provider: "oidc", subject: "s", expiresAt: 0, kind, issuer, scopes, claims: held },
          ...{ groups: lists[at % 4], permissions: lists[(at >> 1) % 4], ...more },
        })),
      ),
    ),
  ),
) as never

const met = rules.map((rule) => {
  const compiled = compileRule(rule)
  return callers.map((caller) => compiled.refuse(caller) === undefined)
})
const text = (...some: readonly number[]): string => JSON.stringify(some.map((at) => rules[at]))
const given = rules.flatMap((_, a) => [[a], ...rules.map((__, b) => [a, b])])
const meetAll = (some: readonly number[]): readonly boolean[] =>
  callers.map((_, caller) => some.every((at) => met[at]?.[caller] === true))

describe("SR-143: what one rule says of another, against every kind of caller", () => {
  it("where rules imply another, whoever meets them meets it", () => {
    let implied = 0
    for (const some of given) {
      const all = meetAll(some)
      for (const [wanted, rule] of rules.entries()) {
        if (
          !implies(
            some.map((at) => rules[at] as RouteRule),
            rule,
          )
        )
          continue
        implied++
        const harmed = callers.find((_, caller) => all[caller] && met[wanted]?.[caller] !== true)
        expect(harmed, `${text(...some)} imply ${text(wanted)}`).toBeUndefined()
      }
    }
    expect(implied).toBeGreaterThan(2000)
  })

  it("where rules exclude each other, no caller meets them", () => {
    let excluded = 0
    for (const some of given) {
      if (!excludeEachOther(some.map((at) => rules[at] as RouteRule))) continue
      excluded++
      expect(meetAll(some).includes(true), text(...some)).toBe(false)
    }
    expect(excluded).toBeGreaterThan(10)
  })

  it("each rule implies itself, and of the others those of known-implications.txt", async () => {
    for (const [at, rule] of rules.entries()) expect(implies([rule], rule), text(at)).toBe(true)
    const pairs = rules.flatMap((a, i) =>
      rules.flatMap((b, k) => (i !== k && implies([a], b) ? [`${text(i)} ${text(k)}`] : [])),
    )
    await expect(`${pairs.toSorted().join("\n")}\n`).toMatchFileSnapshot("known-implications.txt")
  })
})
