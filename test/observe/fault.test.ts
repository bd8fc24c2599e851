import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import { createContext, runInContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { type AuthorizerParts, ConfigurationError, createAuthorizer, Unavailable } from "../../src/index.ts"
import { describeFault } from "../../src/observe/describe-fault.ts"
import { createPowertoolsObserver, type Observer } from "../../src/observe.ts"
import type { FaultRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { outputOfEachTest } from "../support/output.ts"

const mark = "planted-7f3a"
const token = mint()
const output = outputOfEachTest()
/** All that a reader of a value could write of it, in small letters. */
const texts = (value: unknown): string =>
  `${inspect(value, { depth: 8, showHidden: true, getters: true })} ${JSON.stringify(value)}`.toLowerCase()

/** An error that holds the mark wherever a text of it can be. */
function marked(): Error {
  const error = new TypeError(`${mark}\n    at ${mark} (${import.meta.filename}:1:1)\n    at ${mark}`, {
    cause: new Error(mark),
  })
  const planted = Object.defineProperty(
    () => {
      throw error
    },
    "name",
    { value: mark },
  )
  try {
    planted()
  } catch {
    // Its stack is written now.
  }
  const members = { name: mark, code: mark, syscall: mark, path: mark, [mark]: mark, errors: [new Error(mark)] }
  return Object.assign(error, members, { [Symbol(mark)]: mark, toJSON: () => mark, toString: () => mark })
}

class PlantedError extends Error {
  override name: string = mark
}
Object.defineProperty(PlantedError, "name", { value: mark })

/** Things that may be thrown, each with the mark in it. */
const thrown: [string, () => unknown][] = [
  ["an error with the mark in all its texts", marked],
  ["an error of a class with such a name", () => new PlantedError(mark)],
  [
    "an error whose stack is a text of its own",
    () =>
      Object.assign(new Error("x"), {
        stack: `Error\n    at ${mark} (${new URL(`../../src/${mark}.ts`, import.meta.url)}:1:1)`,
      }),
  ],
  [
    "an error whose stack climbs out of hallpass's folder",
    () =>
      Object.assign(new Error("x"), {
        stack: `Error\n    at x (${new URL("../../src/", import.meta.url)}../test/observe/fault.test.ts:1:1)`,
      }),
  ],
  ["an error whose stack is an object", () => Object.assign(new Error("x"), { stack: { toString: () => mark } })],
  ["an aggregate", () => new AggregateError([new Error(mark), mark], mark)],
  [
    "causes without end",
    () => {
      const circular = marked()
      circular.cause = circular
      return circular
    },
  ],
  ["a text", () => mark],
  ["an object", () => ({ name: mark, message: mark, code: mark, stack: mark, frames: [mark], cause: mark })],
  ["a function", () => Object.assign(() => undefined, { code: mark })],
  ["a symbol", () => Symbol(mark)],
  ["an error of another realm", () => runInContext(`new Error(${JSON.stringify(mark)})`, createContext({}))],
  ["a configuration error", () => new ConfigurationError([{ path: mark, message: mark }])],
  [
    "accessors that throw",
    () =>
      Object.defineProperty(new Error("x"), "stack", {
        get: () => {
          throw new Error(mark)
        },
      }),
  ],
  [
    "a proxy",
    () =>
      new Proxy(marked(), {
        get: () => mark,
        getPrototypeOf: () => {
          throw new Error(mark)
        },
      }),
  ],
  ["a code that looks like one of Node.js", () => Object.assign(new Error("x"), { code: `ERR_${mark.toUpperCase()}` })],
  ["a code that looks like one of the system", () => Object.assign(new Error("x"), { code: `E${mark.toUpperCase()}` })],
]

describe("6, SR-164: the description of a fault", () => {
  it.each(thrown)("of %s holds no text of it", (_name, make) => {
    const described = describeFault(make())
    expect(JSON.stringify(described).toLowerCase()).not.toContain(mark)
    expect(describeFault(described)).toBe(described)
  })

  it("has the class, the code, the causes and the positions in hallpass's own files", () => {
    const { verifySync } = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    let own: unknown
    try {
      verifySync("x")
    } catch (error) {
      own = error
    }
    const described = describeFault(Object.assign(new RangeError("x", { cause: own }), { code: "ERR_OUT_OF_RANGE" }))
    expect(described).toMatchObject({
      name: "RangeError",
      code: "ERR_OUT_OF_RANGE",
      frames: [],
      cause: { name: "Error" },
    })
    expect(described.cause?.frames.length).toBeGreaterThan(0)
    for (const frame of described.cause?.frames ?? []) expect(frame).toMatch(/^[a-z-]+\/[a-z-]+\.ts:\d+:\d+$/)
    expect(described.cause?.frames.join()).toMatch(/authorizer\/create-verifier\.ts/)
  })

  it("has no position outside of hallpass's folder, and looks at a hundred lines only", () => {
    const own = new URL("../../src/", import.meta.url).href
    const framesOf = (...places: string[]) =>
      describeFault(
        Object.assign(new Error("x"), { stack: `Error: x\n${places.map((at) => `    at f (${at})`).join("\n")}` }),
      ).frames
    const real = `${own}edge/edge.ts:1:2`
    expect(framesOf(real, `${fileURLToPath(own)}types/errors.ts:3:4`)).toEqual([
      "edge/edge.ts:1:2",
      "types/errors.ts:3:4",
    ])
    const foreign = [
      import.meta.url,
      `${own}../package.json`,
      `${own}edge/../../package.json`,
      `${own}node_modules/x.js`,
      `${own}none.ts`,
      own,
    ]
    expect(framesOf(...foreign.map((place) => `${place}:1:1`))).toEqual([])
    expect(framesOf(...Array(99).fill("x:1:1"), real)).toHaveLength(0)
    expect(framesOf(...Array(90).fill("x:1:1"), real)).toHaveLength(1)
    expect(framesOf(...Array(30).fill(real))).toHaveLength(10)
  })

  it.each<[unknown, object]>([
    [new Unavailable("keys_unavailable"), { name: "Unavailable", code: "keys_unavailable" }],
    [new ConfigurationError([]), { name: "ConfigurationError", code: "configuration_invalid" }],
    [new SyntaxError("x"), { name: "SyntaxError" }],
    [new AggregateError([]), { name: "AggregateError" }],
    [Object.assign(new Error("x"), { code: "ENOENT" }), { name: "Error", code: "ENOENT" }],
    [Object.assign(new Error("x"), { code: "ENOTFOUND" }), { code: "ENOTFOUND" }],
    [Object.assign(new Error("x"), { code: 42 }), { code: undefined }],
    [Object.assign(new Error("x"), { code: "toString" }), { code: undefined }],
    ["text", { name: "string", frames: [] }],
    [undefined, { name: "undefined" }],
    [null, { name: "object" }],
    [7, { name: "number" }],
    [{}, { name: "object" }],
  ])("of %s is %o", (error, expected) => {
    expect(describeFault(error)).toMatchObject(expected)
  })

  it("has at most ten positions and three causes", () => {
    let error: Error | undefined
    for (let depth = 0; depth < 9; depth++) error = new Error("x", { cause: error })
    let described: FaultRecord | undefined = describeFault(error)
    let depth = 0
    while (described !== undefined) [described, depth] = [described.cause, depth + 1]
    expect(depth).toBe(4)
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 50
    const check = (left: number): unknown => (left === 0 ? Promise.reject(new Error("x")) : check(left - 1))
    const nested = check(1)
    Error.stackTraceLimit = limit
    return (nested as Promise<never>).catch((late: unknown) => {
      expect(describeFault(late).frames.length).toBeLessThanOrEqual(10)
    })
  })
})

describe("6, SR-163: what is thrown by a part of the user's", () => {
  const event = http2(`Bearer ${token}`)
  const { jwks: _inline, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
  const places: [string, (make: () => unknown) => AuthorizerParts, boolean][] = [
    [
      "a check that throws",
      (make) => ({
        check: () => {
          throw make()
        },
      }),
      false,
    ],
    [
      "a check that rejects",
      (make) => ({
        check: async () => {
          throw make()
        },
      }),
      false,
    ],
    [
      "a clock",
      (make) => ({
        clock: () => {
          throw make()
        },
      }),
      false,
    ],
    [
      "a fetch of keys",
      (make) => ({
        fetchKeySet: async () => {
          throw make()
        },
      }),
      true,
    ],
  ]

  it.each(places)(
    "%s: reaches no observer, record or caller with any text of it",
    async (_name, partsWith, fetches) => {
      for (const [name, make] of thrown) {
        const told: unknown[] = []
        const observer: Observer = {
          fault: (fault) => void told.push(fault),
          decision: (record) => void told.push(record.details?.("id"), record),
        }
        const config = { issuers: [fetches ? remote : oidcIssuer()], gateway: { resultTtlSeconds: 0 } }
        const parts = { clock, ...partsWith(make) }
        const { handler, decide } = createAuthorizer(config, { ...parts, observer })
        const rejected = await handler(event).catch((error: unknown) => error)
        expect(rejected, name).toMatchObject({ name: "Unavailable" })
        told.push(await decide(event), rejected)
        for (const each of told) expect(texts(each), name).not.toContain(mark)
        if (!fetches) expect(told.filter((each) => Object(each).frames !== undefined).length, name).toBeGreaterThan(0)
      }
    },
  )

  it.each(places)("%s: reaches no line of the log with any text of it", async (_name, partsWith, fetches) => {
    for (const [, make] of thrown) {
      const observer = createPowertoolsObserver()
      const config = { issuers: [fetches ? remote : oidcIssuer()], gateway: { resultTtlSeconds: 0 } }
      const { handler } = createAuthorizer(config, { clock, ...partsWith(make), observer })
      await handler(event).catch(() => undefined)
      await observer.flush()
    }
    const lines = output.text()
    expect(lines.toLowerCase()).not.toContain(mark)
    if (!fetches) expect(lines.split("unexpected fault").length - 1).toBe(thrown.length)
    expect(lines).not.toContain("configuration refused")
  })

  it("an observer that throws: no text of the error goes anywhere", async () => {
    const observer = createPowertoolsObserver()
    const broken: Observer = {
      decision: () => {
        throw marked()
      },
      fault: () => Promise.reject(marked()) as never,
    }
    for (const each of [broken, observer]) {
      const parts = {
        clock,
        observer: each,
        check: () => {
          throw marked()
        },
      }
      await createAuthorizer({ issuers: [oidcIssuer()] }, parts)
        .handler(event)
        .catch(() => undefined)
    }
    await observer.flush()
    expect(output.text()).not.toContain(mark)
  })

  it("of a verifier: the caller gets Unavailable, the observer a description", async () => {
    for (const [name, make] of thrown) {
      const told: unknown[] = []
      const observer: Observer = { fault: (fault) => void told.push(fault) }
      const verifier = createVerifier(
        { issuers: [oidcIssuer()] },
        {
          observer,
          clock: () => {
            throw make()
          },
        },
      )
      told.push(await verifier.verify(token).catch((error: unknown) => error))
      expect(told.at(-1), name).toMatchObject({ name: "Unavailable", code: "internal" })
      try {
        verifier.verifySync(token)
      } catch (error) {
        told.push(error)
      }
      await new Promise((resolve) => setImmediate(resolve))
      expect(told.length, name).toBe(4)
      for (const each of told) expect(texts(each), name).not.toContain(mark)
    }
  })
})
