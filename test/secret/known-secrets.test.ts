import { describe, expect, it } from "vitest"
import { knownSecrets } from "./known-secrets.ts"

describe("SR-169: secrets in each form, where they are, and what a service says of them", () => {
  it("are read as the file known-secrets.txt says, which `npx vitest run -u` writes anew", async () => {
    await expect(`${(await knownSecrets()).join("\n")}\n`).toMatchFileSnapshot("known-secrets.txt")
  })
})
