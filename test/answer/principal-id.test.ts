import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, loadAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"

const issuer = createTestIssuer({ provider: "auth0" })
const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"

async function idOf(config: Partial<AuthorizerConfig>, claims: object = {}): Promise<unknown> {
  const { handler } = createAuthorizer({ issuers: [issuer.config], ...config })
  const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${issuer.token({ ...claims })}` }
  return handler(event).then(
    (answer) => ("principalId" in answer ? answer.principalId : undefined),
    ({ code }) => code,
  )
}

describe("14.5: principalId", () => {
  it("is issuer and subject by default", async () => {
    const both = `${issuer.issuer}|auth0|0123456789abcdef01234567`
    expect(await idOf({})).toBe(both)
    expect(await idOf({ principalId: "issuer|subject" })).toBe(both)
  })

  it("is the subject alone, or a claim, if so configured, also in a Deny", async () => {
    expect(await idOf({ principalId: "subject" })).toBe("auth0|0123456789abcdef01234567")
    expect(await idOf({ principalId: "employee" }, { employee: "e-17" })).toBe("e-17")
    expect(await idOf({ principalId: ["app", "id"] }, { app: { id: 17 } })).toBe("17")
    const routes = { "GET /orders": { scopes: ["no"] } }
    expect(await idOf({ principalId: "employee", routes }, { employee: "e-17" })).toBe("e-17")
  })

  it.each([undefined, null, "", " ", "a b", "ä", "\n", {}, [], true, 1.5, 2 ** 53, "x".repeat(513), "__proto__"])(
    "is never empty: a claim %j is undecided, unless it is a plain text",
    async (employee) => {
      expect(await idOf({ principalId: "employee" }, { employee })).toBe(
        employee === "__proto__" ? "__proto__" : "principal_id_missing",
      )
    },
  )

  it("is recorded and decided as unavailable if the claim is missing", async () => {
    const { decide } = createAuthorizer({ issuers: [issuer.config], principalId: "employee" })
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${issuer.token()}` }
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "principal_id_missing" })
  })

  it("is refused as subject with several issuers, or an edge beside one", async () => {
    const other = createTestIssuer({ provider: "okta" })
    const config = { issuers: [issuer.config, other.config], principalId: "subject" }
    expect(() => createAuthorizer(config)).toThrow(/principalId.*must not be "subject"/)
    await expect(loadAuthorizer(config)).rejects.toThrow(/principalId/)
    for (const wrong of [7, "", ["a", ""], {}, "toString"])
      expect(() => createAuthorizer({ issuers: [issuer.config], principalId: wrong as never })).toThrow(/principalId/)
  })
})
