import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf, verdictOf } from "../support/doors.ts"
import { mint } from "../support/mint.ts"

describe("sub (RFC 7519 section 4.1.2)", () => {
  it.each([null, "", 0, 7, true, [], ["alice"], {}, { sub: "alice" }, "x".repeat(513), "\ud800"])(
    "SR-070: %j is no subject",
    async (sub) => {
      expect(await reasonOf(mint({ sub }))).toBe("subject_invalid")
    },
  )

  it("SR-070: without sub the client is the subject, without both nobody is", async () => {
    const { principal } = await verdictOf(mint({ sub: undefined, client_id: "batch" }))
    expect(principal).toMatchObject({ subject: "batch", kind: "app" })
    expect(await reasonOf(mint({ sub: undefined, client_id: undefined }))).toBe("subject_invalid")
    expect(await reasonOf(mint({ sub: undefined, client_id: ["batch"] }))).toBe("subject_invalid")
  })

  it("SR-071: a client's own token is an app, whatever its name", async () => {
    const { principal } = await verdictOf(mint({ sub: "alice", client_id: "alice", auth_time: 1 }))
    expect(principal?.kind).toBe("app")
  })

  it("SR-076, SR-145: the id holds printable ASCII only, and no two subjects share one", async () => {
    const subjects = ["a", "A", "a ", "a%20", "a\n", "a\r\nX: y", "é", "e\u0301", "a|b", "\u001b[31m", "%", "😀"]
    const ids = await Promise.all(subjects.map(async (sub) => (await verdictOf(mint({ sub }))).principal?.id ?? ""))
    for (const id of ids) expect(id).toMatch(/^[!-~]+$/)
    expect(new Set(ids).size).toBe(subjects.length)
  })
})

describe("lists of rights", () => {
  const issuers = [oidcIssuer({ permissions: "permissions" })]
  const listsOf = async (claims: object) => (await verdictOf(mint({ ...claims }), issuers)).principal

  it.each<[unknown, string[]]>([
    ["read write", ["read", "write"]],
    ["read", ["read"]],
    [
      ["read", "write"],
      ["read", "write"],
    ],
    ["", []],
    ["read:all", ["read:all"]],
    ["read\twrite", ["read\twrite"]],
    ["read,write", ["read,write"]],
    [undefined, []],
  ])("SR-073: scope %j is %j", async (scope, expected) => {
    expect((await listsOf({ scope }))?.scopes).toEqual(expected)
  })

  it.each([null, 7, true, { read: true }, [7], [["read"]]])("SR-073: scope %j gives nothing", async (scope) => {
    expect((await listsOf({ scope }))?.scopes).toEqual([])
  })

  it.each(["roles", "groups", "permissions"] as const)(
    "SR-074, 2.7: %s are an array of strings, or one as text, and nothing else",
    async (name) => {
      expect((await listsOf({ [name]: ["a", "b"] }))?.[name]).toEqual(["a", "b"])
      for (const one of ["a", "a b", "a,b", "a;b", "| a | b |", "{a}", "a]"])
        expect((await listsOf({ [name]: one }))?.[name]).toEqual([one])
      for (const wrong of ["", " ", 7, null, true, { a: true }, [["a"]], ["a", 7], [null], { 0: "a", length: 1 }]) {
        expect((await listsOf({ [name]: wrong }))?.[name]).toEqual([])
      }
    },
  )
})
