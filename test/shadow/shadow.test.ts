import { writeFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import {
  type AuthorizerConfig,
  type AuthorizerParts,
  ConfigurationError,
  createAuthorizer,
  loadAuthorizer,
} from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { outcomeOf } from "../../src/shadow/existing-answer.ts"
import type { ShadowOptions } from "../../src/types/configuration.ts"
import type { DecisionRecord } from "../../src/types/decision.ts"
import type { DisagreementRecord } from "../../src/types/observer.ts"
import { folder, hallpass } from "../cli/hallpass.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { oidcIssuer } from "../support/config.ts"
import { secretPart, secrets } from "../support/edge.ts"
import { http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { allWritten } from "../support/observer.ts"
import { captureOutput } from "../support/output.ts"
import { seeded } from "../support/seed.ts"

const shadow: ShadowOptions = { acknowledge: "hallpass decides nothing in this mode" }
const config: AuthorizerConfig = {
  issuers: [oidcIssuer()],
  routes: { "GET /x": { scopes: ["orders:read"] }, "PUT /x": { scopes: ["no"] } },
  gateway: { resultTtlSeconds: 0 },
  shadow,
}
const { shadow: _shadow, ...withoutShadow } = config
const good = `Bearer ${mint()}`
const get = restRequest(good, { path: "/x" })
const put = restRequest(good, { method: "PUT", path: "/x" })
const { methodArn } = get

const policy = (...statements: readonly object[]): object => ({
  principalId: "old",
  policyDocument: { Version: "2012-10-17", Statement: statements },
})
const statement = (Effect: string, Resource: unknown, more: object = {}): object => ({
  ...{ Effect, Action: "execute-api:Invoke", Resource },
  ...more,
})
const allowed = policy(statement("Allow", "*"))
const denied = policy(statement("Deny", "*"))

interface Seen {
  /** Of verdicts. */
  readonly disagreements: DisagreementRecord[]
  /** Of answers that both allow. */
  readonly differences: DisagreementRecord[]
  readonly decisions: DecisionRecord[]
}

function observed(): Seen & Required<Pick<AuthorizerParts, "observer" | "clock">> {
  const disagreements: DisagreementRecord[] = []
  const differences: DisagreementRecord[] = []
  const decisions: DecisionRecord[] = []
  const observer = {
    decision: (record: DecisionRecord) => void decisions.push(record),
    disagreement: (record: DisagreementRecord) =>
      void (record.differs.includes("verdict") ? disagreements : differences).push(record),
  }
  return { disagreements, differences, decisions, observer, clock }
}

/** What the two authorizers came to for one event, as the observer has it. */
async function told(existing: () => unknown, event: unknown, changes: Partial<AuthorizerConfig> = {}) {
  const parts = observed()
  const { handler } = createAuthorizer({ ...config, ...changes }, { ...parts, existing })
  const answered = await handler(event).then(
    (answer): unknown => answer,
    (error: unknown) => ({ thrown: error }),
  )
  return { answered, ...parts }
}

describe("the block shadow", () => {
  it("asks the existing authorizer with the same event and context, and returns the very object that it returns", async () => {
    const answer = { ...allowed, context: { whatever: "it says" }, more: [1] }
    const asked: unknown[] = []
    const existing = async (...given: unknown[]): Promise<unknown> => {
      asked.push(...given)
      return answer
    }
    const context = { awsRequestId: "1" }
    for (const make of [createAuthorizer, loadAuthorizer]) {
      const { handler } = await make(config, { clock, existing })
      expect(await handler(get, context)).toBe(answer)
      expect(asked[0]).toBe(get)
      expect(asked[1]).toBe(context)
      asked.length = 0
    }
  })

  it("throws the very error that it throws", async () => {
    for (const error of [new Error("Unauthorized"), new Error("database down"), "Unauthorized", undefined]) {
      const { answered } = await told(() => Promise.reject(error), get)
      expect(answered).toEqual({ thrown: error })
      expect((answered as { thrown: unknown }).thrown).toBe(error)
    }
    const thrown = new TypeError("at once")
    const { answered } = await told(() => {
      throw thrown
    }, get)
    expect((answered as { thrown: unknown }).thrown).toBe(thrown)
  })

  it.each<[string, () => unknown, unknown, string[]]>([
    ["allow and allow", () => allowed, get, []],
    ["deny and forbidden", () => denied, put, []],
    ["deny and unauthenticated", () => denied, restRequest("Bearer x", { path: "/x" }), []],
    ["401 and forbidden", () => Promise.reject(new Error("Unauthorized")), put, []],
    ["500 and undecided", () => Promise.reject(new Error("down")), {}, []],
    ["deny and allow", () => denied, get, ["deny", "allow", "ok"]],
    ["401 and allow", () => Promise.reject(new Error("Unauthorized")), get, ["deny", "allow", "ok"]],
    ["401, as a text, and allow", () => Promise.reject("Unauthorized"), get, ["deny", "allow", "ok"]],
    ["500 and allow", () => Promise.reject(new Error("down")), get, ["error", "allow", "ok"]],
    ["no answer and allow", () => undefined, get, ["error", "allow", "ok"]],
    ["allow and forbidden", () => allowed, put, ["allow", "forbidden", "scope_missing"]],
    ["allow and undecided", () => allowed, { type: "REQUEST", methodArn }, ["allow", "unavailable", "event_unknown"]],
  ])("compares %s", async (_name, existing, event, expected) => {
    const { disagreements } = await told(existing, event)
    const said = disagreements.flatMap((each) => [each.existing, each.decision.outcome, each.decision.reason])
    expect(said).toEqual(expected)
  })

  it("15.4: compares principalId and the keys of the context of two answers that allow", async () => {
    const context = { sub: "x", department: "sales", answer: "mine" }
    const other = await told(() => ({ ...allowed, principalId: "old-id", context }), get)
    expect(other.disagreements).toEqual([])
    expect(other.differences).toMatchObject([{ differs: ["principalId", "context"], contextKeys: ["department"] }])
    const own = (await createAuthorizer(withoutShadow, { clock }).handler(get)) as object
    expect((await told(() => own, get)).differences).toEqual([])
  })

  it("says in every record that hallpass did not decide, and in no other mode", async () => {
    const { decisions, disagreements } = await told(() => allowed, put)
    expect(decisions).toMatchObject([{ shadow: true, outcome: "forbidden", route: "PUT /x" }])
    expect(disagreements[0]?.decision).toBe(decisions[0])
    const parts = observed()
    const { shadow: _, ...plain } = config
    await createAuthorizer(plain, { ...parts, existing: () => allowed }).handler(put)
    expect(parts.decisions).toHaveLength(1)
    for (const record of parts.decisions) expect(record).not.toHaveProperty("shadow")
    expect(parts.disagreements).toEqual([])
  })

  it("notes each decision of requests that run at once with its own request", async () => {
    const parts = observed()
    const existing = (event: unknown): unknown => (event === put ? allowed : denied)
    const { handler } = createAuthorizer(config, { ...parts, existing })
    await Promise.all([handler(get), handler(put), handler(get)])
    const said = parts.disagreements.map((each) => `${each.existing} ${each.decision.outcome}`)
    expect(said.toSorted()).toEqual(["allow forbidden", "deny allow", "deny allow"])
  })

  it("decides as hallpass where it is asked for a decision as data", async () => {
    const { decide } = createAuthorizer(config, { clock, existing: () => allowed })
    expect(await decide(put)).toMatchObject({ outcome: "forbidden", reason: "scope_missing" })
  })

  it("hands the answers of one API kind as well as of another", async () => {
    const simple = { gateway: { resultTtlSeconds: 0, responses: "simple" } } as const
    const event = http2(good, { path: "/x" })
    expect((await told(() => ({ isAuthorized: true }), event, simple)).disagreements).toEqual([])
    expect((await told(() => ({ isAuthorized: false }), event, simple)).disagreements).toMatchObject([
      { existing: "deny", decision: { outcome: "allow", eventKind: "http-2.0" } },
    ])
    for (const each of [restToken(good, { path: "/x" }), webSocket(good)])
      expect((await told(() => denied, each)).answered).toBe(denied)
  })
})

describe("an existing policy", () => {
  const arn = String(methodArn)
  const stage = arn.slice(0, arn.indexOf("/GET"))
  const outcome = async (answer: unknown, changes?: Partial<AuthorizerConfig>): Promise<string> => {
    // Forbidden agrees with deny, allow with allow: two requests tell all outcomes apart.
    const [first] = (await told(() => answer, get, changes)).disagreements
    return first?.existing ?? "allow"
  }

  it.each<[string, unknown, string]>([
    ["allows by the exact ARN", policy(statement("Allow", arn)), "allow"],
    [
      "allows by a list",
      policy(statement("Allow", ["arn:aws:execute-api:eu-west-1:123456789012:other/*", `${stage}/*/x`])),
      "allow",
    ],
    ["allows by wildcards of one and of many characters", policy(statement("Allow", `${stage}/?ET/*`)), "allow"],
    ["allows by many wildcards", policy(statement("Allow", "arn:*:execute-api:*:*:*/*/GET/x")), "allow"],
    [
      "allows by another spelling of the action",
      policy(statement("Allow", "*", { Action: ["EXECUTE-API:*"] })),
      "allow",
    ],
    [
      "allows by a statement alone",
      { principalId: "a", policyDocument: { Statement: statement("Allow", "*") } },
      "allow",
    ],
    ["allows with an empty condition", policy(statement("Allow", "*", { Condition: {} })), "allow"],
    ["says nothing of the request", policy(statement("Allow", `${stage}/POST/*`)), "deny"],
    ["stops before the end", policy(statement("Allow", arn.slice(0, -1))), "deny"],
    ["is in another case", policy(statement("Allow", `${stage}/GET/X`)), "deny"],
    ["is for another action", policy(statement("Allow", "*", { Action: "execute-api:ManageConnections" })), "deny"],
    ["denies what it allows", policy(statement("Allow", "*"), statement("Deny", arn)), "deny"],
    ["denies something else", policy(statement("Allow", "*"), statement("Deny", `${stage}/PUT/*`)), "allow"],
    ["allows under a condition", policy(statement("Allow", "*", { Condition: { IpAddress: {} } })), "unknown"],
    [
      "denies under a condition",
      policy(statement("Allow", "*"), statement("Deny", "*", { Condition: { a: 1 } })),
      "unknown",
    ],
    ["has a wildcard across parts of an ARN", policy(statement("Allow", "arn:*:abc123def4/*:*:*:*")), "deny"],
    ["has an ARN of too few parts", policy(statement("Allow", "arn:aws:execute-api:*")), "unknown"],
    ["has a policy variable", policy(statement("Allow", `${stage}/GET/\${aws:username}`)), "unknown"],
    ["names what it is not for", policy(statement("Allow", undefined, { NotResource: "b" })), "unknown"],
    ["contradicts a simple response", { ...allowed, isAuthorized: false }, "unknown"],
    ["has an unknown effect", policy(statement("Permit", "*")), "error"],
    ["is a text", { principalId: "a", policyDocument: "Allow" }, "error"],
    ["has a text for a statement", { principalId: "a", policyDocument: { Statement: ["Allow"] } }, "error"],
    ["has no policy", { principalId: "a" }, "error"],
    ["is a list", [allowed], "error"],
  ])("that %s", async (_name, answer, expected) => {
    expect(await outcome(answer)).toBe(expected)
  })

  it("is judged as the tests' IAM evaluator judges it", () => {
    const piece = fc.constantFrom("*", "?", "GET", "/", "/x", "orders", "prod", "abc123def4", "a:b")
    const tail = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join("")),
      fc.constantFrom("*", "*/GET/x", "abc123def4/*/GET/?", "abc123def4/prod/GET/*", "?*/prod/*/*/x", "*/GET/a:b"),
    )
    const beginnings = [
      "arn:aws:execute-api:eu-west-1:123456789012:",
      "arn:*:execute-api:*:*:",
      "arn:aws:execute-api:?:*:",
    ]
    const resource = fc.tuple(fc.constantFrom(...beginnings), tail).map((parts) => parts.join(""))
    const statements = fc.array(
      fc.record({
        Effect: fc.constantFrom("Allow" as const, "Deny" as const),
        Action: fc.constant("execute-api:Invoke" as const),
        Resource: fc.array(resource, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    const paths = fc.constantFrom("/GET/x", "/GET/orders", "/GET/a:b", "/GET/orders/x/x")
    const seen = new Set<string>()
    fc.assert(
      fc.property(statements, paths, (Statement, path) => {
        const policyDocument = { Version: "2012-10-17" as const, Statement }
        const event = { methodArn: `arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod${path}` }
        const expected = evaluate(policyDocument, event.methodArn)
        seen.add(expected)
        const found = outcomeOf({ answer: { policyDocument } }, event, false)
        expect(found).toBe(expected === "none" ? "deny" : expected)
      }),
      seeded("existing policies", { numRuns: 2000 }),
    )
    expect([...seen].toSorted()).toEqual(["allow", "deny", "none"])
  })

  it("beside a resource policy that allows, denies only what it names", async () => {
    const gateway = { resultTtlSeconds: 0, resourcePolicyAllows: true }
    expect(await outcome(policy(statement("Allow", `${stage}/POST/*`)), { gateway })).toBe("allow")
    expect(await outcome(policy(statement("Deny", `${stage}/GET/*`)), { gateway })).toBe("deny")
  })
})

describe("the configuration", () => {
  const problems = (changes: object, parts: AuthorizerParts = { existing: () => allowed }): string[] => {
    try {
      createAuthorizer({ ...config, ...changes } as AuthorizerConfig, { clock, ...parts })
      return []
    } catch (error) {
      return (error as ConfigurationError).problems.map(({ path, message }) => `${path} ${message}`)
    }
  }
  const header = { header: "x-existing-decision", evidence: [{ secret: secretPart, cidrs: ["192.0.2.0/24"] }] }

  it.each<[string, object, RegExp]>([
    ["the mode of earlier versions", { mode: "observe" }, /^mode was replaced by the block "shadow"/],
    ["the options of earlier versions", { observing: shadow }, /^observing was renamed to "shadow"/],
    ["no acknowledgement", { shadow: {} }, /^shadow\.acknowledge must be "hallpass decides nothing in this mode"/],
    ["options that are no object", { shadow: true }, /^shadow must be an object/],
    ["an acknowledgement in other words", { shadow: { acknowledge: true } }, /^shadow\.acknowledge must be/],
    ["an unknown option", { shadow: { ...shadow, allowAll: true } }, /^shadow\.allowAll is not a known option/],
    ["an endless wait", { shadow: { ...shadow, timeoutMs: 60_000 } }, /^shadow\.timeoutMs must be a number/],
    ["audit records", { observe: { audit: "ocsf" } }, /^observe\.audit must be "none" with shadow/],
    ["trace ids", { observe: { traceContext: true } }, /^observe\.traceContext must be false with shadow/],
    ["evidence of no header", { shadow: { ...shadow, evidence: [] } }, /^shadow\.evidence goes with shadow\.header/],
    ["a header beside the function", { shadow: { ...shadow, ...header } }, /^shadow\.header must be left out/],
  ])("is refused with %s", (_name, changes, problem) => {
    expect(problems(changes)).toContainEqual(expect.stringMatching(problem))
  })

  it.each<[string, object, RegExp]>([
    ["nothing that decides", {}, /^shadow needs the existing authorizer/],
    [
      "no evidence",
      { header: "x-existing-decision" },
      /^shadow\.evidence is missing\. Set it to a list of at least one proof/,
    ],
    [
      "too little evidence",
      { ...header, evidence: [{ secret: secretPart }] },
      /^shadow\.evidence\[0\] a shared secret alone/,
    ],
    [
      "an address for evidence",
      { ...header, evidence: [{ cidrs: ["192.0.2.0/24"] }] },
      /^shadow\.evidence\[0\] an address/,
    ],
    [
      "a caller's token for evidence",
      { ...header, evidence: [{ jws: {} }] },
      /^shadow\.evidence\[0\]\.jws is no evidence/,
    ],
    ["the credential's header", { ...header, header: "authorization" }, /^shadow\.header names the header of the cred/],
    ["a header that clients set", { ...header, header: "x-forwarded-for" }, /^shadow\.header is a header that clients/],
    ["no header name", { ...header, header: "a b" }, /^shadow\.header must be an RFC 9110 token/],
  ])("is refused with %s in place of a function", (_name, changes, problem) => {
    expect(problems({ shadow: { ...shadow, ...changes } }, {})).toContainEqual(expect.stringMatching(problem))
  })

  it("is refused with a header where answers are cached", () => {
    const cached = { shadow: { ...shadow, ...header }, gateway: {} }
    expect(problems(cached, { secrets })).toEqual([expect.stringMatching(/^gateway\.resultTtlSeconds must be 0/)])
  })

  it("lists its problems and those of the rest at once, each once", async () => {
    const wrong = { issuers: [], gateway: { unauthorized: "maybe", resultTtlSeconds: 0 } }
    const all = problems({ ...wrong, shadow: { ...header } }, { secrets })
    expect(all).toEqual([
      expect.stringMatching(/^shadow\.acknowledge/),
      expect.stringMatching(/^gateway\.unauthorized/),
      expect.stringMatching(/^issuers/),
    ])
    const loading = loadAuthorizer({ ...config, ...wrong, shadow: header } as never)
    await expect(loading).rejects.toThrow(ConfigurationError)
  })

  it("is refused with options of earlier versions, by whichever way it comes", async () => {
    const { shadow: _, ...rest } = config
    for (const old of [{ mode: "observe" }, { mode: "decide" }, { observing: shadow }]) {
      const wrong = { ...rest, ...old } as unknown as AuthorizerConfig
      expect(() => createAuthorizer(wrong)).toThrow(/"shadow"/)
      await expect(loadAuthorizer(wrong)).rejects.toThrow(/"shadow"/)
    }
  })

  it("is refused with a shadow that is no object, by whichever way it comes", async () => {
    for (const wrong of [null, "", 0, false, "observe"]) {
      const broken = { ...config, shadow: wrong } as unknown as AuthorizerConfig
      expect(() => createAuthorizer(broken, { existing: () => allowed })).toThrow(/shadow: must be an object/)
      await expect(loadAuthorizer(broken)).rejects.toThrow(/shadow: must be an object/)
    }
  })

  it("is sound to hallpass check without the function, which no file holds", async () => {
    const file = join(folder, "shadow.json")
    for (const options of [shadow, { ...shadow, ...header }]) {
      writeFileSync(file, JSON.stringify({ ...config, shadow: options }))
      expect(await hallpass(["check", "--config", file])).toMatchObject({ code: 0 })
      writeFileSync(file, JSON.stringify({ ...config, shadow: { ...options, acknowledge: "yes" } }))
      const { code, stdout, stderr } = await hallpass(["check", "--config", file])
      expect(code).toBe(1)
      expect(stdout + stderr).toContain("shadow.acknowledge")
    }
  })

  it("may hold the secrets of the header's evidence without an edge", () => {
    const options = { shadow: { ...shadow, ...header }, secrets: { timeoutMs: 2000 } }
    expect(problems(options, { secrets })).toEqual([])
  })
})

describe("the deployed function's records", () => {
  beforeEach(() => void vi.stubEnv("POWERTOOLS_DEV", "false"))
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  it("begin with a warning, call no request refused, and count disagreements", async () => {
    const output = captureOutput()
    const observer = createPowertoolsObserver({ clock, flushAfterSeconds: 0 })
    const { handler } = await loadAuthorizer(config, { clock, observer, existing: () => allowed })
    await handler(get)
    await handler(put)
    await allWritten(observer)
    const counted = output.metrics().reduce((sum, line) => sum + Number(line.Disagreements ?? 0), 0)
    expect(counted).toBe(1)
    expect(output.records()).toMatchObject([
      { level: "WARN", message: "hallpass decides nothing", shadow: true },
      { level: "WARN", message: "answers differ", differs: ["principalId"], route: "GET /x", method: "GET" },
      { level: "INFO", message: "request observed", shadow: true, outcome: "forbidden", reason: "scope_missing" },
      {
        ...{ level: "WARN", message: "authorizers disagree", shadow: true, existing: "allow" },
        ...{ outcome: "forbidden", reason: "scope_missing", route: "PUT /x", issuer: oidcIssuer().issuer },
        ...{ differs: ["verdict"], method: "PUT", principal: expect.any(String), tokenHash: expect.any(String) },
      },
    ])
  })

  it("have no such warning where the configuration is refused", async () => {
    const output = captureOutput()
    const parts = { clock, existing: () => allowed }
    for (const wrong of [{ shadow: {} }, { unmatched: "maybe" }, { observe: { sampleAllows: 2 } }]) {
      const observer = createPowertoolsObserver({ clock })
      await loadAuthorizer({ ...config, ...wrong } as never, { ...parts, observer }).catch(observer.fault)
      await allWritten(observer)
    }
    expect(output.records().map(({ message }) => message)).toEqual(Array(3).fill("configuration refused"))
  })
})
