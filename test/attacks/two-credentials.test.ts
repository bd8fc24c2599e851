import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import type { CredentialOptions } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, eventKinds, http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const token = mint()
const other = mint({ sub: "second" })
const bearer = `Bearer ${token}`

function reading(credential?: CredentialOptions) {
  // API Gateway asks for all identity sources at once, so several places go with a TTL of 0 only.
  const gateway = { resultTtlSeconds: 0, identitySources: [] }
  const config = { issuers: [oidcIssuer()], gateway, ...(credential === undefined ? {} : { credential }) }
  const authorizer = createAuthorizer(config, { clock })
  return async (event: unknown): Promise<string> => {
    const { outcome, reason } = await authorizer.decide(event)
    expect(outcome).toBe(reason === "ok" ? "allow" : "unauthenticated")
    return reason
  }
}

describe("exactly one credential (RFC 6750 section 2)", () => {
  const reasonFor = reading()

  it.each(eventKinds)("SR-001: one is read from %s", async (kind) => {
    expect(await reasonFor(eventBuilders[kind](bearer))).toBe("ok")
  })

  it.each(["rest-request", "http-1.0", "websocket"] as const)(
    "SR-001: several multi-values of %s are refused",
    async (kind) => {
      const build = eventBuilders[kind]
      for (const values of [
        [bearer, bearer],
        [bearer, `Bearer ${other}`],
        ["Basic eDp5", bearer],
        ["", bearer],
      ]) {
        expect(await reasonFor(build(bearer, { multiValueHeaders: { Authorization: values } }))).toBe(
          "credential_ambiguous",
        )
      }
      const twice = { Authorization: [bearer], authorization: [`Bearer ${other}`] }
      expect(await reasonFor(build(bearer, { multiValueHeaders: twice }))).toBe("credential_ambiguous")
    },
  )

  it.each(["rest-request", "http-1.0", "http-2.0", "websocket"] as const)(
    "SR-001: two spellings of the header name in %s are refused, even with one value",
    async (kind) => {
      for (const name of ["AUTHORIZATION", "aUTHORIZATION"]) {
        for (const value of [bearer, `Bearer ${other}`]) {
          expect(await reasonFor(eventBuilders[kind](bearer, { headers: { [name]: value } }))).toBe(
            "credential_ambiguous",
          )
        }
      }
    },
  )

  it.each(eventKinds)("SR-001: values joined by a comma in %s are refused", async (kind) => {
    // The one value of a TOKEN event is the header as it was; elsewhere a gateway may have joined several by a comma.
    const reason = kind === "rest-token" ? "credential_malformed" : "credential_ambiguous"
    for (const joined of [`${bearer}, Bearer ${other}`, `Basic eDp5, ${bearer}`, `Bearer x, ${bearer}`]) {
      expect(await reasonFor(eventBuilders[kind](joined))).toBe(reason)
    }
    for (const joined of [`${bearer},${bearer}`, `${bearer},`, `,${bearer}`]) {
      expect(["credential_ambiguous", "credential_malformed", "token_malformed"]).toContain(
        await reasonFor(eventBuilders[kind](joined)),
      )
    }
  })

  it("SR-001: the one value of headers and another in multiValueHeaders are refused", async () => {
    for (const build of [restRequest, http1, webSocket]) {
      const event = build(bearer, { multiValueHeaders: { Authorization: [`Bearer ${other}`] } })
      expect(await reasonFor(event)).toBe("credential_ambiguous")
    }
  })
})

describe("the scheme (RFC 6750 section 2.1)", () => {
  const reasonFor = reading()

  it.each(["bearer", "BEARER", "bEaReR"])("SR-002: %s is Bearer", async (scheme) => {
    for (const kind of eventKinds) expect(await reasonFor(eventBuilders[kind](`${scheme} ${token}`))).toBe("ok")
  })

  it.each([2, 7])("SR-002, 2.5: %i blanks separate scheme and token in every kind of event", async (count) => {
    for (const kind of eventKinds)
      expect(await reasonFor(eventBuilders[kind](`Bearer${" ".repeat(count)}${token}`))).toBe("ok")
  })

  it.each([
    token,
    `Basic ${token}`,
    `DPoP ${token}`,
    `Token ${token}`,
    `Bearer\t${token}`,
    `Bearer \t${token}`,
    `Bearer\u00a0${token}`,
    `Bearer${token}`,
    `Bearer=${token}`,
    `Bearer: ${token}`,
    `Bearer Bearer ${token}`,
    `Bearer ${token} x`,
    `Bearer ${token} `,
    `Bearer ${token}\n`,
    ` Bearer ${token}`,
    `Bearer "${token}"`,
    `Bearer token=${token}`,
    "Bearer",
    "Bearer ",
    "Bearer  ",
    `ᗷearer ${token}`,
    `Bearer\u0000 ${token}`,
  ])("SR-002: %j is refused in every kind of event", async (value) => {
    for (const kind of eventKinds) {
      const reason = await reasonFor(eventBuilders[kind](value))
      expect(["credential_malformed", "credential_missing", "token_malformed"]).toContain(reason)
    }
  })

  it.each([undefined, null, 7, true, [], [bearer], {}, { toString: () => bearer }])(
    "SR-009: the value %j is not converted",
    async (value) => {
      for (const event of [
        { ...restToken(), authorizationToken: value },
        { ...http2(), headers: { authorization: value } },
        { ...restRequest(), headers: { Authorization: value }, multiValueHeaders: {} },
      ]) {
        expect(["credential_malformed", "credential_missing"]).toContain(await reasonFor(event))
      }
    },
  )
})

describe("other places", () => {
  it("SR-003: a token in query, cookie or another header is not seen unless configured", async () => {
    const reasonFor = reading()
    expect(await reasonFor(http2(undefined, { query: { access_token: token } }))).toBe("credential_missing")
    expect(await reasonFor(http2(undefined, { cookies: [`access_token=${token}`] }))).toBe("credential_missing")
    expect(await reasonFor(http2(undefined, { headers: { "x-authorization": bearer } }))).toBe("credential_missing")
    expect(await reasonFor(restRequest(undefined, { query: { Authorization: bearer } }))).toBe("credential_missing")
    // It is not counted as a second credential either.
    expect(await reasonFor(http2(bearer, { query: { access_token: other }, cookies: [`access_token=${other}`] }))).toBe(
      "ok",
    )
  })

  it("SR-003: a token in two configured places is refused, even the same one", async () => {
    const reasonFor = reading({ header: "Authorization", cookie: "session", query: "token" })
    expect(await reasonFor(http2(bearer))).toBe("ok")
    expect(await reasonFor(http2(undefined, { cookies: [`session=${token}`] }))).toBe("ok")
    expect(await reasonFor(http2(undefined, { query: { token } }))).toBe("ok")
    expect(await reasonFor(http2(bearer, { cookies: [`session=${token}`] }))).toBe("credential_ambiguous")
    expect(await reasonFor(http2(bearer, { query: { token } }))).toBe("credential_ambiguous")
    expect(await reasonFor(http2(undefined, { cookies: [`session=${token}`], query: { token } }))).toBe(
      "credential_ambiguous",
    )
  })

  it("SR-001: a cookie or a parameter that stands twice is refused", async () => {
    const byCookie = reading({ cookie: "session" })
    expect(await byCookie(http2(undefined, { cookies: [`session=${token}`, `session=${other}`] }))).toBe(
      "credential_ambiguous",
    )
    const twice = { Cookie: `session=${token}; session=${other}` }
    expect(await byCookie(restRequest(undefined, { headers: twice }))).toBe("credential_ambiguous")
    const byQuery = reading({ query: "token" })
    const event = restRequest(undefined, { query: { token } })
    expect(await byQuery({ ...event, multiValueQueryStringParameters: { token: [token, other] } })).toBe(
      "credential_ambiguous",
    )
    // Payload 2.0 joins repeated parameters by a comma.
    expect(await byQuery(http2(undefined, { query: { token: `${token},${other}` } }))).not.toBe("ok")
  })

  it("SR-082: a bad credential is not passed over for a good one elsewhere", async () => {
    const reasonFor = reading({ header: "Authorization", cookie: "session" })
    for (const bad of ["Bearer x", "Basic eDp5", `Bearer ${other.slice(0, -4)}`]) {
      expect(await reasonFor(http2(bad, { cookies: [`session=${token}`] }))).toBe("credential_ambiguous")
    }
  })
})
