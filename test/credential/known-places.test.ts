import { describe, expect, it } from "vitest"
import { knownCredentials } from "./known-places.ts"

describe("SR-001 to SR-003, SR-082: credentials in each place and each form", () => {
  it("are those of the file known-places.txt, which `npx vitest run -u` writes anew", async () => {
    await expect(`${knownCredentials().join("\n")}\n`).toMatchFileSnapshot("known-places.txt")
  })
})
