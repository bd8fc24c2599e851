import { describe, expect, it } from "vitest"
import { createAuthorizer, type PolicyAnswer, type RouteRule } from "../../src/index.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { oidcIssuer } from "../support/config.ts"
import { http1, http2, restRequest, restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const bearer = `Bearer ${mint()}`
const users: { readonly [key: string]: RouteRule } = { "GET /users/{id}": {}, "POST /users": { groups: ["ops"] } }
/** More paths than an answer lists every form for. */
const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`POST /area-${i}`, { groups: ["ops"] }]))

/** RFC 3986 section 3.3: what a path segment may hold as it is. A slash may only be written plainly as a delimiter. */
const plain = /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/
const escapesOf = (character: string): string[] => {
  const hex = character.charCodeAt(0).toString(16).padStart(2, "0")
  return [...new Set([`%${hex}`, `%${hex.toUpperCase()}`])]
}
const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** What a fresh decision says of a path, and what the answer that is kept from another request says of it. */
async function verdicts(routes: typeof users, gateway: object, path: string): Promise<string[]> {
  const { decide, handler } = createAuthorizer({ issuers: [oidcIssuer()], routes, gateway }, { clock })
  const said: string[] = []
  for (const build of [restToken, restRequest, http1, http2]) {
    const event = build(bearer, { path, template: "/users/{id}" })
    const { policyDocument } = (await handler(
      build(bearer, { path: "/users/7", template: "/users/{id}" }),
    )) as PolicyAnswer
    const kept = evaluate(policyDocument, String(event.routeArn ?? event.methodArn))
    said.push((await decide(event)).reason, kept === "allow" ? "ok" : "path_ambiguous")
  }
  return [...new Set(said)]
}

const tables = { "a short table": users, "a long table": { ...users, ...many } }

describe.each(Object.entries(tables))("2.1, SR-148: escapes under a principal policy, %s", (_name, routes) => {
  it.each(ascii.filter((character) => !plain.test(character) && character !== "\\").flatMap(escapesOf))(
    "%s has to be sent, and is allowed by the decision and by the kept answer",
    async (text) => {
      for (const path of [`/users/${text}`, `/users/a${text}b`, `/users/${text}${text}`])
        expect(await verdicts(routes, {}, path)).toEqual(["ok"])
    },
  )

  it.each([..."users/.;\\"].flatMap(escapesOf))("%s is another spelling, and refused by both", async (text) => {
    for (const path of [`/users/${text}`, `/users/a${text}b`, `/users/%7C${text}`])
      expect(await verdicts(routes, {}, path)).toEqual(["path_ambiguous"])
  })

  it.each([
    "%252e",
    "%252F",
    "%2561",
    "%2575sers",
    "%252525",
    "%255c",
    "%25%32%66",
    "%%361",
    "%%32f",
    "%7%35sers",
    "%2%35",
  ])("%s is an escape to a second decoder, and refused by both", async (text) => {
    expect(await verdicts(routes, {}, `/users/${text}`)).toEqual(["path_ambiguous"])
  })

  it.each([
    ...["auth0%7C5f7c", "%5B1%5D", "a%5Eb", "100%25", "50%25%20off", "C%23", "%3Cx%3E", "why%3F", "%22a%22"],
    ...["%E2%82%AC", "%e2%82%ac", "%C3%A9", "%00", "%7f", "%zz", "%", "%u0061", "a%", "%2"],
  ])("the id %s is a plain one", async (id) => {
    expect(await verdicts(routes, {}, `/users/${id}`)).toEqual(["ok"])
  })
})

describe("2.1, SR-148: escapes of letters and digits", () => {
  const others = ascii.filter((character) => /[A-Za-z0-9~_:=@]/.test(character)).flatMap(escapesOf)

  it.each(others)("%s is refused in a short table, whether a route holds the character or not", async (text) => {
    expect(await verdicts(users, {}, `/users/${text}`)).toEqual(["path_ambiguous"])
    const { decide } = createAuthorizer(
      { issuers: [oidcIssuer()], routes: users, gateway: { resultTtlSeconds: 0 } },
      { clock },
    )
    expect((await decide(restToken(bearer, { path: `/users/${text}` }))).reason).toBe("path_ambiguous")
  })

  it("one that no route of a long table holds makes no difference, and decision and answer agree", async () => {
    const says = await Promise.all(others.map((text) => verdicts(tables["a long table"], {}, `/users/${text}`)))
    expect(says.every((said) => said.length === 1)).toBe(true)
    expect(says.flat().filter((reason) => reason === "ok").length).toBeGreaterThan(20)
  })
})

it("2.1: all forms take about a third of an answer", async () => {
  const { handler } = createAuthorizer({ issuers: [oidcIssuer()], routes: users }, { clock })
  const { policyDocument } = (await handler(restToken(bearer, { path: "/users/7" }))) as PolicyAnswer
  const forms = policyDocument.Statement.flatMap(({ Resource }) => Resource).filter((text) => text.includes(":*:*:*"))
  expect(JSON.stringify(forms).length).toBeLessThan(2800)
})
