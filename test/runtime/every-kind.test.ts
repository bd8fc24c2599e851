import { describe, expect, it } from "vitest"
import { okta } from "../../local/issuers/okta.ts"
import { refusalRecord } from "../../local/table/verdict.ts"
import { eventWith, startConfigured } from "./functions.ts"

// One process each answers every kind.
const throwing = startConfigured({ unauthorized: "throw" })
const denying = startConfigured({ unauthorized: "deny" })
const simple = startConfigured({ responses: "simple" })

const principalId = `${okta.issuerName}|00u1localmiraolsen0h7`
const invoke = { Action: "execute-api:Invoke", Effect: "Allow" }

const kinds = [
  { event: "rest-token", kind: "rest-token", stage: "r3st0rd3rs/prod", route: "GET/orders" },
  { event: "rest-request", kind: "rest-request", stage: "r3st0rd3rs/prod", route: "GET/orders" },
  { event: "http-1.0", kind: "http-1.0", stage: "httq0rd3rs/prod", route: "GET/orders" },
  { event: "http-2.0", kind: "http-2.0", stage: "httq0rd3rs/$default", route: "GET/orders" },
  { event: "websocket-connect", kind: "websocket", stage: "w3bs0ck3ts/prod", route: "$connect" },
]
const arn = (tail: string) => `arn:aws:execute-api:eu-west-1:123456789012:${tail}`

describe.each(kinds)("$event under the runtime client", ({ event, kind, stage, route }) => {
  it("allows a good token on its route, and records nothing", async () => {
    const lambda = await throwing
    const { answer, error, lines } = await lambda.invoke(await eventWith(event, "good"))
    expect(error).toBeUndefined()
    expect(answer).toMatchObject({ principalId, policyDocument: { Version: "2012-10-17", Statement: [invoke] } })
    const { policyDocument } = answer as { policyDocument: { Statement: { Resource: string | string[] }[] } }
    expect([policyDocument.Statement[0]?.Resource].flat()).toContain(arn(`${stage}/${route}`))
    expect(refusalRecord(lines)).toBeUndefined()
  })

  it("denies the whole stage to a token without the scope, with the reason for the access log", async () => {
    const lambda = await throwing
    const { answer, lines } = await lambda.invoke(await eventWith(event, "wrong-scope"))
    expect(answer).toMatchObject({
      principalId,
      policyDocument: { Statement: [{ ...invoke, Effect: "Deny" }] },
      context: { reason: "scope_missing" },
    })
    expect(refusalRecord(lines)).toMatchObject({ outcome: "forbidden", reason: "scope_missing", eventKind: kind })
  })

  it.each([
    ["expired", "token_expired"],
    ["wrong-audience", "audience_mismatch"],
    ["tampered", "signature_invalid"],
    ["missing", "credential_missing"],
  ] as const)("throws exactly Unauthorized for a token that is %s", async (token, reason) => {
    const lambda = await throwing
    const { answer, error, lines } = await lambda.invoke(await eventWith(event, token))
    expect(error).toEqual({ errorType: "Error", errorMessage: "Unauthorized" })
    expect(answer).toBeUndefined()
    expect(refusalRecord(lines)).toMatchObject({ outcome: "unauthenticated", reason, eventKind: kind })
  })

  it("answers an explicit Deny for a bad token when gateway.unauthorized is deny", async () => {
    const lambda = await denying
    const { answer, error, lines } = await lambda.invoke(await eventWith(event, "expired"))
    expect(error).toBeUndefined()
    expect(answer).toMatchObject({ policyDocument: { Statement: [{ ...invoke, Effect: "Deny" }] } })
    expect(refusalRecord(lines)).toMatchObject({ outcome: "unauthenticated", reason: "token_expired" })
  })
})

describe("http-2.0 with simple responses under the runtime client", () => {
  it.each([
    ["good", true],
    ["wrong-scope", false],
    ["expired", false],
    ["missing", false],
  ] as const)("answers a boolean for a token that is %s", async (token, isAuthorized) => {
    const lambda = await simple
    expect((await lambda.invoke(await eventWith("http-2.0", token))).answer).toMatchObject({ isAuthorized })
  })
})
