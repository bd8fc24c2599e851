import { describe, expect, it } from "vitest"
import { type AuthorizerParts, createAuthorizer } from "../../src/index.ts"
import type { AuthorizerConfig } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, eventKinds, http2 } from "../support/events.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const config: AuthorizerConfig = { issuers: [oidcIssuer()], gateway: { unauthorized: "deny" } }
const { jwks: _inline, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
const event = http2(`Bearer ${mint()}`)
const fault = (): never => {
  throw new Error("injected fault")
}

/** A fault is no answer about the caller: never an Allow, and never a Deny, which would be cached (SR-147). */
function undecided(parts: AuthorizerParts, used: AuthorizerConfig = config): Promise<void> {
  return undecidedOn(event, parts, used)
}

async function undecidedOn(
  asked: unknown,
  parts: AuthorizerParts = {},
  used: AuthorizerConfig = config,
): Promise<void> {
  const authorizer = createAuthorizer(used, { clock, ...parts })
  expect(await authorizer.decide(asked)).toMatchObject({ outcome: "unavailable" })
  await expect(authorizer.handler(asked)).rejects.toMatchObject({ name: "Unavailable" })
  await expect(authorizer.handler(asked)).rejects.not.toThrow(/^Unauthorized$/)
}

describe("faults in the parts", () => {
  it("SR-140: a clock that throws decides nothing", () => undecided({ clock: fault }))

  it.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["undefined", undefined],
    ["null", null],
    ["a text", "1790000060000x"],
    ["an object", {}],
  ])("SR-140: a clock that reads %s never makes an Allow", async (_name, time) => {
    const authorizer = createAuthorizer(config, { clock: () => time as number })
    for (const token of [mint(), mint({ exp: 1 }), mint({ exp: nowSeconds - 9999 })]) {
      expect((await authorizer.decide(http2(`Bearer ${token}`))).outcome).not.toBe("allow")
    }
  })

  it("SR-140: a custom check can only take away, and its faults decide nothing", async () => {
    await undecided({ check: fault })
    await undecided({ check: () => Promise.reject(new Error("injected fault")) })
    for (const answer of [false, undefined, null, 1, "true", {}]) {
      const { decide } = createAuthorizer(config, { clock, check: () => answer as boolean })
      expect(await decide(event)).toMatchObject({ outcome: "forbidden", reason: "check_refused" })
    }
    const { decide } = createAuthorizer(config, { clock, check: () => true })
    expect(await decide(http2(`Bearer ${mint({ exp: 1 })}`))).toMatchObject({ outcome: "unauthenticated" })
  })

  it("SR-166: an observer that throws changes nothing", async () => {
    const observer = { decision: fault, keySet: fault, keyFetch: fault, fault }
    const authorizer = createAuthorizer(config, { clock, observer })
    for (const kind of eventKinds) {
      const answer = await authorizer.handler(eventBuilders[kind](`Bearer ${mint()}`))
      expect(answer).toMatchObject({ policyDocument: { Statement: [{ Effect: "Allow" }] } })
    }
    await undecided({ observer, check: fault })
  })

  const documents: [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["no body", { status: 200, headers: {} }],
    ["an empty body", { status: 200, headers: {}, body: "" }],
    ["HTML", { status: 200, headers: {}, body: "<html></html>" }],
    ["null as JSON", { status: 200, headers: {}, body: "null" }],
    ["an array", { status: 200, headers: {}, body: "[]" }],
    ["no keys", { status: 200, headers: {}, body: "{}" }],
    ["keys that are no list", { status: 200, headers: {}, body: '{"keys":{}}' }],
    ["an empty list", { status: 200, headers: {}, body: '{"keys":[]}' }],
    ["keys of a prototype", { status: 200, headers: {}, body: '{"__proto__":{"keys":[]}}' }],
    ["keys that are none", { status: 200, headers: {}, body: '{"keys":[null,1,"x",[],{}]}' }],
    ["good keys with status 500", { status: 500, headers: {}, body: JSON.stringify(oidcIssuer().jwks) }],
    ["good keys with status 304", { status: 304, headers: {}, body: JSON.stringify(oidcIssuer().jwks) }],
  ]
  it.each(documents)("SR-097, SR-105: a key server that sends %s decides nothing", async (_name, document) => {
    await undecided({ fetchKeySet: () => Promise.resolve(document as never) }, { ...config, issuers: [remote] })
  })

  it("SR-105: a key server that fails decides nothing, and the next one that works is used", async () => {
    await undecided({ fetchKeySet: fault }, { ...config, issuers: [remote] })
    let fails = true
    let time = clock()
    const body = JSON.stringify(oidcIssuer().jwks)
    const fetchKeySet = () =>
      fails ? Promise.reject(new Error("injected fault")) : Promise.resolve({ status: 200, headers: {}, body })
    const { decide } = createAuthorizer({ ...config, issuers: [remote] }, { clock: () => time, fetchKeySet })
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "keys_unavailable" })
    fails = false
    time += 31_000 // past the longest back-off
    expect(await decide(event)).toMatchObject({ outcome: "allow" })
  })
})

describe("faults in the event", () => {
  it.each([undefined, null, 0, "", "REQUEST", true, [], [event], {}, { type: "REQUEST" }, { type: "TOKEN" }])(
    "SR-151: %j is no event",
    (odd) => undecidedOn(odd),
  )

  it("SR-140: members that throw when they are read decide nothing", async () => {
    const members = ["type", "routeArn", "headers", "requestContext"]
    for (const name of members) await undecidedOn(Object.defineProperty({ ...event }, name, { get: fault }))
    const headers = Object.defineProperty({}, "authorization", { get: fault, enumerable: true })
    await undecidedOn({ ...event, headers })
    await undecidedOn(new Proxy({}, { get: fault }))
  })

  it("SR-166: the next request is answered", async () => {
    const { decide, handler } = createAuthorizer(config, { clock })
    await expect(handler(new Proxy({}, { get: fault }))).rejects.toMatchObject({
      name: "Unavailable",
      code: "internal",
    })
    expect(await decide(event)).toMatchObject({ outcome: "allow" })
  })
})
