import { describe, expect, it } from "vitest"
import { knownValues } from "./known-values.ts"

// The other tests of this folder say why a value is read or refused. This one holds every format to the same values, so
// that a change of one reader shows what it changes.

describe("SR-124, SR-125: values in each format, or the reason why they are refused", () => {
  it("are those of the file known-values.txt, which `npx vitest run -u` writes anew", async () => {
    await expect(`${knownValues().join("\n")}\n`).toMatchFileSnapshot("known-values.txt")
  })
})
