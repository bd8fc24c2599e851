import { describe, expect, it } from "vitest"
import { createAuthorizer, type RouteRule } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const tid = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const api = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"
const jwks = { keys: [testKey().jwk] }
const entraToken = (changes: object): string => {
  const tenant = (changes as { tid?: string }).tid ?? tid
  const claims = {
    iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
    aud: api,
    tid,
    oid: "o",
    sub: "s",
    azp: "a",
    ver: "2.0",
  }
  return mint({ ...claims, scope: undefined, client_id: undefined, ...changes }, { header: { typ: "JWT" } })
}

describe("SR-071: the id of a client and of a user of the same name", () => {
  it("differ", async () => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    const user = await verifier.verify(mint({ sub: "alice", client_id: "web" }))
    const app = await verifier.verify(mint({ sub: undefined, client_id: "alice" }))
    const pretender = await verifier.verify(mint({ sub: "client_id%3Dalice", client_id: "web" }))
    expect([user.subject, app.subject]).toEqual(["alice", "alice"])
    expect(app.kind).toBe("app")
    expect(new Set([user.id, app.id, pretender.id]).size).toBe(3)
  })

  it("SR-145: are bounded after encoding too", async () => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    await expect(verifier.verify(mint({ sub: "é".repeat(400) }))).rejects.toMatchObject({ code: "subject_invalid" })
  })
})

describe("an Entra app token without roles", () => {
  const reason = async (rule: RouteRule | undefined, changes: object = {}, allow = false): Promise<string> => {
    const issuer = {
      provider: "entra",
      tenant: tid,
      audience: api,
      jwks,
      ...(allow ? { allowAppsWithoutRoles: true } : {}),
    } as const
    const routes = rule === undefined ? {} : { routes: { "GET /x": rule } }
    const { decide } = createAuthorizer({ issuers: [issuer], ...routes, gateway: { resultTtlSeconds: 0 } }, { clock })
    return (await decide(http2(`Bearer ${entraToken(changes)}`, { path: "/x" }))).reason
  }

  it.each<[RouteRule | undefined]>([
    [undefined],
    [{}],
    [{ kind: "app" }],
    [{ claims: [{ path: "tid", equals: tid }] }],
  ])("is entitled to nothing by %o", async (rule) => {
    expect(await reason(rule)).toBe("app_without_roles")
    expect(await reason(rule, {}, true)).toBe("ok")
    expect(await reason(rule, { roles: ["Sync.All"] })).toBe("ok")
  })

  it("meets no alternative that demands nothing", async () => {
    expect(await reason({ anyOf: [{ kind: "app" }, { scopes: ["x"] }] })).toBe("alternatives_unmet")
  })
})

describe("Entra's multi-tenant names with allowAnyTenant", () => {
  const reason = async (tenant: string, token: string): Promise<string> => {
    const issuer = { provider: "entra", tenant, audience: api, allowAnyTenant: true, jwks } as const
    const verifier = createVerifier({ issuers: [issuer] }, { clock })
    return verifier.verify(token).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
  }

  it.each([
    ["common", tid, "ok"],
    ["common", consumers, "ok"],
    ["organizations", tid, "ok"],
    ["organizations", consumers, "tenant_not_allowed"],
    ["consumers", consumers, "ok"],
    ["consumers", tid, "tenant_not_allowed"],
  ])("%s with a token of %s is %s", async (tenant, of, expected) => {
    expect(await reason(tenant, entraToken({ tid: of, scp: "x" }))).toBe(expected)
  })

  it("tid must be the tenant that iss names", async () => {
    const iss = `https://login.microsoftonline.com/${consumers}/v2.0`
    expect(await reason("common", entraToken({ iss, scp: "x" }))).toBe("tenant_not_allowed")
  })
})

describe("tokenUse id of the generic preset", () => {
  it.each([
    [{}, {}, "ok"],
    [{ nonce: "n", at_hash: "h" }, { typ: "JWT" }, "ok"],
    [{}, { typ: "at+jwt" }, "type_not_allowed"],
    [{ token_use: "access" }, {}, "token_kind_refused"],
    [{ typ: "Bearer" }, {}, "token_kind_refused"],
  ])("with claims %o and header %o: %s", async (claims, header, expected) => {
    const verifier = createVerifier({ issuers: [oidcIssuer({ tokenUse: "id" })] }, { clock })
    const result = await verifier.verify(mint(claims, { header })).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
    expect(result).toBe(expected)
  })
})

describe("6: a claim that is null is absent", () => {
  it("auth_time: null is no evidence of a person", async () => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    expect((await verifier.verify(mint({ auth_time: nowSeconds - 60 }))).kind).toBe("user")
    expect((await verifier.verify(mint({ auth_time: null }))).kind).toBe("unknown")
    expect((await verifier.verify(mint({}))).kind).toBe("unknown")
  })

  it.each([
    ["scp", entraToken({ scp: null, roles: ["Sync.All"] }), { provider: "entra", tenant: tid, audience: api, jwks }],
    [
      "username",
      mint({
        iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
        aud: undefined,
        client_id: "c",
        token_use: "access",
        username: null,
      }),
      { provider: "cognito", userPoolId: "eu-west-1_AbCdEf", clientIds: ["c"], jwks },
    ],
  ] as const)("%s: null does not make a user of an app", async (_claim, token, issuer) => {
    expect((await createVerifier({ issuers: [issuer] }, { clock }).verify(token)).kind).toBe("app")
  })
})

describe("a clock that throws", () => {
  it("makes verify reject, not throw", async () => {
    const broken = (): never => {
      throw new Error("no time")
    }
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock: broken })
    await expect(verifier.verify(mint())).rejects.toMatchObject({ name: "Unavailable", code: "internal" })
  })
})
