import { globSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { LambdaClient } from "@aws-sdk/client-lambda"
import { describe, expect, it } from "vitest"
import type { TestModule } from "vitest/node"
import config, { projectsOf } from "../../vitest.config.ts"
import equivalent from "../mutation/equivalent.json" with { type: "json" }
import { mockClient } from "../support/aws-clients.ts"
import { undoAll } from "../support/file-parts.ts"
import { leftOut, linesOf } from "../support/left-out.ts"
import { tools } from "../support/tools.ts"

const root = resolve(import.meta.dirname, "../..")
const own = "test/package/test-rules.test.ts"
/** Runs the tests, and is none: it ends what a changed program hangs in. */
const runner = "test/mutation/run.ts"
const paths = globSync("test/**/*.ts", { cwd: root }).filter((path) => path !== own && path !== runner)
const files = paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
const tests = paths.filter((path) => path.endsWith(".test.ts"))
const using = (pattern: RegExp): string[] => files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

describe("no test depends on real time", () => {
  it("the tests are looked at, all of them", () => {
    expect(tests.length).toBeGreaterThan(150)
  })

  it("none sleeps: what waits for time is listed here with its reason", () => {
    const sleeping = /\bsetTimeout\(|setTimeout as|node:timers\/promises"|waitUntil\(|waitFor\(/
    const onlyTurns = /import \{ setImmediate(?: as \w+)? \} from "node:timers\/promises"/
    const found = files.filter(({ text }) => sleeping.test(text.replace(onlyTurns, ""))).map(({ path }) => path)
    expect(found.toSorted()).toEqual([
      "test/docs/metric-lines.ts", // a turn of the event loop, in a program for a child process
      "test/keys/fetch-faults.test.ts", // looks again and again whether a chunk is loaded
      "test/runtime/overheard.ts", // looks again and again whether the process has ended
      "test/runtime/prepared.ts", // looks again and again whether the bundle is built
      "test/runtime/watched.ts", // says what did not come instead of hanging; the function's own timers stand still
      "test/support/deadlines.ts", // a deadline that only a test lets pass
      "test/support/program.ts", // looks again and again whether a program listens, without an end
    ])
  })

  it("none measures how long something takes", () => {
    expect(using(/performance\.now\(\)(?! =>)|process\.hrtime(?!")|toBeLessThan\(.*[mM]s\)/)).toEqual([])
  })

  it("none has a limit of its own: vitest.config.ts has one that only ends what hangs", () => {
    expect(using(/\n\}?\s*\},\s+\d[\d_]{3,},?\s*\)\n|\btest\w*\(.*\{ timeout:/)).toEqual([])
    for (const mode of ["test", "quick", "long"])
      for (const { test } of projectsOf(mode)) expect(test.testTimeout, mode).toBeGreaterThanOrEqual(900_000)
  })

  it("none judges by luck: generated cases have the seed of test/support/seed.ts", () => {
    const asserting = files.filter(({ text }) => text.includes("fc.assert("))
    expect(asserting.length).toBeGreaterThan(10)
    for (const { path, text } of asserting)
      expect(text.split("seeded(").length, path).toBeGreaterThanOrEqual(text.split("fc.assert(").length)
    expect(using(/Math\.random\(|Date\.now\(\) %/)).toEqual(["test/support/seed.ts"])
  })
})

describe("files that share a process", () => {
  it("replace no module: Node.js loads them itself, and vi.mock has no effect", () => {
    expect(using(/\bvi\.(?:mock|doMock|hoisted|resetModules)\(/)).toEqual([])
    for (const mode of ["test", "quick", "long"])
      for (const { test } of projectsOf(mode))
        expect(test.experimental, test.name).toEqual({ viteModuleRunner: false, nodeLoader: false })
  })

  it("mock AWS's clients through test/support/aws-clients.ts, which gives them back to the next file", () => {
    expect(using(/from "aws-sdk-client-mock"/)).toEqual(["test/support/aws-clients.ts"])
  })

  it("have the client itself again after the file that mocked it", () => {
    const { send } = LambdaClient.prototype
    mockClient(LambdaClient)
    expect(LambdaClient.prototype.send).not.toBe(send)
    undoAll()
    expect(LambdaClient.prototype.send).toBe(send)
  })
})

describe("the projects of vitest.config.ts", () => {
  const matching = (patterns: readonly string[] = []): string[] => globSync([...patterns], { cwd: root })
  const filesOf = (mode: string): string[] =>
    projectsOf(mode).flatMap(({ test: { include, exclude } }) => {
      const without = new Set(matching(exclude))
      return matching(include).filter((path) => !without.has(path))
    })

  it("run each test file once, also in a long run", () => {
    const all = globSync("test/**/*.test.ts", { cwd: root }).toSorted()
    expect(filesOf("test").toSorted()).toEqual(all)
    expect(filesOf("long").toSorted()).toEqual(all)
  })

  it("leave out of a quick run what is named, and every name is of files that exist", () => {
    const quick = filesOf("quick")
    expect(quick).toEqual(expect.arrayContaining(["test/package/house.test.ts", "test/token/cache.test.ts"]))
    expect(quick.filter((path) => /^test\/(?:cli|runtime|conformance)\//.test(path))).toEqual([])
    const [{ test }] = projectsOf("quick") as [ReturnType<typeof projectsOf>[number]]
    for (const pattern of test.exclude ?? []) expect(matching([pattern]), pattern).not.toEqual([])
  })

  it("keep what child processes have compiled inside of node_modules", () => {
    for (const { test } of projectsOf("test"))
      expect(test.env?.NODE_COMPILE_CACHE).toBe(join(root, "node_modules/.cache/hallpass-tests"))
  })

  it("end with the block of what was not shown", () => {
    const { reporters } = config({ mode: "quick" }).test ?? {}
    expect(reporters).toEqual(["default", ["./test/support/left-out.ts", { quick: true }]])
  })
})

describe("what a run did not show", () => {
  const moduleOf = (relativeModuleId: string, ...messages: string[]): TestModule => {
    const annotations = () => [
      ...messages.map((message) => ({ type: leftOut, message })),
      { type: "notice", message: "something else" },
    ]
    return { relativeModuleId, children: { allTests: () => [{ annotations }] } } as unknown as TestModule
  }

  it("names each missing tool once, how to get it, and only tools that the run could have used", () => {
    const missing = tools.filter(({ isThere }) => !isThere)
    const all = [...tests.map((path) => moduleOf(path)), ...tests.map((path) => moduleOf(path))]
    expect(linesOf(all, false)).toEqual(missing.map(({ shows, get }) => `${shows}. To get it: ${get}`))
    expect(linesOf([moduleOf("test/token/cache.test.ts")], false)).toEqual([])
  })

  it("holds what a test found out on its way, and what a quick run leaves out", () => {
    const found = moduleOf("test/a.test.ts", "a thing. To get it: do this")
    expect(linesOf([found, found], false)).toEqual(["a thing. To get it: do this"])
    expect(linesOf([found], true)).toEqual([
      expect.stringContaining("To see it: npm test"),
      "a thing. To get it: do this",
    ])
  })

  it("knows the files of each tool", () => {
    for (const { files: pattern, shows } of tools)
      expect(tests.filter((path) => pattern.test(path)).length, shows).toBeGreaterThan(0)
  })
})

describe("test/mutation/equivalent.json", () => {
  it("names changes of lines that are still there: the reason is about that line", () => {
    expect(equivalent.length).toBeGreaterThan(50)
    const stale = equivalent.filter(({ path, code, from }) => {
      const lines = readFileSync(join(root, path), "utf8").split("\n")
      return !code.includes(from) || !lines.some((line) => line.trim() === code)
    })
    expect(stale).toEqual([])
  })
})
