import { describe, expect, it } from "vitest"
import type { CredentialOptions } from "../../src/index.ts"
import { createAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { type EventOptions, http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const token = mint()
const other = mint({ sub: "someone else" })

function reasonWith(credential: CredentialOptions | undefined): (event: unknown) => Promise<string> {
  const gateway = { resultTtlSeconds: 0 }
  const config = { issuers: [oidcIssuer()], gateway, ...(credential === undefined ? {} : { credential }) }
  const { decide } = createAuthorizer(config, { clock })
  return async (event) => (await decide(event)).reason
}

describe("the header", () => {
  const reason = reasonWith(undefined)

  it.each(["Authorization", "authorization", "AUTHORIZATION", "aUTHORIZATION"])("is found as %s", async (name) => {
    for (const build of [restRequest, http1, http2, webSocket]) {
      expect(await reason(build(undefined, { headers: { [name]: `Bearer ${token}` } }))).toBe("ok")
    }
  })

  it.each(["Bearer", "bearer", "BEARER"])("SR-002: the scheme %s is compared in any case", async (scheme) => {
    expect(await reason(restToken(`${scheme} ${token}`))).toBe("ok")
  })

  it.each([
    ["no token", "Bearer"],
    ["an empty token", "Bearer "],
    ["blanks and no token", "Bearer    "],
    ["a tab", `Bearer\t${token}`],
    ["a tab between blanks", `Bearer \t ${token}`],
    ["a no-break space", `Bearer\u00a0${token}`],
    ["more blanks than a request can have", `Bearer${" ".repeat(20_000)}${token}`],
    ["a million blanks", `Bearer${" ".repeat(1_000_000)}${token}`],
    ["the scheme twice", `Bearer Bearer ${token}`],
    ["another scheme", `DPoP ${token}`],
    ["no scheme", token],
    ["text behind it", `Bearer ${token} x`],
    ["text behind it and blanks before it", `Bearer   ${token} x`],
    ["a blank behind it", `Bearer  ${token} `],
    ["a leading space", ` Bearer ${token}`],
  ])("SR-002: %s is malformed", async (_name, value) => {
    expect(await reason(restToken(value))).toBe("credential_malformed")
    expect(await reason(http2(value))).toBe("credential_malformed")
  })

  it.each(["\t", "\u00a0", "\u3000", "\n", "\r", "\0", "\u200b"])(
    "2.5: %j behind the blank separates nothing",
    async (character) => {
      for (const separator of [` ${character}`, `${character} `, ` ${character} `]) {
        expect(await reason(restToken(`Bearer${separator}${token}`))).toMatch(/^(?:credential|token)_malformed$/)
      }
    },
  )

  it("a text that ends as one before is read by itself: its scheme, its blanks and each of its parts", async () => {
    const texts: readonly (readonly [text: string, reason: string])[] = [
      [`Bearer ${token}`, "ok"],
      [`Basic ${token}`, "credential_malformed"],
      [`Bearer x ${token}`, "credential_malformed"],
      [`Bearer x,Bearer ${token}`, "credential_ambiguous"],
      [`bearer  ${token}`, "ok"],
      [`Bearer x${token}`, "header_invalid"],
    ]
    const again = [...texts, ...texts.toReversed(), ...texts]
    for (const [text, expected] of again) expect([text, await reason(http2(text))]).toEqual([text, expected])
  })

  it("1,500 texts are read after each other, and again", async () => {
    const { decide } = createAuthorizer({ issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } }, { clock })
    const others = Array.from({ length: 1500 }, (_, at) => `Bearer ${token}${at}`)
    for (const text of [...others, ...others]) expect((await decide(http2(text))).outcome).toBe("unauthenticated")
    expect(await reason(http2(`Bearer ${token}`))).toBe("ok")
  })

  it("a TOKEN event with a comma does not make a header of that text good", async () => {
    const joined = `Bearer ${token},x`
    for (const _ of [1, 2]) {
      expect(await reason(restToken(joined))).toBe("token_malformed")
      expect(await reason(http2(joined))).toBe("credential_ambiguous")
    }
  })

  it.each([2, 3, 64, 8000])(
    "2.5: %i blanks between scheme and token are one separator (RFC 9110 11.4)",
    async (count) => {
      const value = `Bearer${" ".repeat(count)}${token}`
      for (const build of [restToken, restRequest, http1, http2, webSocket])
        expect(await reason(build(value))).toBe("ok")
      expect(await reason(restToken(`bEARER${" ".repeat(count)}${token}`))).toBe("ok")
    },
  )

  it("2.5, SR-008: blanks do not count as part of the token, and do not hide that it is too long", async () => {
    const exact = reasonWith({ header: "Authorization", maxLength: Math.max(256, token.length) })
    expect(await exact(restToken(`Bearer${" ".repeat(500)}${token}`))).toBe("ok")
    expect(await exact(restToken(`Bearer${" ".repeat(500)}${token}x`))).toBe("token_too_long")
  })

  it("2.5, SR-001: two credentials with blanks are two", async () => {
    const twice = `Bearer  ${token}, Bearer  ${other}`
    expect(await reason(http2(twice))).toBe("credential_ambiguous")
  })

  it.each([[17], [{ toString: () => `Bearer ${token}` }], [[`Bearer ${token}`]], [true]])(
    "SR-009: a value that is no text (%o) is never coerced",
    async (value) => {
      expect(await reason({ ...restToken(), authorizationToken: value })).toBe("credential_malformed")
      expect(await reason(http2(undefined, { headers: { authorization: value } }))).toBe("credential_malformed")
    },
  )

  it.each([undefined, null, ""])("is missing in a TOKEN event with %o", async (value) => {
    expect(await reason({ ...restToken(), authorizationToken: value })).toBe("credential_missing")
  })

  it("SR-001: in two spellings is ambiguous, even with one value", async () => {
    const headers = { Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` }
    for (const multiValueHeaders of [{}, { Authorization: [`Bearer ${token}`] }]) {
      expect(await reason(restRequest(undefined, { headers, multiValueHeaders }))).toBe("credential_ambiguous")
    }
  })

  it("is missing where no event has it", async () => {
    for (const build of [restRequest, http1, http2, webSocket]) expect(await reason(build())).toBe("credential_missing")
  })

  it("9, SR-008: has 16,384 characters at most by default, and exactly as many as configured", async () => {
    for (const [own, most] of [
      [reason, 16_384],
      [reasonWith({ header: "Authorization", maxLength: 300 }), 300],
    ] as const) {
      expect(await own(restToken(`Bearer ${"x".repeat(most)}`))).not.toBe("token_too_long")
      expect(await own(restToken(`Bearer ${"x".repeat(most + 1)}`))).toBe("token_too_long")
    }
  })

  it("SR-008: is measured before it is looked at", async () => {
    const short = reasonWith({ header: "Authorization", maxLength: 256 })
    expect(token.length).toBeGreaterThan(256)
    expect(await short(restToken(`Bearer ${token}`))).toBe("token_too_long")
  })
})

describe("a header of another name, without a scheme", () => {
  it("holds the bare token", async () => {
    const reason = reasonWith({ header: "X-Api-Token", scheme: null })
    expect(await reason(http2(undefined, { headers: { "x-api-token": token } }))).toBe("ok")
    expect(await reason(http2(`Bearer ${token}`))).toBe("credential_missing")
    expect(await reason(restToken(token))).toBe("ok")
  })
})

describe("a cookie", () => {
  const reason = reasonWith({ cookie: "session" })

  it("is read from cookies of payload 2.0 and from the Cookie header elsewhere", async () => {
    expect(await reason(http2(undefined, { cookies: ["a=b", `session=${token}`] }))).toBe("ok")
    for (const build of [restRequest, http1, webSocket]) {
      expect(await reason(build(undefined, { headers: { Cookie: `a=b; session=${token}; c=d` } }))).toBe("ok")
    }
  })

  it("that stands in both forms with one value is one", async () => {
    expect(
      await reason(http2(undefined, { cookies: [`session=${token}`], headers: { cookie: `session=${token}` } })),
    ).toBe("ok")
  })

  it.each<[string, EventOptions]>([
    ["twice", { cookies: [`session=${token}`, `session=${other}`] }],
    ["in both forms", { cookies: [`session=${token}`], headers: { cookie: `session=${other}` } }],
  ])("SR-001: %s is ambiguous", async (_name, options) => {
    expect(await reason(http2(undefined, options))).toBe("credential_ambiguous")
  })

  it("is found by its exact name only", async () => {
    expect(await reason(http2(undefined, { cookies: [`Session=${token}`, `xsession=${token}`, "session"] }))).toBe(
      "credential_missing",
    )
  })

  it.each(["session=", `session="${token}"`])("SR-082: %s is bad, not absent", async (cookie) => {
    expect(await reason(http2(undefined, { cookies: [cookie] }))).toMatch(/^(credential|token)_malformed$/)
  })

  it("SR-003: leaves the Authorization header alone", async () => {
    expect(await reason(http2(`Bearer ${token}`))).toBe("credential_missing")
  })
})

describe("a query string parameter", () => {
  const reason = reasonWith({ query: "access_token" })

  it("is read from every kind that has one", async () => {
    for (const build of [restRequest, http1, http2, webSocket]) {
      expect(await reason(build(undefined, { query: { access_token: token } }))).toBe("ok")
    }
  })

  it("SR-001: twice is ambiguous", async () => {
    const rest = {
      ...restRequest(undefined, { query: { access_token: token } }),
      multiValueQueryStringParameters: { access_token: [other, token] },
    }
    expect(await reason(rest)).toBe("credential_ambiguous")
    expect(await reason(http2(undefined, { query: { access_token: `${token},${other}` } }))).toBe(
      "credential_ambiguous",
    )
  })

  it("SR-003: is ignored unless it is configured", async () => {
    expect(await reasonWith(undefined)(restRequest(undefined, { query: { access_token: token } }))).toBe(
      "credential_missing",
    )
  })
})

describe("a WebSocket subprotocol", () => {
  const reason = reasonWith({ subprotocol: "bearer" })

  it.each([`bearer, ${token}`, `chat,bearer,${token}`, `bearer,${token}, chat`])(
    "is the entry behind the configured one: %s",
    async (offered) => {
      expect(await reason(webSocket(undefined, { headers: { "Sec-WebSocket-Protocol": offered } }))).toBe("ok")
    },
  )

  it("SR-001: two are ambiguous, none behind it is malformed", async () => {
    const offer = (value: string): unknown => webSocket(undefined, { headers: { "Sec-WebSocket-Protocol": value } })
    expect(await reason(offer(`bearer, ${token}, bearer, ${other}`))).toBe("credential_ambiguous")
    expect(await reason(offer("bearer"))).toBe("credential_malformed")
    expect(await reason(offer(token))).toBe("credential_missing")
  })

  it("is read on $connect only", async () => {
    expect(await reason(http2(undefined, { headers: { "sec-websocket-protocol": `bearer, ${token}` } }))).toBe(
      "credential_missing",
    )
  })
})

describe("SR-003: several configured places", () => {
  const reason = reasonWith({ header: "Authorization", cookie: "session", query: "t" })

  it("accept a credential in any one of them", async () => {
    expect(await reason(http2(`Bearer ${token}`))).toBe("ok")
    expect(await reason(http2(undefined, { cookies: [`session=${token}`] }))).toBe("ok")
    expect(await reason(http2(undefined, { query: { t: token } }))).toBe("ok")
  })

  it("refuse two, whatever they say", async () => {
    expect(await reason(http2(`Bearer ${token}`, { cookies: [`session=${token}`] }))).toBe("credential_ambiguous")
    expect(await reason(http2("Basic abc", { query: { t: token } }))).toBe("credential_ambiguous")
  })
})

describe("SR-150: the credential that is present decides", () => {
  it("and a bad one is final, even where another place is configured", async () => {
    const reason = reasonWith({ header: "Authorization", cookie: "session" })
    expect(await reason(http2("Basic abc"))).toBe("credential_malformed")
    expect(await reason(http2(`Bearer ${mint({ exp: 1 })}`))).toBe("token_expired")
  })
})
