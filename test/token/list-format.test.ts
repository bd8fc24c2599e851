import { describe, expect, it } from "vitest"
import { createAuthorizer, loadAuthorizer, type RouteRule } from "../../src/index.ts"
import type { IssuerConfig } from "../../src/types/configuration.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

const lists = ["roles", "groups", "permissions"] as const
const issuer = (changes: object = {}): IssuerConfig => oidcIssuer({ permissions: "permissions", ...changes })
const bracketed = issuer({ listFormat: "bracketed" })

async function listOf(name: (typeof lists)[number], value: unknown, of: IssuerConfig = issuer()): Promise<unknown> {
  const verifier = createVerifier({ issuers: [of] }, { clock })
  return verifier.verify(mint({ [name]: value })).then(
    (principal) => principal[name],
    (error: { code: string }) => error.code,
  )
}

describe.each(lists)("2.7: %s as text", (name) => {
  it.each(["a", "a b", "a,b", "a, b", "CN=Ops,DC=acme", "a]", "(a)", "{a}", "\\[a]", "é"])(
    "%j is a list of one",
    async (value) => {
      expect(await listOf(name, value)).toEqual([value])
      expect(await listOf(name, value, bracketed)).toEqual([value])
    },
  )

  it.each(["", " ", "\t", null, 7, true, {}, ["a", 7]])("%j is no list", async (value) => {
    expect(await listOf(name, value)).toEqual([])
    expect(await listOf(name, value, bracketed)).toEqual([])
  })

  it.each(["[a, b]", "[a]", "[]", " [a]", "\n[a", "[a", '["a"]', "[[a]]", "[a],[b]"])(
    "%j is refused, unless the format is named",
    async (value) => {
      expect(await listOf(name, value)).toBe("list_bracketed")
    },
  )

  it.each([
    ["[a, b]", ["a", "b"]],
    ["[a,b,a]", ["a", "b", "a"]],
    ["[a]", ["a"]],
    ["[]", []],
    [" [a , b] ", ["a", "b"]],
    ["[Order+Desk, EU%2FSales, a%2Cb, 50%25, %5Bx%5D]", ["Order Desk", "EU/Sales", "a,b", "50%", "[x]"]],
    ["[Verk%C3%A4ufer]", ["Verkäufer"]],
  ])("with the format, %j is %j", async (value, expected) => {
    expect(await listOf(name, value, bracketed)).toEqual(expected)
  })

  it.each([
    "[a",
    "[a]]",
    "[[a]]",
    "[a],[b]",
    "[a] b",
    '["a", "b"]',
    "[a,,b]",
    "[,]",
    "[a,]",
    "[ ]",
    "[%]",
    "[%zz]",
    "[%C3]",
    "[%ED%A0%80]",
    "[\u2028]x",
    `[${"[".repeat(5000)}`,
  ])("with the format, %j is refused as no such list", async (value) => {
    expect(await listOf(name, value, bracketed)).toBe("list_bracketed")
  })

  it("a list with a text in brackets is a list as it is", async () => {
    expect(await listOf(name, ["[a, b]"])).toEqual(["[a, b]"])
    expect(await listOf(name, ["[a, b]"], bracketed)).toEqual(["[a, b]"])
  })
})

describe("2.7: rules and other places", () => {
  const decided = async (of: IssuerConfig, claims: object, rule: RouteRule): Promise<string> => {
    const config = { issuers: [of], routes: { "GET /x": rule }, gateway: { resultTtlSeconds: 0 } } as const
    const event = http2(`Bearer ${mint(claims)}`, { path: "/x" })
    const reason = (await createAuthorizer(config, { clock }).decide(event)).reason
    expect((await (await loadAuthorizer(config, { clock })).decide(event)).reason).toBe(reason)
    return reason
  }

  it("a user with one role passes as one with two does", async () => {
    const of = issuer({ roles: "role" })
    expect(await decided(of, { role: "Admin" }, { roles: ["Admin"] })).toBe("ok")
    expect(await decided(of, { role: ["Admin", "User"] }, { roles: ["Admin"] })).toBe("ok")
    for (const role of ["Administrator", "admin", "Admin,User", "Admin User", " Admin", ["Admin,User"]])
      expect(await decided(of, { role }, { roles: ["Admin"] })).toBe("role_missing")
    expect(await decided(of, { role: "Admin" }, { roles: ["Admin", "User"] })).toBe("role_missing")
  })

  it("a nested claim and one of several paths count, too", async () => {
    const of = issuer({ roles: [["realm", "role"], ["role"]] })
    expect(await decided(of, { realm: { role: "Admin" }, role: "User" }, { roles: ["Admin", "User"] })).toBe("ok")
    expect(await decided(of, { realm: { role: "[Admin]" }, role: "User" }, {})).toBe("list_bracketed")
  })

  it("scopes stay as they are: a text is split at blanks, brackets mean nothing", async () => {
    expect(await decided(issuer(), { scope: "[a b]" }, { scopes: ["[a", "b]"] })).toBe("ok")
  })

  it("Cognito's SAML attributes are read with the format", async () => {
    const cognito = {
      provider: "cognito",
      userPoolId: "eu-west-1_AbCdEf",
      clientIds: ["c"],
      tokenUse: "id",
      groups: "custom:groups",
      jwks: { keys: [testKey().jwk] },
    } as const
    const iss = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf"
    const claims = { iss, aud: "c", token_use: "id", client_id: undefined, "custom:groups": "[ops, sales]" }
    expect(await decided(cognito, claims, { groups: ["ops"] })).toBe("list_bracketed")
    expect(await decided({ ...cognito, listFormat: "bracketed" }, claims, { groups: ["ops", "sales"] })).toBe("ok")
    const one = { ...claims, "custom:groups": "ops" }
    expect(await decided(cognito, one, { groups: ["ops"] })).toBe("ok")
    expect(await decided({ ...cognito, listFormat: "bracketed" }, one, { groups: ["ops"] })).toBe("ok")
  })

  it.each(["csv", "", true, ["bracketed"], null])("listFormat %j is refused at start", (listFormat) => {
    expect(() => createVerifier({ issuers: [issuer({ listFormat })] })).toThrow(/listFormat: must be one of/)
  })

  it("the prototype of a text gives no list", async () => {
    expect(await listOf("roles", { length: 1, 0: "a" })).toEqual([])
    expect(await decided(issuer({ roles: ["role", "length"] }), { role: "abc" }, { roles: ["3"] })).toBe("role_missing")
  })
})
