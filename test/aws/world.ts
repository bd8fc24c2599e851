import { createTestIssuer, type TestIssuer } from "../../src/testing.ts"

// One issuer and one clock, with which the services of AWS are tried.

export const nowMs = 1_790_000_000_000
export const clock = (): number => nowMs
export const issuer: TestIssuer = createTestIssuer({
  ...{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" },
  clock,
})

/** What no service can be asked about: neither event nor member of one. */
export const noObjects: readonly unknown[] = [
  ...[undefined, null, 0, Number.NaN, 1n, "", "{}", true, Symbol("event"), () => undefined],
  ...[[], [{}], [null], new Date(0), new Map([["requestContext", {}]]), /x/, new Uint8Array(3)],
]

/** An object that answers each question by throwing. */
export const throwing: object = new Proxy(
  {},
  {
    get: () => {
      throw new Error("canary")
    },
    has: () => {
      throw new Error("canary")
    },
    getOwnPropertyDescriptor: () => {
      throw new Error("canary")
    },
  },
)
