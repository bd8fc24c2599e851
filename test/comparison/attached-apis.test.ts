import { describe, expect, it } from "vitest"
import type { AuthorizerConfig } from "../../src/index.ts"
import { attachmentProblems } from "../../src/policy.ts"

const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] as const
const config: AuthorizerConfig = { issuers, gateway: { resultTtlSeconds: 60 } }
const rest = {
  ...{ Name: "orders", Kind: "rest", Type: "REQUEST", ResultTtlSeconds: "60" },
  IdentitySource: "method.request.header.Authorization",
}
const http = {
  ...{ Name: "shop", Kind: "http", PayloadFormatVersion: "2.0", Responses: "policy", ResultTtlSeconds: 60 },
  IdentitySource: ["$request.header.Authorization"],
}
const socket = { Name: "chat", Kind: "websocket", IdentitySource: ["route.request.header.Authorization"] }
const texts = (apis: unknown, changed: Partial<AuthorizerConfig> = {}): string[] =>
  attachmentProblems({ ...config, ...changed }, apis).map(({ path, message }) => `${path}: ${message}`)

describe("17-2: the settings of a stack's authorizers", () => {
  it("fit", () => expect(texts([rest, http, socket])).toEqual([]))

  it.each<[string, object, Partial<AuthorizerConfig>, RegExp]>([
    ["a longer TTL", { ...http, ResultTtlSeconds: "61" }, {}, /^shop: the authorizer hallpass keeps answers for 61/],
    ["simple responses", { ...http, Responses: "simple" }, {}, /^shop: .*expects simple responses/],
    ["another payload", { ...http, PayloadFormatVersion: "3.0" }, {}, /^shop: .*has payload format 3\.0/],
    ["a key without the token", { ...rest, IdentitySource: "context.httpMethod" }, {}, /^orders: .*in the cache key/],
    [
      "a TOKEN authorizer for a route in the key",
      { ...rest, Type: "TOKEN" },
      { gateway: { resultTtlSeconds: 60, identitySources: ["token", "route"] } },
      /^orders: .*is of type TOKEN/,
    ],
    ["another kind of API", http, { gateway: { api: "rest" } }, /^shop: this kind of API cannot use the configuration/],
    [
      "a resource policy that allows",
      { ...rest, ResourcePolicyAllows: "true" },
      { routes: { "GET /orders": {} } },
      /^orders: the resource policy allows/,
    ],
  ])("do not fit: %s", (_, api, changed, message) => {
    expect(texts([api], changed)[0]).toMatch(message)
  })

  it.each<[string, unknown, string]>([
    ["no list", undefined, "Apis: is no list of APIs"],
    ["an empty list", [], "Apis: is no list of APIs"],
    ["no object", [null], "Apis[0]: has no Kind: rest, http or websocket"],
    ["another kind", [{ ...http, Kind: "constructor" }], "Apis[0]: has no Kind: rest, http or websocket"],
    ["an inherited kind", [Object.create(http)], "Apis[0]: has no Kind: rest, http or websocket"],
    ["no source", [http, { ...socket, IdentitySource: undefined }], "Apis[1]: has no IdentitySource"],
    ["a TTL that is none", [{ ...http, ResultTtlSeconds: "0x1" }], "Apis[0]: has no ResultTtlSeconds"],
    ["no TTL", [{ ...rest, ResultTtlSeconds: "" }], "Apis[0]: has no ResultTtlSeconds"],
    ["no type", [{ ...rest, Type: "JWT" }], "Apis[0]: has no Type"],
    ["no form", [{ ...http, Responses: "Simple" }], "Apis[0]: has no Responses: policy or simple"],
  ])("cannot be read: %s", (_, apis, text) => {
    expect(texts(apis)).toContain(text)
  })
})
