import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { HeapBytes } from "../../src/token/heap-bytes.ts"

interface Measured {
  readonly heap: number
  readonly counted: number
}

const script = join(import.meta.dirname, "../support/token-heap.ts")
const measured = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as {
  readonly [shape: string]: Measured
}

describe("19.4: what the token cache counts is what tokens take", () => {
  it("of more than ten shapes", () => {
    expect(Object.keys(measured).length).toBeGreaterThan(10)
  })

  it.each(Object.entries(measured))("%s: between 0.8 and 1.5 of the measured heap", (_shape, { heap, counted }) => {
    expect(counted / heap).toBeGreaterThan(0.8)
    expect(counted / heap).toBeLessThan(1.5)
  })

  it("32 MB hold as many usual tokens as fit, and never more than 40 MB", () => {
    for (const { heap, counted } of Object.values(measured))
      expect((33_554_432 / counted) * heap).toBeLessThan(40 * 1_048_576)
    const { counted = Number.POSITIVE_INFINITY } = measured["scalars alone"] ?? {}
    expect(33_554_432 / counted).toBeGreaterThan(18_000)
  })
})

describe("names and short texts", () => {
  it("count where they are new, and not again", () => {
    const bytes = new HeapBytes()
    const first = bytes.of({ "https://acme.example/role": "admin" })
    const second = bytes.of({ "https://acme.example/role": "admin" })
    expect(second).toBe(24 + 8)
    expect(first).toBeGreaterThan(second + 144)
  })

  it("are forgotten when there are too many, so that memory is bounded", () => {
    const bytes = new HeapBytes()
    const known = bytes.of({ aud: 1 }) - bytes.of({ aud: 1 })
    for (let at = 0; at < 5000; at++) bytes.of({ [`name-${at}`]: 1 })
    expect(bytes.of({ aud: 1 }) - bytes.of({ aud: 1 })).toBe(known)
  })
})
