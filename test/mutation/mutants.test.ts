import { describe, expect, it } from "vitest"
import { mutantsOf } from "./mutants.ts"
import { sample } from "./sample.ts"

/** The texts that the mutants of a text make of it. */
const changed = (text: string): readonly string[] =>
  mutantsOf("a.ts", text).map(({ start, end, to }) => text.slice(0, start) + to + text.slice(end))

describe("13.9: npm run mutate changes", () => {
  it.each<[string, string, readonly string[]]>([
    ["a comparison", "f = a === b", ["f = a !== b"]],
    ["a bound", "f = a < b", ["f = a <= b", "f = a >= b"]],
    ["a conjunction", "f = a && b", ["f = a || b"]],
    ["a fallback", "f = a ?? b", ["f = a && b"]],
    ["a negation", "f = !a", ["f = a"]],
    ["a condition", "if (a) f = b", ["if (false) f = b", "if (true) f = b"]],
    ["a choice", "f = a ? b : c", ["f = false ? b : c", "f = true ? b : c"]],
    ["a loop", "for (const a of b) c = a", ["for (const a of []) c = a"]],
    ["a result", "function f() { return a }", ["function f() { return undefined }"]],
    ["a short function", "f = () => a", ["f = () => undefined"]],
    ["a call for its effect", "report(a)", [";"]],
    ["a method", "f = a.some(b)", ["f = a.every(b)"]],
    ["a method that is left out", "f = a.trim()", ["f = a"]],
    ["a list", "f = [a]", ["f = []"]],
    ["a flag", "f = true", ["f = false"]],
    ["a number", "f = 7", ["f = 6", "f = 8"]],
    ["a text", 'f = "a"', ['f = ""']],
    ["an empty text", 'f = ""', ['f = "mutant"']],
    ["a pattern", "f = /^a+$/", ["f = /a+$/", "f = /^a*$/", "f = /^a+/"]],
    ["a spread", "f = { ...a }", ["f = { ...{} }"]],
    ["a sum", "f = a + b", ["f = a - b"]],
    ["a step", "f++", ["f--"]],
    ["a text with characters beyond the first plane", 'f = "𝒳" === a', ['f = "" === a', 'f = "𝒳" !== a']],
  ])("%s", (_, text, expected) => expect([...changed(text)].sort()).toEqual([...expected].sort()))

  it.each<[string, string]>([
    ["a type", 'type A = "a" | { readonly b: true }\ninterface B { c: [1] }'],
    ["an import", 'import { a } from "a"\nexport * from "b"'],
    ["a message", 'f = "must be a number"'],
    ["a cast", "f = a as true"],
  ])("not %s", (_, text) => expect(changed(text)).toEqual([]))

  it("nothing that cannot be parsed", () => expect(() => mutantsOf("a.ts", "if (")).toThrow("a.ts cannot be parsed"))
})

describe("13.9: a sample", () => {
  const items = Array.from({ length: 1000 }, (_, index) => index)

  it("is the same for the same seed, and another for another", () => {
    expect(sample(items, 20, 7)).toEqual(sample(items, 20, 7))
    expect(sample(items, 20, 7)).not.toEqual(sample(items, 20, 8))
    expect(sample(items, 20, 7)).toEqual(sample(items, 40, 7).slice(0, 20))
  })

  it("has nothing twice, and every item as often as another", () => {
    expect(new Set(sample(items, 1000, 1)).size).toBe(1000)
    const counts = new Map<number, number>()
    for (let seed = 0; seed < 4000; seed++)
      for (const item of sample([0, 1, 2, 3], 1, seed)) counts.set(item, (counts.get(item) ?? 0) + 1)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })

  it("leaves methods alone whose names every object has", () => {
    expect(mutantsOf("a.ts", "export const text = value.toString().valueOf()")).toEqual([])
  })
})
