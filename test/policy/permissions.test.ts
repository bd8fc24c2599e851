import { beforeEach, describe, expect, it } from "vitest"
import { PermissionsOf } from "../../src/policy/permissions.ts"
import type { Route } from "../../src/route/decide.ts"
import { compileRule } from "../../src/route/rule.ts"
import type { Principal } from "../../src/types/principal.ts"

const names = Array.from({ length: 13 }, (_, at) => `s${at}`)
const routes = names.map((name): Route => {
  const configured = { scopes: [name] }
  return { key: `GET /${name}`, method: "GET", template: `/${name}`, rule: compileRule(configured), configured }
})
/** One caller for each number, and another combination of scopes for each. */
const caller = (number: number): Principal =>
  ({ scopes: names.filter((_, at) => (number & (1 << at)) !== 0) }) as unknown as Principal

describe("13.5: combinations of permissions are remembered, and not for ever", () => {
  let built: number
  let permissions: PermissionsOf
  beforeEach(() => {
    built = 0
    const rules = routes.map(({ rule }) => rule)
    permissions = new PermissionsOf(rules, routes.length, (met) => {
      built++
      return routes.filter((_, at) => met[at] === 1).map(({ key }) => key) as never
    })
  })

  it("principals of one combination share what was built", () => {
    expect(permissions.of(caller(5))).toBe(permissions.of(caller(5)))
    expect(permissions.of(caller(5))).toEqual(["GET /s0", "GET /s2"])
    expect(built).toBe(1)
  })

  it("1,500 other ones later it is known, 4,500 later it was forgotten", () => {
    permissions.of(caller(0))
    for (let number = 1; number <= 1500; number++) permissions.of(caller(number))
    expect(permissions.of(caller(0))).toEqual([])
    expect(built).toBe(1501)
    for (let number = 1501; number <= 6000; number++) permissions.of(caller(number))
    permissions.of(caller(0))
    expect(built).toBe(6002)
  })

  it("a principal that outlives its combination gets the same again", () => {
    const [first, empty] = [caller(3), caller(0)]
    const [before, none] = [permissions.of(first), permissions.of(empty)]
    for (let number = 100; number <= 6000; number++) permissions.of(caller(number))
    expect(permissions.of(first)).toEqual(before)
    expect(permissions.of(empty)).toEqual(none)
  })
})
