import { describe, expect, it } from "vitest"
import { createAuthorizer, type Principal, type RouteRule } from "../../src/index.ts"
import { compileRule } from "../../src/route/rule.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const claims = {
  scope: "read write",
  roles: ["editor", "viewer"],
  groups: ["EU Sales", "a,b"],
  permissions: ["refund"],
  department: "ops",
  level: 3,
  verified: true,
  "https://x.example/tags": ["red", 7],
  address: { country: "DE" },
  auth_time: 1_790_000_000,
}

async function reason(rule: RouteRule, changes: object = {}): Promise<string> {
  const issuer = oidcIssuer({ permissions: "permissions" })
  const config = { issuers: [issuer], routes: { "GET /x": rule }, gateway: { resultTtlSeconds: 0 } }
  const { decide } = createAuthorizer(config, { clock })
  const event = http2(`Bearer ${mint({ ...claims, ...changes })}`, { path: "/x" })
  return (await decide(event)).reason
}

describe("demands", () => {
  it.each<[RouteRule, string]>([
    [{}, "ok"],
    [{ scopes: ["read"] }, "ok"],
    [{ scopes: ["read", "write"] }, "ok"],
    [{ scopes: ["read", "admin"] }, "scope_missing"],
    [{ scopes: { all: ["read", "admin"] } }, "scope_missing"],
    [{ scopes: { any: ["read", "admin"] } }, "ok"],
    [{ scopes: { any: ["admin", "root"] } }, "scope_missing"],
    [{ scopes: ["READ"] }, "scope_missing"],
    [{ scopes: ["rea"] }, "scope_missing"],
    [{ roles: ["editor"] }, "ok"],
    [{ roles: ["admin"] }, "role_missing"],
    [{ groups: ["EU Sales"] }, "ok"],
    [{ groups: ["a"] }, "group_missing"],
    [{ permissions: ["refund"] }, "ok"],
    [{ permissions: ["read"] }, "permission_missing"],
    [{ scopes: ["read"], roles: ["admin"] }, "role_missing"],
    [{ kind: "user" }, "ok"],
    [{ kind: "app" }, "kind_mismatch"],
  ])("%o is %s", async (rule, expected) => {
    expect(await reason(rule)).toBe(expected)
  })

  it.each<[object, RouteRule, string]>([
    [{ scope: undefined }, { scopes: ["read"] }, "scope_missing"],
    [{ scope: ["read"] }, { scopes: ["read"] }, "ok"],
    [{ scope: "read  write " }, { scopes: ["write"] }, "ok"],
    [{ scope: undefined, scp: "read" }, { scopes: ["read"] }, "ok"],
    [{ scope: 7 }, { scopes: ["7"] }, "scope_missing"],
    [{ roles: "admin" }, { roles: ["admin"] }, "ok"],
    [{ roles: "administrator" }, { roles: ["admin"] }, "role_missing"],
    [{ roles: "admin,editor" }, { roles: ["admin"] }, "role_missing"],
    [{ roles: "admin editor" }, { roles: ["admin"] }, "role_missing"],
    [{ roles: " admin" }, { roles: ["admin"] }, "role_missing"],
    [{ roles: ["admin", 7] }, { roles: ["admin"] }, "role_missing"],
    [{ roles: { admin: true } }, { roles: ["admin"] }, "role_missing"],
  ])("SR-073, SR-074, 2.7: with %o, %o is %s", async (changes, rule, expected) => {
    expect(await reason(rule, changes)).toBe(expected)
  })
})

describe("claims", () => {
  it.each<[NonNullable<RouteRule["claims"]>, string]>([
    [[{ path: "department", equals: "ops" }], "ok"],
    [[{ path: "department", equals: ["hr", "ops"] }], "ok"],
    [[{ path: "department", equals: "op" }], "claim_mismatch"],
    [[{ path: "level", equals: 3 }], "ok"],
    [[{ path: "level", equals: "3" }], "claim_mismatch"],
    [[{ path: "verified", equals: true }], "ok"],
    [[{ path: "https://x.example/tags", contains: "red" }], "ok"],
    [[{ path: "https://x.example/tags", contains: [8, 7] }], "ok"],
    [[{ path: "https://x.example/tags", contains: "7" }], "claim_mismatch"],
    [[{ path: "department", contains: "ops" }], "claim_mismatch"],
    [[{ path: ["address", "country"], equals: "DE" }], "ok"],
    [[{ path: "address.country", equals: "DE" }], "claim_mismatch"],
    [[{ path: ["roles", "length"], equals: 2 }], "claim_mismatch"],
    [
      {
        any: [
          { path: "department", equals: "hr" },
          { path: "level", equals: 3 },
        ],
      },
      "ok",
    ],
    [
      {
        all: [
          { path: "department", equals: "hr" },
          { path: "level", equals: 3 },
        ],
      },
      "claim_mismatch",
    ],
  ])("SR-075: %o is %s", async (demand, expected) => {
    expect(await reason({ claims: demand })).toBe(expected)
  })
})

describe("SR-077: an e-mail address", () => {
  const boss: RouteRule = { claims: [{ path: "email", equals: "boss@corp.example" }] }
  const bossByList: RouteRule = { claims: [{ path: ["email"], equals: "boss@corp.example" }] }

  it.each([
    [{ email: "boss@corp.example", email_verified: true }, "ok"],
    [{ email: "boss@corp.example", email_verified: false }, "claim_mismatch"],
    [{ email: "boss@corp.example", email_verified: "true" }, "claim_mismatch"],
    [{ email: "boss@corp.example" }, "claim_mismatch"],
  ])("%o is %s", async (changes, expected) => {
    expect(await reason(boss, changes)).toBe(expected)
    expect(await reason(bossByList, changes)).toBe(expected)
  })

  it.each([
    ["boss@corp.example", "ok"],
    ["o'brien+tag@corp-1.example", "ok"],
    ["boss", "claim_mismatch"],
    ["@corp.example", "claim_mismatch"],
    ["boss@", "claim_mismatch"],
    ["boss@corp.example@evil.example", "claim_mismatch"],
    ["boss @corp.example", "claim_mismatch"],
    ["b@corp.example x", "claim_mismatch"],
    ["boss\u0000@corp.example", "claim_mismatch"],
    ["boss@corp\n.example", "claim_mismatch"],
    ["b\u00f6ss@corp.example", "claim_mismatch"],
    ["boss@c\u043erp.example", "claim_mismatch"],
    ["boss\u007f@corp.example", "claim_mismatch"],
  ])("9: a verified address %o, which the rule names as it is, is %s", (email, expected) => {
    // The configuration refuses such a rule; the rule itself must not rely on that.
    const rule = compileRule({ claims: [{ path: "email", equals: email }] })
    const principal = { claims: { email, email_verified: true } } as unknown as Principal
    expect(rule.refuse(principal)?.code ?? "ok").toBe(expected)
  })

  it("9: a verified list of addresses is no address", () => {
    const rule = compileRule({ claims: [{ path: "email", contains: "boss@corp.example" }] })
    const principal = { claims: { email: ["boss@corp.example"], email_verified: true } } as unknown as Principal
    expect(rule.refuse(principal)?.code).toBe("claim_mismatch")
  })
})

describe("alternatives", () => {
  const rule: RouteRule = {
    anyOf: [
      { kind: "user", scopes: ["read"] },
      { kind: "app", roles: ["Sync.All"] },
    ],
  }

  it("a user's scope or an app's role, never one in the other's place", async () => {
    const app = { auth_time: undefined, sub: "canary-client" }
    expect(await reason(rule)).toBe("ok")
    expect(await reason(rule, { ...app, roles: ["Sync.All"], scope: undefined })).toBe("ok")
    expect(await reason(rule, { ...app, roles: [] })).toBe("alternatives_unmet")
    expect(await reason(rule, { scope: "else", roles: ["Sync.All"] })).toBe("alternatives_unmet")
  })

  it("hold besides the rest of the rule", async () => {
    expect(await reason({ ...rule, groups: ["nobody"] })).toBe("group_missing")
  })
})
