import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { gatewaySettings } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"
import { restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const issuers = [oidcIssuer()]
const settings = (more: object) => gatewaySettings({ issuers, ...more } as unknown as AuthorizerConfig)
const identity = { role: "identity", headers: { user: "x-user" }, evidence: [] }

describe("13-8-2: what API Gateway must be set to, as data", () => {
  it("the defaults", () => {
    expect(settings({})).toEqual({
      resultTtlSeconds: 300,
      rest: { identitySources: ["method.request.header.Authorization"], authorizerTypes: ["TOKEN", "REQUEST"] },
      http: {
        identitySources: ["$request.header.Authorization"],
        payloadFormatVersions: ["2.0", "1.0"],
        simpleResponses: false,
      },
      websocket: { identitySources: ["route.request.header.Authorization"] },
    })
  })

  it("no source where requests may come without it: API Gateway would answer 401 and not ask", () => {
    const several = { credential: { header: "X-Token", cookie: "t" } }
    for (const more of [several, { edge: identity }, { issuers: [], edge: identity }]) {
      const { rest, http, websocket } = settings({ ...more, gateway: { resultTtlSeconds: 0 } })
      expect([rest, http, websocket].map(({ identitySources }) => identitySources)).toEqual([[], [], []])
    }
    const attributes = settings({ edge: { ...identity, role: "attributes" }, gateway: { resultTtlSeconds: 0 } })
    expect(attributes.rest.identitySources).toEqual(["method.request.header.Authorization"])
  })

  it("one source in the words of each kind, whatever the words of the configuration", () => {
    for (const source of ["$request.header.X-A", "method.request.header.X-A", "route.request.header.X-A"]) {
      const { rest, http } = settings({ gateway: { identitySources: ["token", source, source] } })
      expect(rest.identitySources).toEqual(["method.request.header.Authorization", "method.request.header.X-A"])
      expect(http.identitySources).toEqual(["$request.header.Authorization", "$request.header.X-A"])
    }
  })

  it("a TOKEN authorizer is not shown a cookie, so none is proposed, and such an event finds no credential", async () => {
    const configuration = { issuers, credential: { cookie: "session" } }
    expect(settings(configuration).rest.authorizerTypes).toEqual(["REQUEST"])
    const event = { ...restToken(), authorizationToken: `session=${mint()}` }
    expect(await createAuthorizer(configuration, { clock }).decide(event)).toMatchObject({
      reason: "credential_missing",
    })
  })

  it("a subprotocol is read on WebSocket APIs only, and its header is the identity source there", () => {
    const { rest, http, websocket } = settings({ credential: { subprotocol: "bearer" } })
    expect(websocket).toEqual({ identitySources: ["route.request.header.Sec-WebSocket-Protocol"] })
    for (const { impossible } of [rest, http])
      expect(impossible).toMatch(/^credential\.subprotocol is read on WebSocket/)
    expect(settings({ credential: { header: "X-Token", subprotocol: "bearer" } }).http.impossible).toBeUndefined()
  })

  it.each<[string, object, object]>([
    ["an HTTP API", { api: "http" }, { rest: 'gateway.api is "http"' }],
    ["a REST API", { api: "rest" }, { http: 'gateway.api is "rest"' }],
    [
      "a TOKEN authorizer",
      { authorizerType: "token" },
      {
        http: 'gateway.authorizerType is "token", which REST APIs have only',
        websocket: 'gateway.authorizerType is "token", which REST APIs have only',
      },
    ],
    [
      "a VPC endpoint in the cache key",
      { identitySources: ["token", "context.identity.vpceId"] },
      { http: 'gateway.identitySources holds "context.identity.vpceId", and HTTP APIs have no VPC endpoint' },
    ],
  ])("the kinds that cannot use a configuration for %s, and why", (_what, gateway, expected) => {
    const { rest, http, websocket } = settings({ gateway })
    const found = Object.entries({ rest, http, websocket }).flatMap(([kind, { impossible }]) =>
      impossible === undefined ? [] : [[kind, impossible]],
    )
    expect(Object.fromEntries(found)).toEqual(expected)
  })
})
