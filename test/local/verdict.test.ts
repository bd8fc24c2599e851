import { describe, expect, it } from "vitest"
import { sampleEvent } from "../../local/table/event.ts"
import { readVerdict } from "../../local/table/verdict.ts"

const event = sampleEvent("http-2.0")
const arn = "arn:aws:execute-api:eu-west-1:123456789012:httq0rd3rs/$default"
const policy = (...statements: [effect: string, resource: string | string[]][]) => ({
  principalId: "somebody",
  policyDocument: {
    Version: "2012-10-17",
    Statement: statements.map(([Effect, Resource]) => ({ Effect, Action: "execute-api:Invoke", Resource })),
  },
})
const read = (answer: unknown, lines: { [member: string]: unknown }[] = []) =>
  readVerdict(event, { answer, durationMs: 1, lines })

describe("the answer as API Gateway would take it", () => {
  it.each([
    ["an Allow for the request", policy(["Allow", `${arn}/GET/orders`]), "Allow"],
    ["an Allow in a list, with wildcards", policy(["Allow", ["x", `${arn}/G?T/*`]]), "Allow"],
    ["an Allow for another route", policy(["Allow", `${arn}/GET/order`]), "no match"],
    ["a Deny beside an Allow", policy(["Allow", `${arn}/*`], ["Deny", `${arn}/*`]), "Deny"],
    ["no statement", policy(), "no match"],
    ["a policy without a principal", { ...policy(["Allow", `${arn}/*`]), principalId: "" }, "no principalId"],
    ["a principal without a policy", { principalId: "somebody" }, "no policy"],
    ["a boolean", { isAuthorized: false }, "isAuthorized: false"],
    ["a text for a boolean", { isAuthorized: "true" }, "no principalId"],
    ["nothing", null, "no principalId"],
  ])("%s", (_, answer, text) => {
    expect(read(answer).answer).toBe(text)
  })

  it("counts as allowed only when it says so and nothing was recorded", () => {
    expect(read({ isAuthorized: true })).toMatchObject({ outcome: "allow", reason: "ok" })
    expect(read(policy())).toMatchObject({ outcome: "(no record)" })
    const record = { message: "request refused", outcome: "forbidden", reason: "scope_missing" }
    expect(read({ isAuthorized: true }, [record])).toMatchObject({ outcome: "forbidden", reason: "scope_missing" })
  })

  it.each([
    ["Unauthorized", "401 Unauthorized"],
    ["Unauthorized: expired", "500"],
    ["unauthorized", "500"],
  ])("an error whose text is %s is %s", (errorMessage, text) => {
    const error = { errorType: "Error", errorMessage }
    expect(readVerdict(event, { error, durationMs: 1, lines: [] }).answer).toBe(text)
  })
})
