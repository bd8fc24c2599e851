import { describe, expect, it } from "vitest"
import { spellOnce } from "../../src/edge/asserted-principal.ts"

const own = new Map([
  ["cn=ops", ["CN=Ops"]],
  ["both", ["Both", "BOTH"]],
])
const spell = spellOnce((received) => received.flatMap((name) => own.get(name.toLowerCase()) ?? [name]))

describe("13-9: names of an edge in the spelling of the rules", () => {
  it("get the rule's spelling, one by one", () => {
    expect(spell(["cn=OPS"])).toEqual(["CN=Ops"])
    expect(spell(["other", "cn=ops"])).toEqual(["other", "CN=Ops"])
    expect(spell(["cn=ops", "CN=OPS"])).toEqual(["CN=Ops"])
  })

  it("get every spelling that rules have", () => {
    expect(spell(["both"])).toEqual(["Both", "BOTH"])
  })

  it("stay the same list if nothing changes", () => {
    const received = ["CN=Ops", "other"]
    expect(spell(received)).toBe(received)
  })
})
