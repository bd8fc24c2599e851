import { inspect } from "node:util"
import { afterEach, describe, expect, it, vi } from "vitest"
import { type AuthorizerConfig, type AuthorizerParts, createAuthorizer } from "../../src/index.ts"
import type { DisagreementRecord, Observer } from "../../src/types/observer.ts"
import { oidcIssuer } from "../support/config.ts"
import {
  edgeEvent,
  type HeaderKind,
  headerKinds,
  hmacEntry,
  secret,
  secretPart,
  secrets,
  signature,
} from "../support/edge.ts"
import { http2, restRequest, restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const acknowledge = "hallpass decides nothing in this mode"
const config: AuthorizerConfig = {
  issuers: [oidcIssuer()],
  gateway: { resultTtlSeconds: 0, identitySources: [] },
  shadow: { acknowledge },
}
const good = `Bearer ${mint()}`
const event = http2(good)
const statement = (Effect: string) => ({ Effect, Action: "execute-api:Invoke", Resource: "*" })
const answer = (Effect: string) => ({ principalId: "old", policyDocument: { Statement: [statement(Effect)] } })
const allowed = answer("Allow")
const denied = answer("Deny")

afterEach(() => {
  vi.useRealTimers()
})

describe("beside an existing authorizer that answers", () => {
  const fault = (): never => {
    throw new Error("injected fault")
  }
  const { jwks: _inline, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })

  it.each<[string, AuthorizerParts, Partial<AuthorizerConfig>]>([
    ["a clock that throws", { clock: fault }, {}],
    ["a check that throws", { check: fault }, {}],
    ["keys that cannot be fetched", { fetchKeySet: fault }, { issuers: [remote] }],
    ["an observer that throws", { observer: { decision: fault, disagreement: fault, configure: fault } }, {}],
    [
      "an observer that rejects",
      { observer: { decision: async () => fault(), disagreement: async () => fault() } as Observer },
      {},
    ],
  ])("SR-166: %s changes nothing", async (_name, parts, changes) => {
    for (const [given, existing] of [
      [allowed, async () => allowed],
      [denied, () => denied],
    ] as const) {
      const { handler } = createAuthorizer({ ...config, ...changes }, { clock, ...parts, existing })
      expect(await handler(event)).toBe(given)
      for (const odd of [7, null, undefined, { type: "REQUEST" }, { ...event, member: () => 1 }, restToken("x")])
        expect(await handler(odd)).toBe(given)
    }
  })

  it("SR-140: a good token is no way past its denial, and a bad one takes nothing from its allow", async () => {
    const { handler } = createAuthorizer(config, { clock, existing: (asked) => (asked === event ? denied : allowed) })
    expect(await handler(event)).toBe(denied)
    expect(await handler(http2("Bearer x"))).toBe(allowed)
    const refusing = createAuthorizer(config, { clock, existing: () => Promise.reject(new Error("Unauthorized")) })
    await expect(refusing.handler(event)).rejects.toThrow(/^Unauthorized$/)
  })

  it("waits for hallpass until the deadline and no longer, and compares later all the same", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const disagreements: DisagreementRecord[] = []
    const { handler } = createAuthorizer(
      { ...config, issuers: [remote], shadow: { acknowledge, timeoutMs: 700 } },
      {
        clock,
        existing: () => allowed,
        observer: { disagreement: (record) => void (record.differs.includes("verdict") && disagreements.push(record)) },
        fetchKeySet: () => new Promise(() => undefined),
      },
    )
    let answered: unknown
    const running = handler(event).then((given) => {
      answered = given
    })
    await vi.advanceTimersByTimeAsync(699)
    expect(answered).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    await running
    expect(answered).toBe(allowed)
    expect(disagreements).toEqual([])
    await vi.advanceTimersByTimeAsync(10_000) // the deadline of the keys
    expect(disagreements).toMatchObject([{ existing: "allow", decision: { reason: "keys_unavailable" } }])
  })

  it("leaves no timer behind, and gives no answer before the existing one", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    let settle: ((given: unknown) => void) | undefined
    const existing = (): Promise<unknown> =>
      new Promise((resolve) => {
        settle = resolve
      })
    const { handler } = createAuthorizer(config, { clock, existing })
    let answered: unknown
    const running = handler(event).then((given) => {
      answered = given
    })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(answered).toBeUndefined()
    settle?.(denied)
    await running
    expect(answered).toBe(denied)
    const quick = createAuthorizer(config, { clock, existing: () => denied })
    expect(await quick.handler(event)).toBe(denied)
    expect(vi.getTimerCount()).toBe(0)
  })

  it("decides on the event as it came, whatever the existing one makes of it", async () => {
    const disagreements: DisagreementRecord[] = []
    const observer: Observer = {
      disagreement: (record) => void (record.differs.includes("verdict") && disagreements.push(record)),
    }
    const existing = (asked: unknown): unknown => {
      const { headers } = asked as { headers: { [name: string]: string } }
      headers.authorization = "Bearer changed"
      return allowed
    }
    expect(await createAuthorizer(config, { clock, existing, observer }).handler(structuredClone(event))).toBe(allowed)
    expect(disagreements).toEqual([])
  })

  it("SR-164: tells nothing of what it answered but its outcome", async () => {
    const seen: unknown[] = []
    const note = (record: unknown): void => void seen.push(record)
    const observer: Observer = { decision: note, disagreement: note, fault: note }
    const given = { ...denied, context: { secret: "canary-context" }, principalId: "canary-principal" }
    const { handler } = createAuthorizer(config, { clock, observer, existing: () => given })
    expect(await handler(event)).toBe(given)
    const failing = createAuthorizer(config, {
      ...{ clock, observer },
      existing: () => Promise.reject(new Error("canary-error")),
    })
    await expect(failing.handler(event)).rejects.toThrow("canary-error")
    expect(seen).toHaveLength(4)
    expect(inspect(seen, { depth: 9, showHidden: true })).not.toMatch(/canary|eyJ/)
  })

  it("reads its patterns in bounded time, whatever path a caller invents", async () => {
    const Resource = Array.from({ length: 8 }, () => `arn:aws:execute-api:*:*:*${"a*".repeat(200)}b`)
    const existing = () => ({
      principalId: "old",
      policyDocument: { Statement: [{ ...statement("Allow"), Resource }] },
    })
    const disagreements: DisagreementRecord[] = []
    const observer: Observer = {
      disagreement: (record) => void (record.differs.includes("verdict") && disagreements.push(record)),
    }
    const { handler } = createAuthorizer(config, { clock, existing, observer })
    await handler(restRequest(good, { path: `/${"a".repeat(1400)}` }))
    expect(disagreements).toMatchObject([{ existing: "deny", decision: { outcome: "allow" } }])
  })
})

describe("beside an existing decision in a header", () => {
  const evidence = [{ secret: secretPart, cidrs: ["192.0.2.0/24"] }, hmacEntry]
  const byHeader: AuthorizerConfig = { ...config, shadow: { acknowledge, header: "x-existing-decision", evidence } }
  const proof = { [secretPart.header]: secret }
  const ask = (
    given: unknown,
    changes: Partial<AuthorizerConfig> = {},
    parts: AuthorizerParts = {},
  ): Promise<unknown> => createAuthorizer({ ...byHeader, ...changes }, { clock, secrets, ...parts }).handler(given)
  const sent = (kind: HeaderKind, headers: { [name: string]: string }, authorization = good): unknown =>
    edgeEvent(kind, { headers, authorization })
  const effects = (given: unknown): string[] =>
    (given as { policyDocument: { Statement: { Effect: string }[] } }).policyDocument.Statement.map(
      ({ Effect }) => Effect,
    )

  it.each(headerKinds)("answers %s as the header says, and tells nobody's name", async (kind) => {
    const allow = await ask(sent(kind, { ...proof, "x-existing-decision": "allow" }, "Bearer x"))
    expect(Object.keys(allow as object)).toEqual(["principalId", "policyDocument"])
    expect(allow).toMatchObject({ principalId: "existing" })
    expect(effects(allow)).toEqual(["Allow"])
    expect(effects(await ask(sent(kind, { ...proof, "x-existing-decision": "deny" })))).toEqual(["Deny"])
    const signed = { "x-existing-decision": "allow" }
    const headers = { ...signed, "x-edge-signature": signature(kind, signed) }
    expect(effects(await ask(sent(kind, headers)))).toEqual(["Allow"])
  })

  it("answers with simple responses where the API takes them", async () => {
    const simple = { gateway: { ...byHeader.gateway, responses: "simple" as const } }
    const asked = (says: string): Promise<unknown> =>
      ask(sent("http-2.0", { ...proof, "x-existing-decision": says }), simple)
    expect(await asked("allow")).toEqual({ isAuthorized: true })
    expect(await asked("deny")).toEqual({ isAuthorized: false })
  })

  it.each(["", "Allow", "ALLOW", "allowed", "true", "1", "allow,deny", "allow, allow", "allow;deny", "аllow", "{}"])(
    "SR-140: the text %j allows nothing, however good the token",
    async (says) => {
      for (const kind of headerKinds) {
        const given = await ask(sent(kind, { ...proof, "x-existing-decision": says })).catch((error: unknown) => error)
        if (given instanceof Error) expect(given.message).toBe("Unauthorized")
        else expect(effects(given)).toEqual(["Deny"])
      }
    },
  )

  it.each<[string, { [name: string]: string }]>([
    ["no evidence", { "x-existing-decision": "allow" }],
    ["no header at all", {}],
    ["evidence of nothing", proof],
    ["another secret", { "x-existing-decision": "allow", [secretPart.header]: `${secret}x` }],
    ["an empty secret", { "x-existing-decision": "allow", [secretPart.header]: "" }],
    [
      "a signature of another decision",
      {
        "x-existing-decision": "allow",
        "x-edge-signature": signature("http-2.0", { "x-existing-decision": "deny" }),
      },
    ],
    ["two spellings", { ...proof, "x-existing-decision": "deny", "X-Existing-Decision": "allow" }],
    ["an alias beside it", { ...proof, "x-existing-decision": "allow", x_existing_decision: "deny" }],
    ["an alias in its place", { ...proof, x_existing_decision: "allow" }],
  ])("SR-120: with %s is a 401, however good the token", async (_name, headers) => {
    for (const kind of headerKinds) await expect(ask(sent(kind, headers))).rejects.toThrow(/^Unauthorized$/)
  })

  it("SR-120: from an address that is not the edge's is a 401", async () => {
    const headers = { ...proof, "x-existing-decision": "allow" }
    const elsewhere = edgeEvent("rest-request", { headers, authorization: good }, { sourceIp: "198.51.100.1" })
    await expect(ask(elsewhere)).rejects.toThrow(/^Unauthorized$/)
  })

  it("SR-147: is undecided where the evidence cannot be judged, or the event cannot hold it", async () => {
    const unreachable = { secrets: () => Promise.reject(new Error("down")) }
    const headers = { ...proof, "x-existing-decision": "allow" }
    await expect(ask(sent("http-2.0", headers), {}, unreachable)).rejects.toMatchObject({ code: "secrets_unavailable" })
    await expect(ask(restToken(good))).rejects.toMatchObject({ code: "gateway_mismatch" })
    await expect(ask({})).rejects.toMatchObject({ code: "event_unknown" })
  })

  it("compares what the header says with what hallpass thinks", async () => {
    const seen: string[] = []
    const observer: Observer = {
      disagreement: ({ existing, decision }) => void seen.push(`${existing} ${decision.outcome} ${decision.shadow}`),
    }
    await ask(sent("http-2.0", { ...proof, "x-existing-decision": "allow" }), {}, { observer })
    await ask(sent("http-2.0", { ...proof, "x-existing-decision": "deny" }), {}, { observer })
    await ask(sent("http-2.0", { ...proof, "x-existing-decision": "allow" }, "Bearer x"), {}, { observer })
    expect(seen).toEqual(["deny allow true", "allow unauthenticated true"])
  })
})

describe("SR-168: no switch turns verification off", () => {
  it("without the acknowledgement, word for word, nothing starts", () => {
    const words = [undefined, true, "", "yes", `${acknowledge} `, acknowledge.toUpperCase(), [acknowledge]]
    for (const said of words) {
      const shadow = { acknowledge: said } as never
      expect(() => createAuthorizer({ ...config, shadow }, { existing: () => allowed })).toThrow(/shadow\.acknowledge/)
    }
  })

  it("a function beside a configuration without the mode is not asked", async () => {
    const { shadow: _, ...plain } = config
    const existing = vi.fn(() => allowed)
    const { handler } = createAuthorizer(plain, { clock, existing })
    await expect(handler(http2("Bearer x"))).rejects.toThrow(/^Unauthorized$/)
    expect(existing).not.toHaveBeenCalled()
  })
})
