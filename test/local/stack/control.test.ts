import { decodeJwt } from "jose"
import { beforeEach, describe, expect, it } from "vitest"
import type {
  Comparison,
  ConfigurationVerdict,
  Exchange,
  RequestSummary,
  Stack,
  State,
  Table,
} from "../../../local/server/control-api.ts"
import { demoConfiguration } from "../../../local/stack/demo.ts"
import { now, raw, rig } from "./served.ts"

const { stack, served, call, reply, token, gateway } = rig()

beforeEach(async () => {
  await call("POST /api/controls", { issuerDown: null, issuerSlowMs: 0, clockOffsetSeconds: 0, clearCache: true })
})

const reader = { issuer: "okta", claims: { scp: ["orders:read"] } }
const send = (wish: object): Promise<Exchange> =>
  call("POST /api/send", { gateway: "rest-request", method: "GET", path: "/orders/7", token: reader, ...wish })

describe("16-4.4: the stack as it says of itself", () => {
  it("names every gateway, issuer and route, to everyone on this machine", async () => {
    const { status, text } = await raw(`${served().page}/api/stack`)
    expect(status).toBe(200)
    const found = JSON.parse(text) as Stack
    expect(found.page).toBe(served().page)
    expect(found.gateways.map(({ name }) => name)).toEqual([
      ...["rest-token", "rest-request", "http-1.0", "http-2.0", "http-2.0-simple", "rest-edge", "websocket"],
    ])
    for (const { url } of found.gateways) expect(url).toMatch(/^(?:http|ws):\/\/127\.0\.0\.1:\d+$/)
    expect(found.issuers.map(({ name }) => name)).toEqual(["okta", "auth0", "entra", "cognito"])
    for (const { tokenUrl, jwksUri } of found.issuers)
      for (const url of [tokenUrl, jwksUri]) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
    expect(found.routes).toContainEqual({ route: "GET /orders/{id}", rule: { scopes: ["orders:read"] } })
    expect(text).not.toContain(served().token)
  })

  it("gives the page personas, examples and the switches", async () => {
    const state = await call<State>("GET /api/state")
    expect(state).toMatchObject({ mode: "demo", backend: "demo", now, keptAnswers: 0 })
    expect(state.examples).toContainEqual({ route: "GET /orders/{id}", method: "GET", path: "/orders/7" })
    expect(state.vocabulary.scopes).toContain("orders:read")
    expect(JSON.parse(state.configuration)).toEqual(JSON.parse(JSON.stringify(demoConfiguration)))
    for (const { issuer } of state.personas) expect(state.issuers.map(({ name }) => name)).toContain(issuer)
  })

  it("shows the route table with what each route demands", async () => {
    const { routes, settings, conflicts } = await call<Table>("GET /api/table")
    expect(routes.find(({ route }) => route === "POST /orders")?.demands).toContain("orders:write")
    expect({ conflicts, settings }).toMatchObject({ conflicts: [], settings: expect.stringContaining("300") })
  })
})

describe("16-4.4: a composed request", () => {
  it("that is allowed reaches the backend, with every stage passed and timed", async () => {
    const { walk, client, api, backend } = await send({})
    expect(client.status).toBe(200)
    expect(walk).toMatchObject({ outcome: "allow", reason: "ok", route: "GET /orders/{id}" })
    expect(walk?.stages.map(({ state }) => state)).not.toContain("failed")
    for (const stage of ["credential", "token", "route"])
      expect(walk?.stages.find((each) => each.stage === stage)?.microseconds, stage).toBeGreaterThan(0)
    expect(api).toMatchObject({ cache: "miss", verdict: "allow", statement: 0 })
    expect(backend).toMatchObject({ method: "GET", path: "/orders/7", authorizer: { scopes: "orders:read" } })
    expect(JSON.parse(client.body)).toEqual(backend)
  })

  it("with the wrong scope names the check, what it has and what to do", async () => {
    const { walk, client, backend } = await send({ method: "POST", path: "/orders" })
    expect(client.status).toBe(403)
    expect(walk).toMatchObject({
      ...{ outcome: "forbidden", reason: "scope_missing", missing: { scopes: ["orders:write"] } },
      failed: { stage: "route", check: "scopes", expected: { all: ["orders:write"] }, found: ["orders:read"] },
    })
    expect(walk?.fix).toContain("orders:write")
    expect(backend).toBeUndefined()
  })

  it.each([
    ["expired", 401, "token_expired"],
    ["notYetValid", 401, "token_not_yet_valid"],
    ["wrongAudience", 401, "audience_mismatch"],
    ["wrongIssuer", 401, "issuer_unknown"],
    ["tampered", 401, "signature_invalid"],
    ["algNone", 401, "algorithm_not_allowed"],
    ["idToken", 401, "token_type_not_allowed"],
  ])("with the defect %s is a %i, for every issuer", async (defect, status, reason) => {
    for (const issuer of ["okta", "auth0", "entra", "cognito"]) {
      const { walk, client } = await send({ token: { issuer, defects: [defect] } })
      expect({ issuer, status: client.status, reason: walk?.reason }).toMatchObject({ issuer, status })
      if (defect !== "idToken" && defect !== "algNone") expect(walk?.reason, issuer).toBe(reason)
    }
  })

  it("behind an edge is that user if the edge has signed it, and nobody if the headers were changed", async () => {
    const { edge } = await call<State>("GET /api/state")
    expect(edge).toMatchObject({ signs: true, headers: { "x-edge-user": "alice" } })
    const composed = {
      gateway: "rest-edge",
      method: "GET",
      path: "/reports/2026",
      edge: { headers: edge?.headers, sign: true },
    }
    const signed = await call<Exchange>("POST /api/send", composed)
    expect(signed).toMatchObject({
      client: { status: 200 },
      walk: { outcome: "allow", principal: "user alice of edge" },
    })
    const plain = await call<Exchange>("POST /api/send", { ...composed, edge: { ...composed.edge, sign: false } })
    expect(plain).toMatchObject({
      client: { status: 403 },
      walk: { outcome: "unauthenticated", failed: { stage: "edge" } },
    })
    const headers = [["x-edge-user", "mallory"]]
    const doubled = await call<Exchange>("POST /api/send", { ...composed, headers })
    expect(doubled.client.status).toBe(403)
  })

  it("without a token is answered by API Gateway, which asks no function", async () => {
    const { token: _, ...without } = { gateway: "rest-request", method: "GET", path: "/orders/7", token: reader }
    const { walk, api, client } = await call<Exchange>("POST /api/send", without)
    expect({ walk, cache: api.cache, status: client.status }).toEqual({
      walk: undefined,
      cache: "gateway",
      status: 401,
    })
    expect(api.why).toContain("has no method.request.header.Authorization")
  })

  it("is kept for another route: the function is not asked again", async () => {
    const shared = await token(reader)
    const headers = { authorization: `Bearer ${shared}` }
    const first = await raw(`${gateway("rest-token")}/orders/7`, { headers })
    const second = await raw(`${gateway("rest-token")}/orders`, { headers })
    const third = await raw(`${gateway("rest-token")}/orders/7`, { headers, method: "DELETE" })
    expect([first, second, third].map(({ status }) => status)).toEqual([200, 200, 403])
    const [deleted, list, one] = await call<RequestSummary[]>("GET /api/requests")
    expect([one, list, deleted].map((row) => row?.cache)).toEqual(["miss", "hit", "hit"])
    expect(one?.walk?.outcome).toBe("allow")
    expect(list).not.toHaveProperty("walk")
  })

  it.each([
    ["a method that is none", { method: "GE T" }, "method must be an HTTP method"],
    ["a path with a line break", { path: "/a\r\nx: y" }, "path must begin with /"],
    ["a header with a line break", { headers: [["a", "b\r\nc: d"]] }, "a value that HTTP does not allow"],
    ["an unknown member", { skip: true }, "takes only"],
    ["an unknown defect", { token: { issuer: "okta", defects: ["none"] } }, "defects must be of"],
  ])("with %s is refused, and its text is not repeated", async (_, wish, message) => {
    const body = { gateway: "rest-request", method: "GET", path: "/orders/7", ...wish }
    const { status, text } = await reply("POST /api/send", body)
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining(message) })
  })

  it("to a gateway or an issuer that is not there is a 404 with the names", async () => {
    const other = await reply("POST /api/send", { gateway: "soap", method: "GET", path: "/" })
    expect(other).toMatchObject({ status: 404, text: expect.stringContaining("rest-token") })
    const unknown = await reply("POST /api/tokens", { issuer: "<script>" })
    expect(unknown.status).toBe(404)
    expect(unknown.text).not.toContain("script")
  })
})

describe("16-4.4: the switches", () => {
  it("issuer down: warm keys go on verifying, tokens are still signed, and the key set answers 503", async () => {
    await send({})
    const [okta] = (await call<Stack>("GET /api/stack")).issuers
    await call("POST /api/controls", { issuerDown: "okta", clearCache: true })
    expect((await raw(okta?.jwksUri ?? "")).status).toBe(503)
    expect((await send({})).client.status).toBe(200)
    const state = await call<State>("GET /api/state")
    expect(state.controls.issuerDown).toBe("okta")
    expect(state.issuers.map(({ down }) => down)).toEqual([true, false, false, false])
    await call("POST /api/controls", { issuerDown: null })
    expect((await raw(okta?.jwksUri ?? "")).status).toBe(200)
  })

  it("rotate: new tokens have a new key, which is fetched once", async () => {
    const before = await token(reader)
    await call("POST /api/controls", { rotate: "okta" })
    const after = await token(reader)
    const kid = (text: string): string => JSON.parse(Buffer.from(text.split(".")[0] ?? "", "base64url").toString()).kid
    expect(kid(after)).not.toBe(kid(before))
    for (const each of [before, after]) {
      const { status } = await raw(`${gateway("http-2.0")}/orders/7`, { headers: { authorization: `Bearer ${each}` } })
      expect(status).toBe(200)
    }
  })

  it("clock: tokens of before expire, and issuers sign for the new time", async () => {
    const before = await token(reader)
    await call("POST /api/controls", { clockOffsetSeconds: 7200 })
    const headers = { authorization: `Bearer ${before}` }
    expect((await raw(`${gateway("rest-request")}/orders/7`, { headers })).status).toBe(401)
    expect((await send({})).client.status).toBe(200)
    expect(decodeJwt(await token(reader)).exp).toBeGreaterThan(now / 1000 + 7200)
  })

  it("result TTL: 0 keeps nothing; a TTL that the configuration cannot have changes nothing", async () => {
    await call("POST /api/controls", { resultTtlSeconds: 0 })
    expect((await send({})).api.cache).toBe("off")
    expect((await reply("POST /api/controls", { resultTtlSeconds: 3601 })).status).toBe(400)
    expect((await reply("POST /api/controls", { resultTtlSeconds: 60, rotate: "nobody" })).status).toBe(404)
    expect((await call<State>("GET /api/state")).controls.resultTtlSeconds).toBe(0)
    await call("POST /api/controls", { resultTtlSeconds: 300 })
    expect((await send({})).api.cache).toBe("miss")
  })

  it("result TTL: a shorter one changes the gateways only, so that hallpass keeps its keys while the issuer is down", async () => {
    await send({})
    await call("POST /api/controls", { issuerDown: "okta", resultTtlSeconds: 0 })
    expect((await send({})).client.status).toBe(200)
    await call("POST /api/controls", { issuerDown: null, resultTtlSeconds: 600 })
    expect(stack().resultTtlSeconds).toBe(600)
    expect((await send({})).api).toMatchObject({ cache: "miss", kept: expect.stringContaining("600 s") })
    await call("POST /api/controls", { resultTtlSeconds: 300 })
  })

  it("clear cache: kept answers go, and nothing else", async () => {
    await send({})
    expect((await call<State>("GET /api/state")).keptAnswers).toBe(1)
    const { keptAnswers } = await call<State>("POST /api/controls", { clearCache: true })
    expect(keptAnswers).toBe(0)
    expect((await call<RequestSummary[]>("GET /api/requests")).length).toBeGreaterThan(0)
  })
})

describe("16-3: the token endpoint of an issuer", () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`
  const ask = async (name: string, body: string | Buffer, headers: object = {}) => {
    const { issuers } = await call<Stack>("GET /api/stack")
    const url = issuers.find((issuer) => issuer.name === name)?.tokenUrl ?? ""
    const { status, text } = await raw(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body,
    })
    return { status, ...(JSON.parse(text) as { access_token: string; error?: string; token_type?: string }) }
  }
  const basic = { authorization: `Basic ${Buffer.from("job:secret").toString("base64")}` }
  const form = "grant_type=client_credentials&scope=orders:read"

  it.each(["okta", "auth0", "entra", "cognito"])("%s gives a program a token that the gateway takes", async (name) => {
    const { status, access_token, token_type } = await ask(name, `${form}&client_id=job&client_secret=s`)
    expect({ status, token_type }).toEqual({ status: 200, token_type: "Bearer" })
    const { text } = await reply("POST /api/paste", { token: access_token, path: "/orders" })
    const { walk } = JSON.parse(text) as Exchange
    expect(walk?.principal).toMatch(/^app /)
    // Entra writes what an app may do as roles.
    expect(walk?.reason).toBe(name === "entra" ? "scope_missing" : "ok")
  })

  it("takes Basic authentication, JSON, claims of the caller's own, and defects", async () => {
    const own = await ask("okta", `${form}&claims=${encodeURIComponent('{"tier":"gold"}')}`, basic)
    expect(decodeJwt(own.access_token)).toMatchObject({ tier: "gold", cid: "job" })
    const json = JSON.stringify({ grant_type: "client_credentials", client_id: "job", defects: ["expired"] })
    const { access_token } = await ask("auth0", json, { "content-type": "application/json" })
    expect(decodeJwt(access_token).exp).toBeLessThan(now / 1000)
  })

  it.each([
    ["another grant", "grant_type=password&username=a&password=b", basic, 400, "unsupported_grant_type"],
    ["no client", form, {}, 401, "invalid_client"],
    ["a parameter twice", `${form}&scope=x`, basic, 400, "invalid_request"],
    ["claims that are no object", `${form}&claims=[]`, basic, 400, "invalid_request"],
    ["an unknown defect", `${form}&defects=none`, basic, 400, "invalid_request"],
    ["JSON that is none", "{", { ...basic, "content-type": "application/json" }, 400, "invalid_request"],
    ["a large form", `${form}&claims=${"a".repeat(70_000)}`, basic, 413, "invalid_request"],
    ["claims that nest without end", `${form}&claims=${nested(9000)}`, basic, 400, "invalid_request"],
    [
      "JSON that nests without end",
      `{"claims":${nested(9000)}}`,
      { ...basic, "content-type": "application/json" },
      ...([400, "invalid_request"] as const),
    ],
    ["a body that is no UTF-8", Buffer.from(`${form}&x=\u00ff`, "latin1"), basic, 400, "invalid_request"],
  ])("refuses %s as RFC 6749 does", async (_, body, headers, status, error) => {
    expect(await ask("okta", body, headers)).toMatchObject({ status, error })
  })
})

describe("16-4.4: what is pasted", () => {
  it("a token is judged, and is in no list and no state", async () => {
    const secret = await token({ issuer: "okta", claims: { scp: ["orders:read"], note: "only-in-this-token" } })
    const before = (await call<RequestSummary[]>("GET /api/requests")).length
    const { walk, claims, token: echoed } = await call<Exchange>("POST /api/paste", { token: `Bearer ${secret}` })
    expect(walk).toMatchObject({ outcome: "allow", route: "GET /orders" })
    expect({ note: claims?.note, echoed }).toEqual({ note: "only-in-this-token", echoed: undefined })
    const after = await reply("GET /api/requests")
    expect(JSON.parse(after.text)).toHaveLength(before)
    for (const { text } of [after, await reply("GET /api/state")]) expect(text).not.toContain("only-in-this-token")
    expect(stack().deployment.apis.get("rest-token")?.gateway.cache.size).toBe(0)
  })

  it("a token is verified anew each time: the authorizer for what is pasted remembers none", async () => {
    const authorizationToken = `Bearer ${await token(reader)}`
    const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
    const event = { type: "TOKEN", methodArn, authorizationToken }
    const { forgetful } = stack().deployment
    for (const _ of [1, 2]) expect((await forgetful.call(event)).tokenCacheHit).toBe(false)
  })

  it("an event is judged as the API sent it, with its own ARN", async () => {
    const authorizationToken = `Bearer ${await token(reader)}`
    const methodArn = "arn:aws-cn:execute-api:cn-north-1:210987654321:zyx987/live/DELETE/orders/7"
    const event = JSON.stringify({ type: "TOKEN", methodArn, authorizationToken })
    const exchange = await call<Exchange>("POST /api/paste", { event })
    expect(exchange).toMatchObject({
      ...{ method: "DELETE", path: "/orders/7", client: { status: 403 } },
      api: { arn: methodArn, verdict: "deny" },
      walk: { reason: "scope_missing" },
    })
  })

  it.each([
    ["no JSON", "{", 422],
    ["a list", "[]", 422],
    ["a member twice", '{"type":"TOKEN","type":"TOKEN"}', 422],
    ["prototype names", '{"__proto__":{"type":"TOKEN"},"constructor":1}', 200],
    ["endless nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, 422],
    ["no event", "{}", 200],
  ])("%s as an event is an answer, not a fault", async (_, event, status) => {
    expect((await reply("POST /api/paste", { event })).status).toBe(status)
  })

  it.each([101, 3000, 50_000])(
    "16 bad input: an event that nests %i deep is refused, and the stack lives on",
    async (depth) => {
      const event = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`
      const { status, text } = await reply("POST /api/paste", { event })
      expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 422, message: "The event is refused." })
      expect((await reply("GET /api/stack")).status).toBe(200)
    },
  )

  it("16 bad input: a body, claims or a configuration that nest without end are refused", async () => {
    const depth = 30_000
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`
    const send = async (path: string, body: string) => {
      const { status } = await raw(`${served().page}${path}`, {
        ...{ method: "POST", headers: { "x-hallpass-token": served().token }, body },
      })
      return status
    }
    expect(await send("/api/tokens", `{"issuer":"okta","claims":{"a":${deep}}}`)).toBe(400)
    expect(await send("/api/send", deep)).toBe(400)
    const verdict = await call<ConfigurationVerdict>("POST /api/configuration", { text: `{"issuers":${deep}}` })
    expect(verdict).toMatchObject({ sound: false, problems: [{ path: "configuration" }] })
    expect((await reply("GET /api/stack")).status).toBe(200)
  })

  it.each([
    ["a script tag", "<script>alert(1)</script>"],
    ["ANSI", "\u001b[31m.\u001b[2J.x"],
    ["right-to-left marks", "\u202ea.\u202eb.c"],
    ["nothing", ""],
    ["a lone surrogate", "\ud800.a.b"],
  ])("%s as a token is refused as data", async (_, text) => {
    const { status, text: answered } = await reply("POST /api/paste", { token: text })
    expect(status).toBe(200)
    expect((JSON.parse(answered) as Exchange).client.status).toBe(401)
  })

  it("1 MB is refused before it is read", async () => {
    const { status, text } = await reply("POST /api/paste", { token: "a".repeat(1024 * 1024) })
    expect({ status, text }).toMatchObject({ status: 413, text: expect.not.stringContaining("aaaa") })
  })
})

describe("16-4: three authorizers beside each other", () => {
  it("exact and * are wrong once each, hallpass is right and is asked once", async () => {
    const requests = [
      { method: "GET", path: "/orders/7", token: reader },
      { method: "GET", path: "/orders", token: reader },
      { method: "DELETE", path: "/orders/7", token: reader },
    ]
    const { rows, calls } = await call<Comparison>("POST /api/comparison", { requests })
    expect(rows.map(({ right }) => right.status)).toEqual([200, 200, 403])
    const statuses = (name: "exact" | "star" | "hallpass") => rows.map(({ results }) => results[name].status)
    expect(statuses("exact")).toEqual([200, 403, 403])
    expect(statuses("star")).toEqual([200, 200, 200])
    expect(statuses("hallpass")).toEqual([200, 200, 403])
    expect(rows.map(({ results }) => results.star.right)).toEqual([true, true, false])
    expect(calls).toEqual({ exact: 1, star: 1, hallpass: 1 })
  })

  it("has a sequence of its own if none is given, and takes 50 at most", async () => {
    expect((await call<Comparison>("POST /api/comparison", {})).rows.length).toBeGreaterThan(2)
    const requests = Array.from({ length: 51 }, () => ({ method: "GET", path: "/orders" }))
    expect((await reply("POST /api/comparison", { requests })).status).toBe(400)
  })
})

describe("16-4: an edited configuration", () => {
  const text = (config: object): string => JSON.stringify(config)

  it("with problems names them, and the old state stays", async () => {
    const broken = { ...demoConfiguration, routes: { "GET /orders": { scops: ["a"] } } }
    const verdict = await call<ConfigurationVerdict>("POST /api/configuration", { text: text(broken), apply: true })
    expect(verdict).toMatchObject({ sound: false, applied: false })
    expect(verdict.problems[0]).toMatchObject({ path: 'routes["GET /orders"].scops' })
    for (const text of ["{", "", "null", `${"[".repeat(100_000)}${"]".repeat(100_000)}`])
      expect(await call("POST /api/configuration", { text, apply: true })).toMatchObject({
        sound: false,
        applied: false,
      })
    expect((await send({})).client.status).toBe(200)
  })

  it("with a conflict names both routes", async () => {
    const routes = {
      "GET /orders/{id}": { scopes: ["a"] },
      "GET /orders/{id}/notes": { scopes: ["b"] },
      "GET /orders/{id}/items/notes": { scopes: ["a"] },
    }
    const { sound, conflicts } = await call<ConfigurationVerdict>("POST /api/configuration", {
      text: text({ ...demoConfiguration, routes }),
    })
    expect(sound).toBe(false)
    expect(conflicts[0]?.routes).toEqual(["GET /orders/{id}/items/notes", "GET /orders/{id}/notes"])
  })

  it("that is sound is applied if asked, with a new issuer that is local, too", async () => {
    const oidc = { provider: "oidc", issuer: "https://issuer.example.test", audience: "api://orders" }
    const routes = { "GET /orders/{id}": { scopes: ["orders:other"] } }
    const edited = { ...demoConfiguration, issuers: [...demoConfiguration.issuers, oidc], routes }
    const checked = await call<ConfigurationVerdict>("POST /api/configuration", { text: text(edited) })
    expect(checked).toMatchObject({ sound: true, applied: false })
    expect((await send({})).client.status).toBe(200)
    const applied = await call<ConfigurationVerdict>("POST /api/configuration", { text: text(edited), apply: true })
    expect(applied.applied).toBe(true)
    expect((await send({})).walk?.reason).toBe("scope_missing")
    const other = { issuer: "oidc", claims: { scope: "orders:other" } }
    expect((await send({ token: other })).client.status).toBe(200)
    await call("POST /api/configuration", { text: text(demoConfiguration), apply: true })
    expect((await call<Stack>("GET /api/stack")).issuers.map(({ name }) => name)).not.toContain("oidc")
  })

  it("16 bad input: with more issuers than run here is refused, and the old state stays", async () => {
    const oidc = { provider: "oidc", audience: "api://orders" }
    const many = Array.from({ length: 21 }, (_, at) => ({ ...oidc, issuer: `https://issuer-${at}.example.test` }))
    const { status, text: said } = await reply("POST /api/configuration", {
      ...{ text: text({ ...demoConfiguration, issuers: many }), apply: true },
    })
    expect({ status, said }).toMatchObject({ status: 422, said: expect.stringContaining("more than the 20") })
    expect((await send({})).client.status).toBe(200)
  })
})

it("16-4: the live strip is a stream of events", async () => {
  const response = await fetch(`${served().page}/api/events`, { headers: { "x-hallpass-token": served().token } })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const first = (await reader?.read())?.value ?? ""
  expect(first).toMatch(/^event: state\ndata: \{/)
  await send({ path: "/orders/stream" })
  let seen = ""
  while (!seen.includes("\n\n")) seen += (await reader?.read())?.value ?? ""
  expect(seen).toMatch(/^event: request\ndata: \{.*"path":"\/orders\/stream"/)
  await reader?.cancel()
})
