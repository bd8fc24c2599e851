import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuthorizerConfig } from "../../../src/index.ts"
import { compilePolicy } from "../../../src/policy.ts"
import type { EventKind } from "../../../src/types/request.ts"
import { seeded, worth } from "../../support/seed.ts"
import { persons, tables } from "./arbitraries.ts"
import { methods, templateOf } from "./gateway.ts"
import { tally } from "./tally.ts"
import { authorizerOf, authorizerUnlessConflicts, bearerOf, configOf, documentOf, eventOf } from "./world.ts"

const marker = "zqXmarkQz"
const { count, of } = tally("echo")

const subjects = fc.record({
  table: tables,
  kind: fc.constantFrom<EventKind[]>("rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"),
  text: fc.constantFrom(marker, `*${marker}`, `\${${marker}}`, `?${marker}*`, `%2a${marker}`, `../${marker}`),
  gateway: fc.constantFrom<NonNullable<AuthorizerConfig["gateway"]>[]>(
    { resultTtlSeconds: 300 },
    { resultTtlSeconds: 0 },
    { resultTtlSeconds: 60, identitySources: ["token", "route"] },
    { resultTtlSeconds: 300, resourcePolicyAllows: true, unauthorized: "deny" },
  ),
  unmatched: fc.constantFrom("deny" as const, "authenticated" as const),
  person: persons,
  isKnown: fc.constantFrom(true, true, true, false),
  pick: fc.nat(),
})

describe("P2, SR-141, SR-142: no text of a request or a token reaches a Resource", () => {
  it("path, query, headers, cookies and claims hold the marker, no Resource does: 240 cases", async () => {
    const property = fc.asyncProperty(subjects, async ({ table, kind, text, gateway, unmatched, person, ...rest }) => {
      const config = configOf(table, { gateway, unmatched })
      const authorizer = authorizerUnlessConflicts(config)
      if (authorizer === undefined) return
      const keys = Object.keys(table)
      const chosen = keys[rest.pick % keys.length] as string
      const path = chosen.startsWith("$") ? `/${text}` : templateOf(chosen).replace(/\{[^}]*\}/g, text)
      const method = methods[rest.pick % methods.length] as string
      const scope = `${person.scopes.join(" ")} ${text}`
      const claims = { sub: text, client_id: text, [marker]: text, scope, groups: [...person.groups, text] }
      const bearer = rest.isKnown ? bearerOf(person, claims) : "Bearer nonsense"
      const more = {
        query: { [marker]: text },
        headers: { "x-marker": text, host: text },
        cookies: [`${marker}=${marker}`],
      }
      const answer = await authorizer
        .handler(eventOf(kind, bearer, { method, path }, chosen, more))
        .catch(() => undefined)
      count(answer === undefined ? "thrown" : "answered")
      if (answer === undefined) return
      const stage = `arn:aws:execute-api:eu-west-1:123456789012:abc123def4/${kind === "http-2.0" ? "$default" : "prod"}/`
      for (const resource of documentOf(answer).Statement.flatMap(({ Resource }) => Resource)) {
        // A form of ambiguous paths is denied on any API.
        const start = resource.startsWith("arn:aws:execute-api:*:*:*") ? "arn:aws:execute-api:*:*:*" : stage
        if (!resource.startsWith(start)) expect(resource.startsWith(start), resource).toBe(true)
        for (const text of [marker, "${"]) if (resource.includes(text)) expect(resource).not.toContain(text)
        if (resource.length > 512) expect(resource.length).toBeLessThanOrEqual(512)
      }
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(8192)
    })
    await fc.assert(property, seeded("no echo", { numRuns: 240 }))
    expect(of("answered")).toBeGreaterThan(worth(100))
  })
})

/** Tables whose answers are about as large as API Gateway takes, and larger. */
const largeTables = fc.record({
  count: fc.integer({ min: 5, max: 60 }),
  length: fc.integer({ min: 20, max: 270 }),
  end: fc.constantFrom("", "/{id}", "/{rest+}", "/{id}/{item}"),
  verb: fc.constantFrom("GET", "ANY"),
})

describe("section 2.4: an answer fits, or it is none", () => {
  it("at most 8,192 bytes and 512 characters a Resource, else unavailable: 30 tables", async () => {
    const property = fc.asyncProperty(largeTables, persons, async ({ count: routes, length, end, verb }, person) => {
      const keys = Array.from({ length: routes }, (_, i) => `${verb} /${i}-${"x".repeat(length)}${end}`)
      const table = Object.fromEntries(keys.map((key, i) => [key, i % 3 === 0 ? {} : { scopes: ["read"] }]))
      const config = configOf(table, {
        gateway: { resultTtlSeconds: 300, resourcePolicyAllows: routes % 2 === 0, tooLarge: "unavailable" },
      })
      const { conflicts, worstCaseBytes, maxBytes } = compilePolicy(config)
      expect(conflicts).toEqual([])
      const { handler } = authorizerOf(config)
      const path = templateOf(keys[0] as string).replace(/\{[^}]*\}/g, "7")
      const event = eventOf("rest-request", bearerOf(person), { method: "GET", path }, keys[0] as string)
      const answer = await handler(event).catch((error: { code: string }) => error.code)
      count(typeof answer === "string" ? answer : "fits")
      if (typeof answer === "string") {
        expect(answer).toBe("policy_too_large")
        expect(worstCaseBytes).toBeGreaterThan(maxBytes)
        return
      }
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(8192)
      expect(Buffer.byteLength(JSON.stringify(documentOf(answer)))).toBeLessThanOrEqual(worstCaseBytes)
    })
    await fc.assert(property, seeded("size", { numRuns: 30 }))
    for (const what of ["fits", "policy_too_large"]) expect(of(what)).toBeGreaterThan(worth(6))
  })
})
