import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compileHeaders, isRefused } from "../../src/edge/header-options.ts"
import { createHeaderScan, foldHeaderName } from "../../src/edge/headers.ts"
import { readRequest } from "../../src/event/read.ts"
import type { EdgeHeaders } from "../../src/types/edge-options.ts"
import { type ReasonCode, refusal } from "../../src/types/reasons.ts"
import type { AccessRequest } from "../../src/types/request.ts"
import { anyText } from "../support/any-text.ts"
import { restToken } from "../support/events.ts"
import { seeded } from "../support/seed.ts"
import { headerKinds, listingKinds, requestOf, requestWith } from "./requests.ts"

const options: EdgeHeaders = {
  user: "X-Edge-User",
  groups: { name: "x-edge-groups", format: "apm-list", dn: "cn" },
}
const groups = "| CN=Ops,OU=G,DC=corp,DC=example | Dev |"
const honest = { "x-edge-user": "alice", "x-edge-groups": groups }

function reading(headers: EdgeHeaders = options) {
  const compiled = compileHeaders(headers)
  const scan = createHeaderScan(compiled.needed)
  return (request: AccessRequest) => {
    const scanned = scan(request)
    return "refused" in scanned ? scanned : compiled.read(scanned)
  }
}

const read = reading()
const refused = (code: ReasonCode) => refusal(code)

describe.each(headerKinds)("identity headers of %s", (kind) => {
  test("are read as their formats say, in any case of the name", () => {
    const values = { user: "alice", groups: ["Ops", "Dev"] }
    expect(read(requestOf(kind, { headers: honest }))).toEqual(values)
    expect(read(requestOf(kind, { headers: { "X-EDGE-USER": "alice", "X-Edge-Groups": groups } }))).toEqual(values)
  })

  test("lose the blanks around their value", () => {
    expect(read(requestOf(kind, { headers: { ...honest, "x-edge-user": "  alice " } }))).toMatchObject({
      user: "alice",
    })
  })

  test("SR-125: one that is absent is refused, whichever it is", () => {
    expect(read(requestOf(kind, { headers: { "x-edge-groups": groups } }))).toBe(refused("edge_header_missing"))
    expect(read(requestOf(kind, { headers: { "x-edge-user": "alice" } }))).toBe(refused("edge_header_missing"))
  })

  test.each(["", " ", "    "])("SR-124: %j is refused, for texts and for lists", (blank) => {
    expect(read(requestOf(kind, { headers: { ...honest, "x-edge-user": blank } }))).toBe(refused("edge_header_empty"))
    expect(read(requestOf(kind, { headers: { ...honest, "x-edge-groups": blank } }))).toBe(refused("edge_header_empty"))
  })

  test("a list that is empty in its own form is no group", () => {
    expect(read(requestOf(kind, { headers: { ...honest, "x-edge-groups": "| |" } }))).toEqual({
      user: "alice",
      groups: [],
    })
  })

  test.each([
    ["x_edge_user"],
    ["X_Edge_User"],
    ["x.edge.user"],
    ["x-edge_user"],
    ["x-edge.groups"],
    [" x-edge-user"],
    ["x-edge-user "],
    ["x-edge-user\t"],
    ["x_edge_groups "],
  ])("SR-122: the alias %j is refused, beside the header and alone", (alias) => {
    expect(read(requestOf(kind, { headers: { ...honest, [alias]: "admin" } }))).toBe(refused("edge_header_alias"))
    expect(read(requestOf(kind, { headers: { [alias]: "admin" } }))).toBe(refused("edge_header_alias"))
    expect(read(requestOf(kind, { headers: { ...honest, [alias]: null } }))).toBe(refused("edge_header_alias"))
  })

  test("SR-122: a letter whose small letter is ASCII makes an alias", () => {
    const readKey = reading({ user: "x-key" })
    expect(readKey(requestOf(kind, { headers: { "x-\u212aey": "admin" } }))).toBe(refused("edge_header_alias"))
  })

  test.each(["x-edge-username", "x-edge-use", "edge-user", "x--edge-user", "xedgeuser", "x-edge-user2"])(
    "another name is left alone: %s",
    (name) => {
      expect(read(requestOf(kind, { headers: { ...honest, [name]: "\u0000," } }))).toMatchObject({ user: "alice" })
    },
  )

  test("SR-123: two spellings of the name are refused, even with one value", () => {
    for (const value of ["alice", "admin"]) {
      const headers = { ...honest, "X-Edge-User": value }
      expect(read(requestOf(kind, { headers }))).toBe(refused("edge_header_spelling"))
    }
  })

  test.each(["x-edge-user", "X-Edge-User", "close, X-Edge-Groups", "keep-alive,x_edge_user", " x.edge.user ,close"])(
    "SR-126: Connection: %s is refused",
    (value) => {
      for (const name of ["connection", "Connection", "CONNECTION"]) {
        expect(read(requestOf(kind, { headers: { ...honest, [name]: value } }))).toBe(refused("edge_header_connection"))
      }
    },
  )

  test("SR-126: other options of Connection are left alone", () => {
    const headers = { ...honest, Connection: "keep-alive, Upgrade, x-edge, x-edge-users" }
    expect(read(requestOf(kind, { headers }))).toMatchObject({ user: "alice" })
  })

  test.each([
    ["a line break", "alice\r\nx-edge-groups: | Admins |"],
    ["LF", "alice\n"],
    ["NUL", "alice\u0000"],
    ["a tab", "alice\tadmin"],
    ["DEL", "alice\u007f"],
    ["a C1 control", "alice\u0085"],
  ])("SR-124: %s is refused", (_what, value) => {
    expect(read(requestOf(kind, { headers: { ...honest, "x-edge-user": value } }))).toBe(refused("edge_header_control"))
  })

  test.each(["zoë", "alice\u00a0", "\u202ealice", "аlice", "😀"])("SR-124: %j outside ASCII is refused", (value) => {
    for (const name of ["x-edge-user", "x-edge-groups"]) {
      expect(read(requestOf(kind, { headers: { ...honest, [name]: value } }))).toBe(refused("edge_header_characters"))
    }
  })

  test("SR-124: 10,240 characters are read, one more is not", () => {
    const long = "a".repeat(10_240)
    expect(read(requestOf(kind, { headers: { ...honest, "x-edge-user": long } }))).toMatchObject({ user: long })
    const longer = { ...honest, "x-edge-user": `${long}a` }
    expect(read(requestOf(kind, { headers: longer }))).toBe(refused("edge_header_too_long"))
    const blanks = { ...honest, "x-edge-user": `alice${" ".repeat(10_240)}` }
    expect(read(requestOf(kind, { headers: blanks }))).toBe(refused("edge_header_too_long"))
  })

  test.each([[7], [true], [{}], [["alice"]], [[]], [{ toString: () => "alice" }]])(
    "SR-124: %j in place of a text is refused",
    (value) => {
      const headers = { ...honest, "x-edge-user": value }
      expect(read(requestOf(kind, { headers }))).toBe(refused("edge_header_malformed"))
      expect(read({ ...requestOf(kind, { headers }), multiValueHeaders: undefined })).toBe(
        refused("edge_header_malformed"),
      )
    },
  )

  test("a value that does not follow its format is refused", () => {
    const headers = { ...honest, "x-edge-groups": "| 0xff |" }
    expect(read(requestOf(kind, { headers }))).toBe(refused("edge_header_malformed"))
  })

  test("optional headers may be absent or empty, but not wrong", () => {
    const readOptional = reading({
      user: "x-edge-user",
      groups: { name: "x-edge-groups", format: "csv", optional: true },
    })
    expect(readOptional(requestOf(kind, { headers: { "x-edge-user": "alice" } }))).toEqual({ user: "alice" })
    const empty = { "x-edge-user": "alice", "x-edge-groups": " " }
    expect(readOptional(requestOf(kind, { headers: empty }))).toEqual({ user: "alice" })
    const wrong = { "x-edge-user": "alice", "x-edge-groups": '"' }
    expect(readOptional(requestOf(kind, { headers: wrong }))).toBe(refused("edge_header_malformed"))
  })

  test("null and an empty list are no header", () => {
    const options = {
      headers: { ...honest, "x-edge-user": null },
      multiValueHeaders: { "x-edge-user": [], "x-edge-groups": [groups] },
    }
    expect(read(requestOf(kind, options))).toBe(refused("edge_header_missing"))
  })

  test("a configured name may hold _ and ., which makes the name with - the alias", () => {
    const readOld = reading({ user: "AD_User.Name" })
    expect(readOld(requestOf(kind, { headers: { ad_user: "x", "AD_USER.name": "alice" } }))).toEqual({ user: "alice" })
    expect(readOld(requestOf(kind, { headers: { "ad-user-name": "alice" } }))).toBe(refused("edge_header_alias"))
  })
})

describe.each(listingKinds)("several values in %s", (kind) => {
  test("SR-123: a header that was sent twice is refused, even with one value, for texts and for lists", () => {
    for (const second of ["alice", "admin", ""]) {
      const lines = [...Object.entries(honest), ["x-edge-user", second] as const]
      expect(read(requestWith(kind, lines))).toBe(refused("edge_header_duplicate"))
    }
    const lines = [...Object.entries(honest), ["x-edge-groups", "| Admins |"] as const]
    expect(read(requestWith(kind, lines))).toBe(refused("edge_header_duplicate"))
  })

  test("SR-123: two spellings are refused", () => {
    const lines = [...Object.entries(honest), ["X-Edge-User", "admin"] as const]
    expect(read(requestWith(kind, lines))).toBe(refused("edge_header_spelling"))
  })

  test("SR-123: maps that differ are refused", () => {
    const lists = { "x-edge-user": ["alice"], "x-edge-groups": [groups] }
    const other = requestOf(kind, { headers: { ...honest, "x-edge-user": "admin" }, multiValueHeaders: lists })
    expect(read(other)).toBe(refused("edge_header_duplicate"))
    const spelled = { "X-Edge-User": "alice", "x-edge-groups": groups }
    expect(read(requestOf(kind, { headers: spelled, multiValueHeaders: lists }))).toBe(refused("edge_header_spelling"))
  })

  test("SR-123: multiValueHeaders is read, whatever headers holds", () => {
    const lists = { "x-edge-user": ["alice", "admin"], "x-edge-groups": [groups] }
    expect(read(requestOf(kind, { headers: honest, multiValueHeaders: lists }))).toBe(refused("edge_header_duplicate"))
    expect(read(requestOf(kind, { headers: {}, multiValueHeaders: lists }))).toBe(refused("edge_header_duplicate"))
    const alias = { "x-edge-user": ["alice"], "x-edge-groups": [groups], x_edge_user: ["admin"] }
    expect(read(requestOf(kind, { headers: honest, multiValueHeaders: alias }))).toBe(refused("edge_header_alias"))
    const named = { "x-edge-user": ["alice"], "x-edge-groups": [groups], connection: ["close", "x-edge-user"] }
    expect(read(requestOf(kind, { headers: honest, multiValueHeaders: named }))).toBe(refused("edge_header_connection"))
  })

  test("a comma in one listed value belongs to it", () => {
    const headers = { ...honest, "x-edge-user": "Doe, Alice" }
    expect(read(requestOf(kind, { headers }))).toMatchObject({ user: "Doe, Alice" })
  })

  test("SR-123: a comma in a value that is not listed may be a join", () => {
    const headers = { ...honest, "x-edge-user": "alice,admin" }
    for (const multiValueHeaders of [undefined, {}, headers]) {
      expect(read({ ...requestOf(kind, { headers }), multiValueHeaders })).toBe(refused("edge_header_joined"))
    }
  })
})

describe("several values in http-2.0, which are joined with commas", () => {
  test.each([
    ["alice", "admin"],
    ["alice", "alice"],
    ["", "alice"],
  ])("SR-123: %j and %j of a text are refused", (first, second) => {
    const lines = [
      ["x-edge-user", first] as const,
      ["x-edge-user", second] as const,
      ["x-edge-groups", groups] as const,
    ]
    expect(read(requestWith("http-2.0", lines))).toBe(refused("edge_header_joined"))
  })

  test("SR-123: a comma in base64url is a join as well", () => {
    const readEncoded = reading({ user: { name: "x-edge-user", format: "base64url" } })
    const lines = [["x-edge-user", "YWxpY2U"] as const, ["x-edge-user", "YWRtaW4"] as const]
    expect(readEncoded(requestWith("http-2.0", lines))).toBe(refused("edge_header_joined"))
  })

  test.each([
    ["| Ops |", "| Admins |"],
    ["Admins", "| Ops |"],
    ["| Admins", "| Ops |"],
    ["| Ops |", "Admins"],
  ])("SR-123: APM lists %j and %j show the join at a bar", (first, second) => {
    const lines = [
      ["x-edge-user", "alice"] as const,
      ["x-edge-groups", first] as const,
      ["x-edge-groups", second] as const,
    ]
    expect(read(requestWith("http-2.0", lines))).toBe(refused("edge_header_joined"))
  })
})

describe("requests without headers", () => {
  test.each([undefined, {}])("maps that are %j", (map) => {
    const request = { ...requestOf("rest-request", {}), headers: map, multiValueHeaders: map }
    expect(read(request)).toBe(refused("edge_header_missing"))
  })

  test("a TOKEN authorizer sees none", () => {
    expect(read(readRequest(restToken("alice")) as AccessRequest)).toBe(refused("edge_header_missing"))
  })

  test("names that every object has are no headers", () => {
    const readOdd = reading({ user: "constructor", mail: { name: "__proto__", optional: true } })
    expect(readOdd(requestOf("rest-request", { headers: {} }))).toBe(refused("edge_header_missing"))
  })

  test("inherited members are no headers", () => {
    const request = { ...requestOf("http-2.0", {}), headers: Object.create(honest) }
    expect(read(request)).toBe(refused("edge_header_missing"))
  })
})

describe("the scan", () => {
  const scan = createHeaderScan([
    { name: "X-Edge-Signature", commas: false },
    { name: "x-edge-user" },
    { name: "x-list", commas: true },
    { name: "x-list" },
    { name: "x-pem", tabs: true },
  ])

  test("holds what is there under its configured name in lower case, empty texts too, and nothing else", () => {
    const headers = { "x-edge-signature": " v=1; kid=k1 ", "X-Edge-User": " ", "x-pem": "a\tb", other: "x" }
    expect([...(scan(requestOf("http-2.0", { headers })) as Map<string, string>)]).toEqual([
      ["x-edge-signature", "v=1; kid=k1"],
      ["x-edge-user", ""],
      ["x-pem", "a\tb"],
    ])
  })

  test("takes the stricter of two entries for one name", () => {
    expect(scan(requestOf("http-2.0", { headers: { "x-list": "a,b" } }))).toBe(refused("edge_header_joined"))
  })

  test("of the headers of the evidence is as strict (SR-122, SR-123)", () => {
    const alias = { "x-edge-signature": "v=1", x_edge_signature: "v=1" }
    expect(scan(requestOf("rest-request", { headers: alias }))).toBe(refused("edge_header_alias"))
    const joined = { "x-edge-signature": "v=1,v=1" }
    expect(scan(requestOf("http-2.0", { headers: joined }))).toBe(refused("edge_header_joined"))
  })

  test.each([["connection"], ["Connection"], ["x edge"], [""], ["x-é"], ["x:y"]])("cannot be made for %j", (name) => {
    expect(() => createHeaderScan([{ name }])).toThrow(TypeError)
  })

  test("cannot be made for two names that are aliases of each other", () => {
    expect(() => createHeaderScan([{ name: "x-edge-user" }, { name: "X_Edge_User" }])).toThrow(/aliases/)
  })

  test("refuses or reads any headers, and never throws", () => {
    const name = fc.oneof(
      fc.constantFrom("x-edge-user", "X-Edge-User", "x_edge_user", "connection", "__proto__"),
      anyText,
    )
    const value = fc.oneof(anyText, fc.anything())
    const map = fc.dictionary(name, value)
    fc.assert(
      fc.property(map, map, (headers, multiValueHeaders) => {
        const result = read({ ...requestOf("rest-request", {}), headers, multiValueHeaders })
        expect("refused" in result ? result.outcome : typeof result.user).toMatch(/^(?:unauthenticated|string)$/)
      }),
      seeded("headers 1", { numRuns: 500 }),
    )
  })

  test("SR-122: every spelling that folds to a trusted name is the name in another case, or refused", () => {
    const letter = (text: string) => fc.constantFrom(text.toLowerCase(), text.toUpperCase())
    const spelled = fc
      .tuple(...[..."x-edge-user"].map((text) => (text === "-" ? fc.constantFrom("-", "_", ".") : letter(text))))
      .map((letters) => letters.join(""))
    fc.assert(
      fc.property(spelled, (name) => {
        const result = read(requestOf("rest-request", { headers: { "x-edge-groups": groups, [name]: "alice" } }))
        expect(foldHeaderName(name)).toBe("x-edge-user")
        if (/[_.]/.test(name)) expect(result).toBe(refused("edge_header_alias"))
        else expect(result).toMatchObject({ user: "alice" })
      }),
      seeded("headers 2"),
    )
  })
})

describe("values from claims of a minted token", () => {
  const { readClaims } = compileHeaders(options)
  const from = (claims: { [key: string]: unknown }) => readClaims((key) => claims[key])

  test("are JSON lists for list keys, and texts with all of Unicode", () => {
    expect(from({ user: "zoë", groups: ["CN=Équipo,DC=x", "Ops"] })).toEqual({ user: "zoë", groups: ["Équipo", "Ops"] })
  })

  test("may stand in the header's form", () => {
    expect(from({ user: "alice", groups })).toEqual({ user: "alice", groups: ["Ops", "Dev"] })
  })

  test.each<[what: string, claims: { [key: string]: unknown }, code: ReasonCode]>([
    ["an absent user", { groups }, "edge_header_missing"],
    ["a null user", { user: null, groups }, "edge_header_missing"],
    ["a blank user", { user: " ", groups }, "edge_header_empty"],
    ["a list for a text", { user: ["alice"], groups }, "edge_header_malformed"],
    ["a number for a text", { user: 7, groups }, "edge_header_malformed"],
    ["a number in a list", { user: "alice", groups: [7] }, "edge_header_malformed"],
    ["a control character", { user: "alice\n", groups }, "edge_header_control"],
    ["half a surrogate pair", { user: "\ud800", groups }, "edge_header_malformed"],
    ["a text that is too long", { user: "a".repeat(10_241), groups }, "edge_header_too_long"],
  ])("SR-124: %s is refused", (_what, claims, code) => {
    expect(from(claims)).toBe(refused(code))
  })
})

test("decoded values are frozen and inherit nothing", () => {
  const values = read(requestOf("rest-request", { headers: honest }))
  expect(Object.isFrozen(values)).toBe(true)
  for (const name of [...Object.getOwnPropertyNames(Object.prototype), "polluted"])
    expect(values).not.toHaveProperty(name)
  expect(Object.isFrozen((values as { groups: unknown }).groups)).toBe(true)
})

test("a context key called refused is no refusal", () => {
  const values = reading({ user: "x-edge-user", refused: "x-refused" })(
    requestOf("http-2.0", { headers: { ...honest, "x-refused": "true" } }),
  )
  expect(isRefused(values)).toBe(false)
  expect(values).toEqual({ user: "alice", refused: "true" })
  expect(isRefused(read(requestOf("http-2.0", { headers: {} })))).toBe(true)
})
