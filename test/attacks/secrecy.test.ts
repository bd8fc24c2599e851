import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import type { AuthorizerConfig } from "../../src/types/configuration.ts"
import type { Observer } from "../../src/types/observer.ts"
import { oidcIssuer } from "../support/config.ts"
import { leaksNothing } from "../support/doors.ts"
import { eventBuilders, eventKinds } from "../support/events.ts"
import { clock, mint, nowSeconds, segments } from "../support/mint.ts"
import { outputOfEachTest } from "../support/output.ts"

const good = mint({ email: "canary@mail.example", roles: ["canary-role"] })
const [header, payload, mac] = segments(good)
const credentials: [string, string, string][] = [
  ["good", `Bearer ${good}`, "ok"],
  ["expired", `Bearer ${mint({ exp: nowSeconds - 99, jti: "canary-jti" })}`, "token_expired"],
  ["of an unknown issuer", `Bearer ${mint({ iss: "https://canary.example" })}`, "issuer_unknown"],
  ["for another audience", `Bearer ${mint({ aud: "canary-audience" })}`, "audience_mismatch"],
  ["of an unknown key", `Bearer ${mint({}, { header: { kid: "canary-kid\r\n\u001b[31m" } })}`, "key_unknown"],
  ["badly signed", `Bearer ${header}.${payload}.${mac.replace(/^.{8}/, "AAAAAAAA")}`, "signature_invalid"],
  ["malformed", `Bearer ${good}!`, "token_malformed"],
  ["not JSON", `Bearer ${mint("canary not JSON")}`, "claims_invalid"],
  ["with a header that is not JSON", `Bearer ${mint({}, { header: "canary not JSON" })}`, "header_invalid"],
  ["of another type", `Bearer ${mint({}, { header: { typ: "canary+jwt" } })}`, "type_not_allowed"],
  ["of another algorithm", `Bearer ${mint({}, { header: { alg: "canary-alg" } })}`, "algorithm_not_allowed"],
  ["opaque", "Bearer canaryOpaqueToken", "token_opaque"],
  ["of another scheme", "Canary canaryOpaqueToken", "credential_malformed"],
]

const output = outputOfEachTest()

const base: AuthorizerConfig = { issuers: [oidcIssuer()] }
const configurations: [string, AuthorizerConfig][] = [
  ["without routes", base],
  [
    "with routes that demand more",
    {
      ...base,
      routes: { "GET /orders/7": { scopes: ["more"] }, $connect: { scopes: ["more"] } },
      gateway: { resultTtlSeconds: 0 },
    },
  ],
  ["with denials in place of errors", { ...base, gateway: { unauthorized: "deny" } }],
  ["with simple responses", { ...base, gateway: { responses: "simple" } }],
]

describe.each(configurations)("what is seen of a request, %s", (_name, config) => {
  it.each(credentials)(
    "SR-163, SR-164: a token that is %s leaves no trace of itself",
    async (_kind, authorization, reason) => {
      const seen: unknown[] = []
      const note = (record: unknown): void => void seen.push(record)
      const observer: Observer = { decision: note, keySet: note, keyFetch: note, fault: note }
      const authorizer = createAuthorizer(config, { clock, observer })
      for (const kind of eventKinds) {
        const event = eventBuilders[kind](authorization)
        const decision = await authorizer.decide(event)
        const good = reason === "ok"
        if (!good) expect(["credential_malformed", reason]).toContain(decision.reason)
        const { principal, ...rest } = decision
        expect(principal === undefined).toBe(!good)
        seen.push(rest)
        try {
          const answer = await authorizer.handler(event)
          // The answer goes to the backend, not to the client; a refusal says nothing of the caller even there.
          if (decision.outcome !== "allow" && decision.outcome !== "forbidden") seen.push(answer)
          expect(JSON.stringify(answer)).not.toContain(authorization.slice(-40))
        } catch (error) {
          seen.push(error)
          expect((error as Error).message).toBe("Unauthorized")
        }
      }
      expect(seen.length).toBeGreaterThan(eventKinds.length)
      leaksNothing(authorization.slice(authorization.indexOf(" ") + 1), ...seen, output.text())
    },
  )
})

describe("the trace of a decision", () => {
  it("SR-164: holds configuration and reasons, and no value of the token", async () => {
    const config: AuthorizerConfig = {
      ...base,
      routes: { "GET /orders/7": { scopes: ["more"], claims: [{ path: "client_id", equals: "x" }] } },
      gateway: { resultTtlSeconds: 0 },
    }
    const { decide } = createAuthorizer(config, { clock })
    for (const [, authorization] of credentials) {
      const { trace } = await decide(eventBuilders["http-2.0"](authorization), { trace: true })
      expect(trace?.length).toBeGreaterThan(0)
      leaksNothing(authorization, trace)
    }
  })
})
