import { describe, expect, it } from "vitest"
import { configurationWarnings } from "../../src/policy.ts"
import type { AuthorizerConfig } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { edgeConfig } from "../support/edge.ts"
import { testKey } from "../support/keys.ts"
import { problems } from "./problems.ts"

const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const api = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const jwks = { keys: [testKey().jwk] }
const entra = { provider: "entra", tenant, audience: [api, "https://orders.example/"], version: [1, 2], jwks }
const relatives = [
  entra,
  { provider: "entra-external-id", tenant, audience: api, jwks },
  { provider: "entra-b2c", tenant, tenantName: "acme", policy: "B2C_1_a", audience: api, jwks },
]
const gateway = { resultTtlSeconds: 0 }
const ruled = (rule: object, issuers: readonly object[] = [entra]): readonly string[] =>
  problems({ issuers, gateway, routes: { "GET /x": rule } })
const never = (place: string): unknown =>
  expect.stringMatching(
    new RegExp(
      `^routes\\["GET /x"\\]${place.replace(/[.[\]]/g, "\\$&")}: is never met: Entra's scp claim holds the name`,
    ),
  )

describe("3: scopes of Entra are names without the API", () => {
  it.each([
    "api://orders/Orders.Read",
    `api://${api}/Orders.Read`,
    "API://orders/Orders.Read",
    `${api}/Orders.Read`,
    "https://orders.example/Orders.Read",
    "https://graph.microsoft.com/User.Read",
    ".default",
    `${api}/.default`,
    "api://orders/.default",
  ])("%s is in no token", (scope) => {
    for (const issuer of relatives.filter(
      ({ audience }) => !scope.startsWith("https://orders") || audience.length === 2,
    ))
      expect(ruled({ scopes: [scope] }, [issuer])).toEqual([never(".scopes[0]")])
    expect(ruled({ scopes: { all: ["Orders.Read", scope] } })).toEqual([never(".scopes.all[1]")])
    expect(ruled({ scopes: { any: ["Orders.Read", scope] } })).toEqual([never(".scopes.any[1]")])
    expect(ruled({ anyOf: [{ scopes: [scope] }, { roles: ["a"] }] })).toEqual([never(".anyOf[0].scopes[0]")])
  })

  it.each(["Orders.Read", "orders/read", "https://other.example/read", "user_impersonation", "a:b", `${api}.read`])(
    "%s may be in one",
    (scope) => {
      expect(ruled({ scopes: [scope] })).toEqual([])
    },
  )

  it("other issuers have such scopes", () => {
    const scopes = ["https://orders.example/Orders.Read"]
    expect(ruled({ scopes }, [entra, oidcIssuer()])).toEqual([])
    expect(ruled({ scopes, issuers: [oidcIssuer().issuer] }, [entra, oidcIssuer()])).toEqual([])
    const own = `https://login.microsoftonline.com/${tenant}/v2.0`
    expect(ruled({ scopes, issuers: [own] }, [entra, oidcIssuer()])).toEqual([never(".scopes[0]")])
  })

  it("an app of Entra and of its relatives has no scopes", () => {
    for (const issuer of relatives)
      expect(ruled({ kind: "app", scopes: ["Orders.Read"] }, [issuer])).toEqual([
        expect.stringContaining("is never met together with kind app"),
      ])
  })
})

describe("3: groups of Entra are object ids, unless the app registration says names", () => {
  const id = "0b5c2f1e-2222-4333-8444-555555555555"
  const warned = (groups: unknown, changes: object = {}, rule: object = {}): readonly string[] => {
    const config = { issuers: [entra], gateway, routes: { "GET /x": { ...rule, groups } }, ...changes }
    expect(problems(config)).toEqual([])
    return configurationWarnings(config as unknown as AuthorizerConfig).map(
      ({ path, message }) => `${path}: ${message}`,
    )
  }
  const message = "is no object id in lower case, which Entra puts into groups by default"

  it("warns of names, and of ids in capitals", () => {
    expect(warned([id])).toEqual([])
    expect(warned(["ops"])).toEqual([`routes["GET /x"].groups[0]: ${message}`])
    expect(warned({ any: [id, id.toUpperCase()] })).toEqual([`routes["GET /x"].groups.any[1]: ${message}`])
    expect(warned({ all: ["ops", id] })).toEqual([`routes["GET /x"].groups.all[0]: ${message}`])
  })

  it("does not, if the groups may come from somewhere else", () => {
    expect(warned(["ops"], { issuers: [entra, oidcIssuer()] })).toEqual([])
    expect(warned(["ops"], { issuers: [entra, oidcIssuer()] }, { issuers: [oidcIssuer().issuer] })).toEqual([])
    const own = `https://login.microsoftonline.com/${tenant}/v2.0`
    expect(warned(["ops"], { issuers: [entra, oidcIssuer()] }, { issuers: [own] })).toHaveLength(1)
    const { edge } = edgeConfig({ role: "attributes" })
    expect(warned(["ops"], { edge })).toEqual([])
  })
})
