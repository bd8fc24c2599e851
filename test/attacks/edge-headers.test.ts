import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compileHeaders, isRefused } from "../../src/edge/header-options.ts"
import { createHeaderScan } from "../../src/edge/headers.ts"
import type { EdgeHeaders } from "../../src/types/edge-options.ts"
import { refusal } from "../../src/types/reasons.ts"
import type { AccessRequest } from "../../src/types/request.ts"
import { type HeaderKind, headerKinds, listingKinds, requestWith } from "../edge/requests.ts"
import { seeded } from "../support/seed.ts"

// What a client can send beside the headers that the edge sets, when the edge only adds its own
// (`HTTP::header insert`), or replaces the exact name and overlooks the rest. Evidence is not looked at here: it must
// not be needed for these.

type Line = readonly [name: string, value: string]

const headers: EdgeHeaders = {
  user: "x-edge-user",
  groups: { name: "x-edge-groups", format: "apm-list", dn: "cn" },
}
const compiled = compileHeaders(headers)
const scan = createHeaderScan([...compiled.needed, { name: "x-edge-signature" }])

const read = (request: AccessRequest) => {
  const scanned = scan(request)
  return "refused" in scanned ? scanned : compiled.read(scanned)
}

const edge: readonly Line[] = [
  ["x-edge-user", "alice"],
  ["x-edge-groups", "| CN=Ops,OU=G,DC=corp,DC=example |"],
  ["x-edge-signature", "v=1; kid=k1; ts=1767225600; sig=x"],
]
const honest = { user: "alice", groups: ["Ops"] }

/** The client's lines before the edge's, as an insert leaves them, and behind, as another proxy may put them. */
const orders: readonly (readonly [what: string, merge: (client: readonly Line[]) => readonly Line[]])[] = [
  ["before the edge's", (client) => [...client, ...edge]],
  ["behind the edge's", (client) => [...edge, ...client]],
]

const cases = headerKinds.flatMap((kind) => orders.map(([what, merge]) => ({ kind, what, merge })))

describe.each(cases)("client headers $what, in $kind", ({ kind, merge }) => {
  test("there is something to attack", () => {
    expect(read(requestWith(kind, merge([["accept", "*/*"]])))).toEqual(honest)
  })

  const attacks: [what: string, client: readonly Line[]][] = [
    ["SR-123: another user", [["x-edge-user", "admin"]]],
    ["SR-123: the same user, to see whether it passes", [["x-edge-user", "alice"]]],
    ["SR-123: an empty user", [["x-edge-user", ""]]],
    ["SR-123: another user in another spelling", [["X-EDGE-USER", "admin"]]],
    ["SR-123: more groups", [["x-edge-groups", "| CN=Admins,DC=x |"]]],
    ["SR-123: one group", [["x-edge-groups", "CN=Admins,DC=x"]]],
    ["SR-123: an open list", [["x-edge-groups", "| CN=Admins,DC=x"]]],
    ["SR-123: an open list with a backslash before the join", [["x-edge-groups", "| CN=Admins,DC=x\\"]]],
    ["SR-123: an open list with a bar behind a backslash", [["x-edge-groups", "| CN=Admins,DC=x | \\"]]],
    ["SR-123: a list in hex", [["x-edge-groups", `0x${Buffer.from("| Admins |").toString("hex")}`]]],
    ["SR-123: no groups", [["x-edge-groups", ""]]],
    ["SR-123: another signature", [["x-edge-signature", "v=1"]]],
    ["SR-122: _ for -", [["x_edge_user", "admin"]]],
    ["SR-122: . for -", [["X.Edge.User", "admin"]]],
    ["SR-122: _ and . mixed", [["X_Edge.Groups", "| Admins |"]]],
    ["SR-122: a blank behind the name", [["x-edge-user ", "admin"]]],
    ["SR-122: a tab before the name", [["\tx-edge-user", "admin"]]],
    ["SR-122: an alias of the signature", [["x_edge_signature", "v=1"]]],
    ["SR-126: Connection drops the user behind the gateway", [["Connection", "close, x-edge-user"]]],
    ["SR-126: Connection drops the signature", [["connection", "X-Edge-Signature"]]],
    ["SR-126: Connection with an alias", [["Connection", "x_edge_groups"]]],
  ]

  test.each(attacks)("%s is refused", (_what, client) => {
    expect(read(requestWith(kind, merge(client)))).toMatchObject({ refused: true, outcome: "unauthenticated" })
  })

  test("whatever the client adds, the edge's identity is read, or none", () => {
    const trusted = fc
      .constantFrom("x-edge-user", "x-edge-groups", "x-edge-signature")
      .chain((name) =>
        fc.tuple(
          ...[...name].map((letter) =>
            fc.constantFrom(letter, letter, letter.toUpperCase(), ...(letter === "-" ? "_." : letter)),
          ),
        ),
      )
      .map((letters) => letters.join(""))
    const name = fc.oneof(trusted, fc.constantFrom("connection", "accept", "x-other"))
    const value = fc.oneof(
      fc.constantFrom("admin", "| Admins |", "Admins", "CN=Admins,DC=x\\", "0x41646d696e73", "", "x-edge-user", '"'),
      fc.string({ unit: fc.constantFrom(...'|\\,= CNa0x41"') }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), (client) => {
        const values = read(requestWith(kind, merge(client)))
        if (isRefused(values)) expect(values.outcome).toBe("unauthenticated")
        else expect(values).toEqual(honest)
      }),
      seeded("edge headers 1", { numRuns: 300 }),
    )
  })
})

describe.each(headerKinds)("the edge sent nothing, in %s", (kind) => {
  test("SR-125: weaker headers are not fallen back to", () => {
    const weaker: Line[] = [
      "x-forwarded-user",
      "x-remote-user",
      "remote-user",
      "x-user",
      "edge-user",
      "x-auth-request-user",
    ].map((name) => [name, "admin"])
    expect(read(requestWith(kind, weaker))).toBe(refusal("edge_header_missing"))
  })

  test("SR-125: groups without a user, and a user without groups, are nobody", () => {
    for (const line of edge) expect(read(requestWith(kind, [line]))).toMatchObject({ refused: true })
  })

  test("SR-125: a variable without a value is nobody, not the user of an empty name", () => {
    const [, ...rest] = edge
    expect(read(requestWith(kind, [["x-edge-user", ""], ...rest]))).toBe(refusal("edge_header_empty"))
  })
})

describe.each(headerKinds)("SR-124: what the value itself can carry, in %s", (kind: HeaderKind) => {
  const rest = edge.filter(([name]) => name !== "x-edge-user")
  const group = edge.filter(([name]) => name !== "x-edge-groups")

  test.each([
    ["a header line of its own", "alice\r\nx-edge-groups: | Admins |"],
    ["the end of a C string", "admin\u0000alice"],
    ["a text that is turned around", "\u202enimda"],
    ["letters that only look alike", "аdmin"],
    ["a text that is too long", "a".repeat(10_241)],
  ])("user: %s", (_what, value) => {
    expect(read(requestWith(kind, [...rest, ["x-edge-user", value]]))).toMatchObject({ outcome: "unauthenticated" })
  })

  test.each([
    ["hex in hex", `| 0x${Buffer.from(`0x${Buffer.from("Admins").toString("hex")}`).toString("hex")} |`],
    ["hex of a line break", `| 0x${Buffer.from("Ops\n| Admins |").toString("hex")} |`],
    ["hex that is not UTF-8", "| 0x41c0af |"],
  ])("groups: %s", (_what, value) => {
    expect(read(requestWith(kind, [...group, ["x-edge-groups", value]]))).toMatchObject({ outcome: "unauthenticated" })
  })

  test("a group cannot be split in two by a bar in its name", () => {
    for (const value of ["| a\\|Admins |", `| 0x${Buffer.from("a|Admins").toString("hex")} |`]) {
      expect(read(requestWith(kind, [...group, ["x-edge-groups", value]]))).toMatchObject({ groups: ["a|Admins"] })
    }
  })

  test("a group cannot pass for a DN, nor for another group's name", () => {
    const value = "| CN=Admins\\,DC\\=corp,OU=Guests,DC=x | OU=Admins,CN=Admins |"
    const values = read(requestWith(kind, [...group, ["x-edge-groups", value]]))
    expect(values).toMatchObject({ groups: ["CN=Admins\\,DC\\=corp,OU=Guests,DC=x", "OU=Admins,CN=Admins"] })
  })
})

describe.each(listingKinds)("SR-123: maps of %s that differ", (kind) => {
  test("the client's copy in one map only is refused", () => {
    const request = requestWith(kind, edge)
    for (const name of ["x-edge-user", "X-Edge-User"]) {
      const added = { ...request.headers, [name]: "admin" }
      expect(read({ ...request, headers: added })).toMatchObject({ outcome: "unauthenticated" })
      const lists = { ...request.multiValueHeaders, [name]: ["admin"] }
      expect(read({ ...request, multiValueHeaders: lists })).toMatchObject({ outcome: "unauthenticated" })
    }
  })
})

describe("no refusal repeats what was sent (SR-121)", () => {
  test.each(headerKinds)("%s", (kind) => {
    const secret = "Zq9-canary"
    for (const client of [
      ["x_edge_user", secret] as const,
      ["x-edge-user", secret] as const,
      ["connection", `x-edge-user, ${secret}`] as const,
    ]) {
      expect(JSON.stringify(read(requestWith(kind, [...edge, client])))).not.toContain(secret)
    }
  })
})
