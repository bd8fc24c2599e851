import { describe, expect, it } from "vitest"
import { describeFault } from "../../src/observe/fault.ts"
import { mint } from "../support/mint.ts"

describe("SR-164: the description of a fault", () => {
  const token = mint()

  it.each([
    `request failed: ${token}`,
    `Authorization: Bearer ${token.slice(0, 20)}`,
    `authorization=basic dXNlcjpwYXNz`,
    `secret 9f86d081884c7d659a2feaa0c55ad015`,
  ])("holds no token and no secret: %s", (message) => {
    const cause = new Error(message)
    const text = JSON.stringify(describeFault(new Error(message, { cause })))
    for (const secret of [token.slice(0, 20), "dXNlcjpwYXNz", "9f86d081884c7d659a2feaa0c55ad015"])
      expect(text).not.toContain(secret)
  })

  it("keeps name, message, frames and causes, and survives everything that can be thrown", () => {
    const described = describeFault(new TypeError("key set of issuer unreachable", { cause: new RangeError("inner") }))
    expect(described).toMatchObject({
      name: "TypeError",
      message: "key set of issuer unreachable",
      cause: { name: "RangeError" },
    })
    expect(described.stack[0]).toMatch(/^at /)
    const circular = new Error("a")
    circular.cause = circular
    expect(() => JSON.stringify(describeFault(circular))).not.toThrow()
    for (const thrown of ["text", null, undefined, 7, {}]) expect(describeFault(thrown)).toMatchObject({ message: "" })
  })
})
