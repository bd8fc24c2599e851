import { describe, expect, it } from "vitest"
import { knownIdentities } from "./known-identity.ts"

describe("SR-121 to SR-127: trusted headers and the principals that are made of them", () => {
  it("are those of the file known-identity.txt, which `npx vitest run -u` writes anew", async () => {
    await expect(`${(await knownIdentities()).join("\n")}\n`).toMatchFileSnapshot("known-identity.txt")
  })
})
