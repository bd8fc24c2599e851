import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, eventKinds, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const bearer = `Bearer ${mint()}`
const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"
const answerOf = async (event: unknown, changes: Partial<AuthorizerConfig> = {}): Promise<PolicyAnswer> => {
  const config = { issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 }, ...changes }
  return (await createAuthorizer(config, { clock }).handler(event)) as PolicyAnswer
}
const routes = {
  "GET /orders/{id}": {},
  "ANY /files/{path+}": {},
  "GET /plain": {},
  $connect: {},
  "GET /": {},
  "DELETE /plain": { scopes: ["no"] },
}

describe("allow", () => {
  it.each(eventKinds)("%s: a policy with principalId, version and a list of statements", async (kind) => {
    const answer = await answerOf(eventBuilders[kind](bearer))
    expect(answer.principalId).toBe("https://issuer.example/tenant|canary-subject")
    expect(answer.policyDocument.Version).toBe("2012-10-17")
    const on = kind === "http-2.0" ? stage.replace("prod", "$default") : stage
    expect(answer.policyDocument.Statement).toEqual([
      { Effect: "Allow", Action: "execute-api:Invoke", Resource: [`${on}/*`] },
    ])
  })

  it.each([
    [restRequest(bearer, { template: "/orders/{id}", path: "/orders/7" }), [`${stage}/GET/orders/*`]],
    [restToken(bearer, { path: "/orders/7" }), [`${stage}/GET/orders/*`]],
    [restToken(bearer, { path: "/plain" }), [`${stage}/GET/plain`, `${stage}/GET/plain/`]],
    [restRequest(bearer, { path: "/" }), [`${stage}/GET/`]],
    [restRequest(bearer, { template: "/files/{proxy+}", path: "/files/a", method: "PUT" }), [`${stage}/PUT/files/*`]],
    [webSocket(bearer), [`${stage}/$connect`]],
  ])("with routes, exactly the matched one", async (event, resources) => {
    const { policyDocument } = await answerOf(event, { routes })
    expect(policyDocument.Statement).toEqual([{ Effect: "Allow", Action: "execute-api:Invoke", Resource: resources }])
  })

  it.each(["/orders/*", "/orders/${x}", "/orders/?"])(
    "SR-141: nothing of the path %s reaches a resource",
    async (path) => {
      const { policyDocument } = await answerOf(restRequest(bearer, { template: "/orders/{id}", path }), { routes })
      expect(policyDocument.Statement[0]?.Resource).toEqual([`${stage}/GET/orders/*`])
    },
  )

  it("an open unmatched route is allowed by its template, a TOKEN event by its method", async () => {
    const open = { routes, unmatched: "authenticated" as const }
    const rest = await answerOf(restRequest(bearer, { template: "/else/{x}", path: "/else/1" }), open)
    expect(rest.policyDocument.Statement[0]?.Resource).toEqual([`${stage}/GET/else/*`])
    const token = await answerOf(restToken(bearer, { path: "/else/1" }), open)
    expect(token.policyDocument.Statement[0]?.Resource).toEqual([`${stage}/GET/*`])
  })

  it("keeps the partition of the event", async () => {
    const event = { ...restToken(bearer), methodArn: `${stage.replace("arn:aws:", "arn:aws-us-gov:")}/GET/x` }
    expect((await answerOf(event)).policyDocument.Statement[0]?.Resource[0]).toMatch(/^arn:aws-us-gov:/)
  })
})

describe("refusals", () => {
  const forbidden = restRequest(bearer, { path: "/plain", method: "DELETE" })

  it("forbidden is an explicit Deny on the whole stage, with the reason in the context", async () => {
    expect(await answerOf(forbidden, { routes })).toEqual({
      principalId: "https://issuer.example/tenant|canary-subject",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Deny", Action: "execute-api:Invoke", Resource: [`${stage}/*`] }],
      },
      context: { reason: "scope_missing", answer: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]*$/) },
    })
  })

  it("unauthenticated throws exactly Unauthorized, or denies the stage and names no check (SR-163)", async () => {
    for (const kind of eventKinds) {
      const event = eventBuilders[kind]("Bearer nonsense")
      await expect(answerOf(event), kind).rejects.toThrow(/^Unauthorized$/)
      const denied = await answerOf(event, { gateway: { resultTtlSeconds: 0, unauthorized: "deny" } })
      expect(denied.principalId).not.toBe("")
      expect(denied.policyDocument.Statement.map(({ Effect }) => Effect)).toEqual(["Deny"])
      expect(denied.context).toEqual({
        reason: "unauthenticated",
        answer: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]*$/),
      })
    }
  })

  it("SR-147: unavailable throws another text and never answers a Deny", async () => {
    const { jwks: _inline, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
    const down = { clock, fetchKeySet: () => Promise.reject(new Error("down")) }
    for (const unauthorized of ["throw", "deny"] as const) {
      const { handler } = createAuthorizer({ issuers: [remote], gateway: { unauthorized } }, down)
      await expect(handler(restToken(bearer))).rejects.toMatchObject({ name: "Unavailable", code: "keys_unavailable" })
      await expect(handler(restToken(bearer))).rejects.not.toThrow("Unauthorized")
    }
  })
})

describe("simple responses", () => {
  const simple = { gateway: { resultTtlSeconds: 0, responses: "simple" as const }, routes }
  const at = (method: string, authorization = bearer): unknown => http2(authorization, { method, path: "/plain" })

  it("are booleans for payload 2.0", async () => {
    expect(await answerOf(at("GET"), simple)).toMatchObject({ isAuthorized: true, context: { sub: "canary-subject" } })
    expect(await answerOf(at("DELETE"), simple)).toEqual({
      isAuthorized: false,
      context: { reason: "scope_missing", answer: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]*$/) },
    })
    expect(await answerOf(at("GET", "Bearer x"), simple)).toEqual({ isAuthorized: false })
  })

  it("leave every other kind with policies", async () => {
    expect(await answerOf(restToken(bearer, { path: "/plain" }), simple)).toHaveProperty("policyDocument")
    await expect(answerOf(restToken("Bearer x"), simple)).rejects.toThrow(/^Unauthorized$/)
  })

  it("unavailable still throws", async () => {
    await expect(answerOf({ ...http2(bearer), type: "x" }, simple)).rejects.toMatchObject({ code: "event_unknown" })
  })
})

describe("usageIdentifierKey", () => {
  const gateway = { resultTtlSeconds: 0, usageIdentifierKey: "api_key" }
  const withKey = (value: unknown): string => `Bearer ${mint({ api_key: value })}`
  const key = "abcdefghij0123456789"

  it("is the key value in the claim, for REST APIs only", async () => {
    expect(await answerOf(restToken(withKey(key)), { gateway })).toMatchObject({ usageIdentifierKey: key })
    expect(await answerOf(restRequest(withKey(key)), { gateway })).toMatchObject({ usageIdentifierKey: key })
    expect(await answerOf(http2(withKey(key)), { gateway })).not.toHaveProperty("usageIdentifierKey")
  })

  it.each(["short", `${key}\n`, 7, [key], undefined])("is left out for %o", async (value) => {
    expect(await answerOf(restToken(withKey(value)), { gateway })).not.toHaveProperty("usageIdentifierKey")
  })
})

describe("SR-142: wildcards in an Allow", () => {
  it("stand behind the stage only, and in the method only where the configuration says ANY for a cache key without it", async () => {
    for (const kind of eventKinds) {
      for (const changes of [{}, { routes: { ...routes, $default: {} } }]) {
        const { policyDocument } = await answerOf(
          eventBuilders[kind](bearer, { path: "/orders/7", template: "/orders/{id}" }),
          changes,
        )
        for (const { Effect, Resource } of policyDocument.Statement) {
          expect(Effect).toBe("Allow")
          for (const resource of Resource) {
            const [api = "", stageName = "", method = ""] = resource.split(":").slice(5).join(":").split("/")
            expect(resource.split(":").slice(0, 5).join(":")).not.toMatch(/[*?$]/)
            expect(`${api}/${stageName}`).toMatch(/^[a-z0-9]+\/(?:\$default|[A-Za-z0-9_-]+)$/)
            if (Object.keys(changes).length > 0) expect(method).toMatch(/^(?:GET|\$connect)$/)
          }
        }
      }
    }
  })
})
