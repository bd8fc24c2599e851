import { describe, expect, it } from "vitest"
import { type Authorizer, type AuthorizerConfig, createAuthorizer, type RouteRule } from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"
import { type EventOptions, eventBuilders, eventKinds } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

/** Routes whose exact patterns, and what else is denied, fill the room for a policy. */
const routes: { [key: string]: RouteRule } = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [
    [`GET /resources-${i}/{id}`, { scopes: ["read"] }],
    [`POST /resources-${i}`, { scopes: ["write"] }],
  ]).flat() as [string, RouteRule][],
)
const at: EventOptions = { path: "/resources-1/7", template: "/resources-1/{id}" }
const long = "x".repeat(1500)
const claims = {
  ...{ scope: "read write", groups: [long], roles: ["r".repeat(1900)], permissions: ["p".repeat(1900)] },
  ...{ a: long, b: `"${"\\".repeat(700)}`, c: "é".repeat(600), api_key: "k".repeat(128) },
}
const issuerOf = (length: number, filling: string): string =>
  `https://issuer.example/${filling.repeat(length)}`.slice(0, length)

/** One authorizer for all subjects of a configuration: its table of 121 routes is compiled once. */
const authorizers = new Map<string, Authorizer>()

function authorizerOf(issuer: string, changes: Partial<AuthorizerConfig>): Authorizer {
  const name = JSON.stringify([issuer, changes])
  const known = authorizers.get(name)
  if (known !== undefined) return known
  const config: AuthorizerConfig = {
    issuers: [oidcIssuer({ issuer, permissions: "permissions" })],
    routes: { ...routes, $connect: {} },
    context: { a: "a", b: "b", c: "c", d: ["groups"] },
    ...changes,
  }
  const made = createAuthorizer(config, { clock })
  authorizers.set(name, made)
  return made
}

async function answerBytes(issuer: string, sub: string, changes: Partial<AuthorizerConfig>): Promise<number[]> {
  const { handler } = authorizerOf(issuer, changes)
  const bearer = `Bearer ${mint({ ...claims, iss: issuer, sub })}`
  const answers = eventKinds.map(async (kind) => {
    const answer = await handler(eventBuilders[kind](bearer, at)).catch((error: Error) => error.message)
    return typeof answer === "string" ? 0 : Buffer.byteLength(JSON.stringify(answer))
  })
  return Promise.all(answers)
}

describe("part 6: no answer is larger than the limit, whatever the issuer's and the subject's length", () => {
  const subjects = ["s", '"', "\\", "é", "日", "𝒶", "%", '"\\'].flatMap((character) =>
    [1, 170, 300, 500, 512].map((length) => character.repeat(length).slice(0, 512)),
  )
  const gateways: readonly AuthorizerConfig["gateway"][] = [
    {},
    { usageIdentifierKey: "api_key" },
    { maxAnswerBytes: 65_536, usageIdentifierKey: "api_key" },
    { resultTtlSeconds: 0, responses: "simple" },
  ]
  it.each([30, 200, 300, 400, 511, 512])("an issuer of %i characters", async (length) => {
    let answered = 0
    for (const filling of ["i", '"', "\\", "é"]) {
      for (const sub of subjects) {
        const gateway = gateways[answered % gateways.length]
        const most = gateway?.maxAnswerBytes ?? 8192
        for (const bytes of await answerBytes(issuerOf(length, filling), sub, { gateway: { ...gateway } })) {
          expect(bytes).toBeLessThanOrEqual(most)
          answered++
        }
      }
    }
    expect(answered).toBeGreaterThan(100)
  })

  it("the answers are worth something: a policy that fills its room, and a context that was cut", async () => {
    const [bytes = 0] = await answerBytes(issuerOf(512, "i"), "s".repeat(500), {})
    expect(bytes).toBeGreaterThan(7000)
  })

  it("an id that is the subject alone does not make it larger, and is missing if it does not fit", async () => {
    for (const sub of [...subjects, "\u0001".repeat(512), "\u0001".repeat(150)])
      for (const bytes of await answerBytes(issuerOf(400, "i"), sub, { principalId: "subject" }))
        expect(bytes).toBeLessThanOrEqual(8192)
  })

  it("trace ids do not make it larger", async () => {
    const changes = { gateway: { resultTtlSeconds: 0 }, observe: { traceContext: true } }
    for (const bytes of await answerBytes(issuerOf(512, '"'), "s".repeat(400), changes))
      expect(bytes).toBeLessThanOrEqual(8192)
  })
})

describe("part 9: a Resource of exactly 512 characters is written, one of 513 is not", () => {
  const key = `GET /${"a".repeat(294)}`
  const policy = compilePolicy({ routes: { [key]: {} } })
  const principal = { id: "i|s", issuer: "i", provider: "oidc", subject: "s", kind: "user", claims: {} } as const
  const caller = { ...principal, scopes: [], roles: [], groups: [], permissions: [], expiresAt: 0 }
  const resources = (padding: number): readonly string[] => {
    const arn = `arn:aws-${"x".repeat(padding)}:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/b`
    return policy.document(caller, arn).Statement.flatMap(({ Resource }) => Resource)
  }
  const longest = (padding: number): number => Math.max(...resources(padding).map(({ length }) => length))
  // Without padding, and as the longest spelling has it.
  const [whole, short] = [longest(1) - 1, longest(180) - 180]

  it("beginning with the ARN of the stage", () => {
    expect(longest(512 - whole)).toBe(512)
    expect(resources(512 - whole)[0]).toContain(":123456789012:")
    expect(resources(513 - whole)[0]).toContain(":execute-api:*:*:*/prod/")
  })

  it("beginning with wildcards, after which nothing shorter is left", () => {
    const padding = 512 - short
    expect(longest(padding)).toBe(512)
    expect(() => resources(padding + 1)).toThrow(RangeError)
  })
})
