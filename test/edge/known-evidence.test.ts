import { describe, expect, it } from "vitest"
import { knownEvidence } from "./known-evidence.ts"

// The other tests of this folder say why evidence holds or not. This one holds each kind with each part of it wrong.

describe("SR-128, SR-130: evidence of each kind, right and wrong", () => {
  it("is judged as the file known-evidence.txt says, which `npx vitest run -u` writes anew", async () => {
    await expect(`${(await knownEvidence()).join("\n")}\n`).toMatchFileSnapshot("known-evidence.txt")
  })
})
