import { runSimulation } from "@cloud-copilot/iam-simulate"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { seeded, worth } from "../../support/seed.ts"
import { type Evaluation, evaluate, intersect, matchesArn, matchesText } from "./iam.ts"

const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"
const invoke = "execute-api:Invoke" as const

type Statements = readonly { readonly Effect: "Allow" | "Deny"; readonly Resource: readonly string[] }[]
const documentOf = (statements: Statements) => ({
  Version: "2012-10-17" as const,
  Statement: statements.map(({ Effect, Resource }) => ({ Effect, Action: invoke, Resource: [...Resource] })),
})

const results: { readonly [result: string]: Evaluation } = {
  Allowed: "allow",
  ImplicitlyDenied: "none",
  ExplicitlyDenied: "deny",
}

/** The verdict of an IAM evaluator that knows nothing of this project. */
async function oracle(statements: Statements, arn: string): Promise<Evaluation | undefined> {
  const accountId = "123456789012"
  const simulated = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${accountId}:user/tester`,
        action: invoke,
        resource: { resource: arn, accountId },
        contextVariables: {},
      },
      identityPolicies: [{ name: "answer", policy: documentOf(statements) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  )
  return "overallResult" in simulated ? results[String(simulated.overallResult)] : undefined
}

describe("the tests' own IAM matcher", () => {
  it.each<[string, string, boolean]>([
    ["a", "a", true],
    ["a", "A", false],
    ["a", "ab", false],
    ["b", "ab", false],
    ["*", "", true],
    ["a*", "a/b/c", true],
    ["a/*", "a", false],
    ["a/?*", "a/", false],
    ["a/?*", "a/b/c", true],
    ["a/?*/c", "a/b/x/c", true],
    ["a?c", "a/c", true],
    ["*/b", "a/b/b", true],
    ["*a*b*", "xxaxxbxx", true],
    ["a.c", "abc", false],
    ["*?*", "", false],
  ])("%s on %o is %o", (pattern, text, expected) => {
    expect(matchesText(pattern, text)).toBe(expected)
  })

  it.each<[string, string, boolean]>([
    [`${stage}/GET/`, `${stage}/GET/`, true],
    [`${stage}/$connect`, `${stage}/$connect`, true],
    [`${stage}/*/*`, `${stage}/$connect`, false],
    [`${stage}/*`, `${stage}/$connect`, true],
    [`${stage}/*/a`, `${stage}/GET/x/a`, true],
    [`${stage}/GET/a:b`, `${stage}/GET/a:b`, true],
    ["arn:*:execute-api:*:*:*", `${stage}/GET/a:b`, true],
    ["arn:*", `${stage}/GET/a`, false],
    ["arn:aws:execute-api:*:abc123def4/*", `${stage}/GET/a`, false],
  ])("%s on %s is %o (what the judge cannot judge, and the parts of an ARN)", (pattern, arn, expected) => {
    expect(matchesArn(pattern, arn)).toBe(expected)
  })

  it("refuses to guess what a policy variable means", () => {
    expect(() => matchesArn(`${stage}/GET/$\{aws:username}`, `${stage}/GET/x`)).toThrow(/policy variable/)
  })

  it("agrees with an independent IAM evaluator on 500 generated documents", async () => {
    const piece = fc.constantFrom("a", "b", "/", "*", "?", "?*", "GET/", ":", "-", "A", "$", ".", "%2a")
    const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `${stage}/GET/${pieces.join("")}`)
    const whole = fc.constantFrom(`${stage}/*`, `${stage}/*/a`, `${stage}/GET/*`, `${stage}/POST/*`)
    const statement = fc.record({
      Effect: fc.constantFrom<("Allow" | "Deny")[]>("Allow", "Allow", "Deny"),
      Resource: fc.array(fc.oneof(pattern, whole), { minLength: 1, maxLength: 3 }),
    })
    const literal = fc.constantFrom("a", "b", "/", "x", "GET/", ":", "-", "A", "$", ".", "%2a")
    const arn = fc.array(literal, { minLength: 1, maxLength: 6 }).map((pieces) => `${stage}/GET/${pieces.join("")}`)
    const seen: { [result: string]: number } = {}
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 3 }), arn, async (statements, at) => {
        const expected = await oracle(statements, at)
        const own = evaluate(documentOf(statements), at)
        seen[own] = (seen[own] ?? 0) + 1
        expect(own).toBe(expected)
      }),
      seeded("IAM matcher", { numRuns: 500 }),
    )
    for (const result of ["allow", "deny", "none"]) expect(seen[result]).toBeGreaterThan(worth(20))
  })
})

describe("the overlap of two patterns", () => {
  it("is found exactly where a text shows it", () => {
    const pattern = fc.array(fc.constantFrom("a", "b", "/", "*", "?"), { maxLength: 5 }).map((all) => all.join(""))
    const alphabet = ["a", "b", "/"]
    const texts = [""]
    for (const text of texts) if (text.length < 6) texts.push(...alphabet.map((letter) => text + letter))
    fc.assert(
      fc.property(pattern, pattern, (left, right) => {
        const shown = texts.some((text) => matchesText(left, text) && matchesText(right, text))
        if (shown) expect(intersect(left, right)).toBe(true)
        else if (!intersect(left, right)) return
        // Longer texts than the list's are needed only where both patterns are long.
        else expect(left.length + right.length).toBeGreaterThan(6)
      }),
      seeded("overlap", { numRuns: 500 }),
    )
  })
})
