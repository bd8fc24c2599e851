import { describe, expect, it } from "vitest"
import { knownAnswers } from "./known-answers.ts"

describe("SR-141, SR-163: answers, contexts and policies of known principals, for each kind of API", () => {
  it("are those of the file known-answers.txt, which `npx vitest run -u` writes anew", async () => {
    await expect(`${knownAnswers().join("\n")}\n`).toMatchFileSnapshot("known-answers.txt")
  })
})
