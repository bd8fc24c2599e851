import { expect, it } from "vitest"
import { checkResource } from "../../src/aws/iot-resources.ts"

// 18: whatever pattern is accepted, two values of a claim never cover one topic. Every short pattern is tried, judged by
// a matcher of its own.

const prefix = "arn:aws:iot:eu-west-1:123456789012:topic/"
const values = ["a", "b", "ab", "a-b", "b-a"]

/** Every text of these parts. */
function textsOf(parts: readonly string[], most: number): string[] {
  const texts = [""]
  for (let from = 0, length = 0; length < most; length++) {
    const to = texts.length
    for (; from < to; from++) for (const part of parts) texts.push(`${texts[from]}${part}`)
  }
  return texts.slice(1)
}

/** As IAM matches: `*` is any text, `?` any character, `/` included. */
function matcher(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`)
}

it("SR-145: no accepted resource gives one topic to two callers", () => {
  const topics = textsOf(["a", "b", "-", "/"], 5)
  const accepted = textsOf(["a", "-", "/", "*", "?", "{device}", "/{device}/"], 4).filter((pattern) => {
    const problems: unknown[] = []
    checkResource(prefix + pattern, "", (...problem) => void problems.push(problem))
    return pattern.includes("{device}") && problems.length === 0
  })
  expect(accepted).toContain("*/{device}")
  const shared = accepted.filter((pattern) => {
    const matchers = values.map((value) => matcher(pattern.replaceAll("{device}", value)))
    return topics.some((topic) => matchers.filter((each) => each.test(topic)).length > 1)
  })
  expect(shared).toEqual([])
})
