import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { projectsOf } from "../../vitest.config.ts"
import { canariesIn, plant } from "../support/canaries.ts"
import { mint, segments } from "../support/mint.ts"

describe("the scan of all output for canaries", () => {
  const token = mint()
  const [header, payload, mac] = segments(token)

  it.each([
    ["a token", token],
    ["its header", header],
    ["its payload", payload],
    ["its signature", mac],
    ["its signature, within other text", `"x":"AbCd${mac}"`],
    ["a value of a good token", "sub=canary-subject"],
    ["the word, in any case", "Canary"],
  ])("finds %s", (_, text) => {
    expect(canariesIn(`{"level":"INFO","x":"${text}"}`)).not.toEqual([])
  })

  it("finds what a test has planted, and nothing in an ordinary record", () => {
    const ordinary = '{"level":"INFO","message":"request refused","tokenHash":"9f86d081884c7d65","kid":"rsa-1"}'
    expect(canariesIn(ordinary)).toEqual([])
    plant("Correct-Horse-Battery-Staple-42")
    expect(canariesIn("secret=Correct-Horse-Battery-Staple-42")).not.toEqual([])
    expect(canariesIn(ordinary)).toEqual([])
  })

  it("is set up in every project", () => {
    const projects = ["test", "quick", "long"].flatMap(projectsOf)
    expect(projects.length).toBeGreaterThan(6)
    for (const { test } of projects) expect(test.setupFiles, test.name).toContain("test/support/each-file.ts")
    expect(readFileSync(resolve(import.meta.dirname, "../support/each-file.ts"), "utf8")).toMatch(/^scanOutput\(\)$/m)
  })

  it("is not gone round: only one place of the tests takes over the streams", () => {
    const root = resolve(import.meta.dirname, "..")
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"))
    const spying = files.filter((path) =>
      /spyOn\(process\.std|spyOn\(console,/.test(readFileSync(join(root, path), "utf8")),
    )
    expect(files.length).toBeGreaterThan(100)
    expect(spying.toSorted()).toEqual([
      "bench/subjects.test.ts", // observed handlers of the benches
      "conformance/oidc-provider.test.ts", // silences another program's warnings
      "diagnosis/doctor.test.ts", // progress on a terminal, which is scanned there
      "observe/powertools.test.ts", // a stream that throws
      "support/output.ts",
    ])
  })
})
