import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { accessRequest, unknownPeer } from "../../src/http/access-request.ts"
import { isRefusal, readHeaders } from "../../src/http/received-headers.ts"
import { seeded } from "../support/seed.ts"

// 18, bad input: generated names and targets.

const spelled = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...[...text].map((letter) =>
        letter === "-" ? fc.constantFrom("-", "_", ".") : fc.constantFrom(letter, letter.toUpperCase()),
      ),
    )
    .map((letters) => letters.join(""))
const headerName = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}$/)

describe("18-2: header names", () => {
  it("every spelling of an identity header is refused, wherever it is", () => {
    fc.assert(
      fc.property(
        spelled("x-hallpass-"),
        fc.stringMatching(/^[\w.-]{0,10}$/),
        fc.array(headerName),
        (prefix, rest, others) => {
          const raw = [...others.flatMap((name) => [name, "a"]), prefix + rest, "root"]
          const headers = readHeaders(raw)
          expect(isRefusal(headers) && headers.code).toBe("identity_header_sent")
        },
      ),
      seeded("header names", { numRuns: 300 }),
    )
  })

  it("every other header is there with all of its values", () => {
    const other = headerName.filter((name) => !/^x[-_.]hallpass[-_.]/i.test(name))
    fc.assert(
      fc.property(fc.array(fc.tuple(other, fc.string()), { maxLength: 20 }), (pairs) => {
        const headers = readHeaders(pairs.flat())
        if (isRefusal(headers)) throw new Error("refused")
        for (const [name] of pairs) {
          const values = pairs.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
          expect(headers[name.toLowerCase()]).toEqual(values)
        }
      }),
      seeded("header names", { numRuns: 300 }),
    )
  })
})

describe("18-2: targets", () => {
  const read = (target: string) => accessRequest({ method: "GET", host: undefined, target }, {}, unknownPeer)

  it("a target is refused, or is a path and a query string of printable ASCII", () => {
    const targets = fc.oneof(
      fc.string(),
      fc.string().map((text) => `/${text}`),
      fc.webUrl(),
      fc.stringMatching(/^\/[ -~]{0,20}$/),
    )
    fc.assert(
      fc.property(targets, (target) => {
        const request = read(target)
        if (isRefusal(request)) return
        expect(target).toMatch(/^\/[!-~]*$/)
        expect(target).not.toContain("#")
        expect(request.arn?.path).toBe(target.split("?")[0])
        expect(request.connection?.path).toBe(request.arn?.path)
      }),
      seeded("targets", { numRuns: 1000 }),
    )
  })

  it("reads every value of the query string, and no name of the prototype", () => {
    const request = read("/a?x=1&x=2&__proto__=3&y=a%20b+c")
    if (isRefusal(request)) throw new Error("refused")
    expect(request.multiValueQuery).toMatchObject({ x: ["1", "2"], y: ["a b c"] })
    expect(Object.keys(request.multiValueQuery ?? {})).toContain("__proto__")
    expect(Object.getPrototypeOf(Object.getPrototypeOf(request.multiValueQuery))).toBe(null)
  })
})
