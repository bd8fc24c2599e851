import { expect } from "vitest"
import { apiSettings, type ClientRequest } from "../../local/gateway/api.ts"
import { evaluatePolicy } from "../../local/gateway/evaluate.ts"
import { ApiGateway } from "../../local/gateway/gateway.ts"
import { createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2, restRequest, restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { type EarlierOptions, earlierAccepts } from "./migrate-from/earlier.ts"
import { configOf, holdSection, problemsOf, verdictOf } from "./migrate-from/page.ts"

const auth0 = createTestIssuer({ provider: "auth0", clock })
const old = { audience: "https://api.example.com", issuer: auth0.issuer }
const own = (changes: object) => configOf({ ...auth0.config, ...changes })
const routes = { "GET /orders/{id}": { scopes: ["openid"] }, "DELETE /orders/{id}": { permissions: ["orders:delete"] } }

type TokenEvent = { readonly methodArn: string; readonly authorizationToken: string }

/** Auth0's sample, as its documentation describes it: one check of the token, then Allow for this method. */
const auth0Sample =
  (options: EarlierOptions = old) =>
  async (event: object): Promise<object> => {
    const { methodArn, authorizationToken } = event as TokenEvent
    const [, token = ""] = /^Bearer (.*)$/.exec(authorizationToken) ?? []
    if (!(await earlierAccepts(token, auth0.jwks, options))) throw new Error("Unauthorized")
    return { principalId: "sub", policyDocument: policy(methodArn) }
  }

const policy = (resource: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: resource }],
})

const request = (method: string, path: string, token: string): ClientRequest => ({
  ...{ method, path, query: "", sourceIp: "192.0.2.1", headers: [["Authorization", `Bearer ${token}`]] },
})

/** The statuses of these requests, one after the other, with API Gateway's cache between them. 200 is the backend's. */
async function statuses(ask: (event: object) => Promise<unknown>, requests: readonly ClientRequest[]) {
  const api = apiSettings({ kind: "rest", routes: Object.keys(routes), authorizer: { type: "TOKEN" } })
  const gateway = new ApiGateway(api, ask, clock)
  const seen: number[] = []
  for (const each of requests) seen.push((await gateway.handle(each)).response?.status ?? 200)
  return seen
}

holdSection("docs/migrate-from.md", "From Auth0's sample authorizer", {
  "`TOKEN_ISSUER`": async () => {
    expect(auth0.issuer).toBe("https://test.eu.auth0.com/")
    expect(await verdictOf(own({}), auth0.token())).toBe("allow")
    expect(problemsOf(own({ domain: auth0.issuer }))).toContain("issuers[0].domain")
  },
  "`JWKS_URI`": () => {
    expect(problemsOf(configOf({ provider: "auth0", domain: "acme.eu.auth0.com", audience: old.audience }))).toBe("")
  },
  "`AUDIENCE`": async () => {
    const foreign = auth0.token({}, "wrongAudience")
    expect(await earlierAccepts(foreign, auth0.jwks, { issuer: auth0.issuer })).toBe(true)
    expect(await verdictOf(own({}), foreign)).toBe("audience_mismatch")
    const id = auth0.token({}, "idToken")
    expect(await earlierAccepts(id, auth0.jwks, old)).toBe(true)
    expect(await verdictOf(own({}), id)).toBe("token_kind_refused")
    expect(problemsOf(own({ audience: undefined }))).toContain("issuers[0].audience")
  },
  "`principalId` is `sub`": async () => {
    const event = restToken(`Bearer ${auth0.token({ sub: "auth0|7" })}`)
    const answer = await createAuthorizer(configOf(auth0.config, { principalId: "subject" }), { clock }).handler(event)
    expect(answer).toMatchObject({ principalId: "auth0|7" })
    expect(await createAuthorizer(own({}), { clock }).handler(event)).toMatchObject({
      principalId: `${auth0.issuer}|auth0|7`,
    })
  },
  "`context.scope`": async () => {
    const config = configOf(auth0.config, { context: { scope: "scope" } })
    const event = restToken(`Bearer ${auth0.token({ scope: "a b" })}`)
    expect(await createAuthorizer(config, { clock }).handler(event)).toMatchObject({
      context: { scope: "a b", scopes: "a b" },
    })
  },
  "a policy for the one `methodArn`": async () => {
    const token = auth0.token({ permissions: ["orders:delete"] })
    const two = [request("GET", "/orders/7", token), request("DELETE", "/orders/7", token)]
    const { handler } = createAuthorizer({ issuers: [auth0.config], routes }, { clock })
    expect(await statuses(auth0Sample(), two)).toEqual([200, 403])
    expect(await statuses(handler, two)).toEqual([200, 200])
  },
  "no rules": async () => {
    const one = [request("DELETE", "/orders/7", auth0.token())]
    const { handler } = createAuthorizer({ issuers: [auth0.config], routes }, { clock })
    expect(await statuses(auth0Sample(), one)).toEqual([200])
    expect(await statuses(handler, one)).toEqual([403])
    expect(await statuses(createAuthorizer({ issuers: [auth0.config] }, { clock }).handler, one)).toEqual([200])
  },
  "TOKEN events only": async () => {
    const bearer = `Bearer ${auth0.token()}`
    for (const event of [restToken(bearer), restRequest(bearer), http2(bearer)])
      expect((await createAuthorizer(own({}), { clock }).decide(event)).outcome).toBe("allow")
    expect(problemsOf(configOf(auth0.config, { gateway: { authorizerType: "token" } }))).toBe("")
  },
  "each error is `Unauthorized`": async () => {
    const fetchKeySet = async () => Promise.reject(new Error("no network"))
    const remote = configOf({ provider: "auth0", domain: "test.eu.auth0.com", audience: old.audience })
    const { decide } = createAuthorizer(remote, { clock, fetchKeySet })
    expect(await decide(restToken(`Bearer ${auth0.token()}`))).toMatchObject({
      ...{ outcome: "unavailable", reason: "keys_unavailable" },
    })
    expect(await verdictOf(own({}), "garbage")).not.toBe("allow")
  },
  "no list of algorithms": async () => {
    for (const alg of ["RS384", "RS512", "PS256"])
      expect(await verdictOf(configOf(oidcIssuer()), mint({}, { alg }))).toBe("algorithm_not_allowed")
  },
  "`exp` may be missing": async () => {
    const token = auth0.token({ exp: undefined })
    expect(await earlierAccepts(token, auth0.jwks, old)).toBe(true)
    expect(await verdictOf(own({}), token)).toBe("expiry_invalid")
  },
})

const oidc = createTestIssuer({ provider: "oidc", clock })
const users = { "GET /users/{id}": {}, "POST /users": { scopes: ["users:write"] } }
const ofUsers = configOf(oidc.config, { routes: users })
const arn = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"

holdSection("docs/migrate-from.md", "From AWS's blueprint", {
  "the check of the token is left to you": async () => {
    for (const defect of [
      "tampered",
      "unknownKey",
      "algNone",
      "wrongIssuer",
      "wrongAudience",
      "expired",
      "idToken",
    ] as const)
      expect(await verdictOf(configOf(oidc.config), oidc.token({}, defect))).not.toBe("allow")
  },
  "`principalId`": async () => {
    const answer = await createAuthorizer(configOf(oidc.config), { clock }).handler(restToken(`Bearer ${oidc.token()}`))
    expect(answer).toMatchObject({ principalId: `${oidc.issuer}|ann` })
  },
  "`allowMethod`": async () => {
    expect(await verdictOf(ofUsers, oidc.token(), { path: "/users/7" })).toBe("allow")
    expect(await verdictOf(ofUsers, oidc.token(), { path: "/users", method: "POST" })).toBe("scope_missing")
  },
  "`allowMethod` with `*` in the path": async () => {
    expect(evaluatePolicy(policy(`${arn}/GET/users/*`), `${arn}/GET/users/7/keys`).verdict).toBe("allow")
    expect(await verdictOf(ofUsers, oidc.token(), { path: "/users/7/keys" })).toBe("route_unmatched")
    expect(problemsOf(configOf(oidc.config, { routes: { "GET /users/*": {} } }))).toContain("GET /users/{proxy+}")
  },
  "`allowAllMethods`": async () => expect(await verdictOf(configOf(oidc.config), oidc.token())).toBe("allow"),
  "`denyAllMethods`, `denyMethod`": async () => {
    expect(await verdictOf(ofUsers, oidc.token(), { path: "/other" })).toBe("route_unmatched")
    expect(await verdictOf(ofUsers, oidc.token(), { path: "/users/7", method: "DELETE" })).toBe("route_unmatched")
    expect(problemsOf({ ...ofUsers, unmatched: "deny" })).toBe("")
  },
  "`allowMethodWithConditions`": async () => {
    const rule = { "GET /users/{id}": { claims: [{ path: "plan", equals: "gold" }] } }
    const config = configOf(oidc.config, { routes: rule })
    expect(await verdictOf(config, oidc.token({ plan: "gold" }), { path: "/users/7" })).toBe("allow")
    expect(await verdictOf(config, oidc.token(), { path: "/users/7" })).toBe("claim_mismatch")
  },
  "`pathRegex`": async () => {
    const theirs = /^[/.a-zA-Z0-9-*]+$/
    for (const path of ["/user_groups", "/~ann"]) {
      expect(theirs.test(path)).toBe(false)
      expect(await verdictOf(configOf(oidc.config, { routes: { [`GET ${path}`]: {} } }), oidc.token(), { path })).toBe(
        "allow",
      )
    }
  },
  "`arn:aws:` is fixed": async () => {
    const event = restToken(`Bearer ${oidc.token()}`, { path: "/users/7" })
    const methodArn = String(event.methodArn).replace("arn:aws:", "arn:aws-cn:")
    const answer = JSON.stringify(await createAuthorizer(ofUsers, { clock }).handler({ ...event, methodArn }))
    expect(answer).toContain("arn:aws-cn:execute-api:")
    expect(answer).not.toContain("arn:aws:")
  },
  "`context`": async () => {
    const config = configOf(oidc.config, { context: { plan: "plan", teams: "teams" } })
    const event = restToken(`Bearer ${oidc.token({ plan: "gold", teams: ["a", "b"] })}`)
    const answer = (await createAuthorizer(config, { clock }).handler(event)) as { readonly context: object }
    expect(answer.context).toMatchObject({ plan: "gold", teams: Buffer.from('["a","b"]').toString("base64url") })
    for (const value of Object.values(answer.context)) expect(typeof value).toBe("string")
  },
  '`callback("Unauthorized")`': async () => {
    const { handler } = createAuthorizer(configOf(oidc.config), { clock })
    for (const credential of ["", "Bearer", "Basic x", "Bearer x", `bearer ${oidc.token({}, "expired")}`])
      await expect(handler(restToken(credential))).rejects.toThrow(/^Unauthorized$/)
  },
  "the token is in the log": async () => {
    const records: unknown[] = []
    const observer = { decision: (record: object) => void records.push(record) }
    const token = oidc.token()
    await createAuthorizer(configOf(oidc.config), { clock, observer }).handler(restToken(`Bearer ${token}`))
    expect(records).toHaveLength(1)
    expect(JSON.stringify(records)).not.toContain(token.slice(-40))
  },
})
