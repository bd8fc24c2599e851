import { describe, expect, it } from "vitest"
import { knownEvents } from "./known-events.ts"

describe("SR-151: what is read of an event, with each of its members as something else", () => {
  it("is what the file known-events.txt says, which `npx vitest run -u` writes anew", async () => {
    await expect(`${knownEvents().join("\n")}\n`).toMatchFileSnapshot("known-events.txt")
  })
})
