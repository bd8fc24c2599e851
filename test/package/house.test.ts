import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { base, houseProblems, importsOf, longFiles, mayImport } from "./house.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const paths = globSync(["src/**/*.ts", "handlers/**/*.ts", "local/**/*.{ts,tsx,mjs}"], {
  cwd: root,
  exclude: ["**/node_modules/**"],
})
const files = new Map(paths.map((path) => [path, readFileSync(`${root}/${path}`, "utf8")]))

describe("the house", () => {
  test("there is something to look at", () => {
    expect(paths).toContain("src/index.ts")
    expect(paths).toContain("handlers/authorizer.ts")
  })

  test("imports go one way: handlers and local, doors, authorizer, stage rooms, token and keys, shared", () => {
    expect(houseProblems(files)).toEqual([])
  })

  test("no file of src has more than 220 lines; those over 150 are worth a look", () => {
    const long = longFiles(files, 150)
    if (long.length > 0) console.info(`Over 150 lines:\n  ${long.join("\n  ")}`)
    expect(longFiles(files, 220)).toEqual([])
  })
})

describe("14-1: the table of docs/architecture.md", () => {
  const page = readFileSync(`${root}/docs/architecture.md`, "utf8")
  const rows = [...page.matchAll(/^\| `(?:src\/)?([a-z]+)\/` \| .+ \| (.*?) ?\|$/gm)].map(
    ([, room = "", imports = ""]) => ({ room, imports }),
  )

  test("has every room, and no other", () => {
    expect(rows.map(({ room }) => room).toSorted()).toEqual(Object.keys(mayImport).toSorted())
  })

  test.each(rows.filter(({ imports }) => !/every room|doors|nothing/.test(imports)))(
    "says what $room may import",
    ({ room, imports }) => {
      const named = [...imports.matchAll(/`([a-z]+)`/g)].map(([, name]) => name)
      const allowed = (mayImport[room] ?? []).filter((each) => room === "shared" || !base.includes(each))
      expect(named.toSorted()).toEqual(allowed.toSorted())
    },
  )
})

describe("the import scan finds", () => {
  test.each([
    ['import { a } from "./a.ts"', "./a.ts", "static"],
    ['import a from "./a.ts"', "./a.ts", "static"],
    ['import * as a from "./a.ts"', "./a.ts", "static"],
    ['import a, { b } from "./a.ts"', "./a.ts", "static"],
    ['import {\n  a,\n  type B,\n} from "./a.ts"', "./a.ts", "static"],
    ['import "./a.ts"', "./a.ts", "static"],
    ["import { a } from './a.ts'", "./a.ts", "static"],
    ['export { a } from "./a.ts"', "./a.ts", "static"],
    ['export * from "./a.ts"', "./a.ts", "static"],
    ['export * as a from "./a.ts"', "./a.ts", "static"],
    ['import type { A } from "./a.ts"', "./a.ts", "type"],
    ['export type { A } from "./a.ts"', "./a.ts", "type"],
    ['  const { a } = await import("./a.ts")', "./a.ts", "dynamic"],
    ['type A = import("./a.ts").A', "./a.ts", "dynamic"],
  ])("%s", (source, specifier, kind) => {
    expect(importsOf(`const first = 1\n${source}\nexport const last = { from: "elsewhere" }\n`)).toEqual([
      { specifier, kind },
    ])
  })

  test("nothing in a comment", () => {
    expect(importsOf('/**\n * import { createAuthorizer } from "hallpass"\n */\n// import "./a.ts"\n')).toEqual([])
  })
})

describe("the house refuses", () => {
  const door = 'export { createAuthorizer } from "./authorizer/create.ts"\n'
  const planted: [rule: string, path: string, source: string, problem: RegExp][] = [
    ["logic in a door", "src/index.ts", `${door}export const answer = 42\n`, /only re-exports/],
    ["a door that exports everything", "src/index.ts", 'export * from "./token/verify.ts"\n', /only re-exports/],
    ["a door behind a door", "src/verify.ts", 'export { a } from "./index.ts"\n', /does not import the door/],
    ["a door in a room", "src/token/a.ts", 'import { a } from "../index.ts"\n', /token may not import src\/index/],
    ["one stage in another", "src/route/a.ts", 'import { a } from "../answer/a.ts"\n', /route may not import/],
    ["tokens in a stage", "src/route/a.ts", 'import type { A } from "../token/a.ts"\n', /route may not import/],
    ["composition in a room", "src/event/a.ts", 'import { a } from "../authorizer/a.ts"\n', /event may not import/],
    ["observing from a stage", "src/event/a.ts", 'import { a } from "../observe/a.ts"\n', /event may not import/],
    ["keys that know tokens", "src/keys/a.ts", 'import { a } from "../token/a.ts"\n', /keys may not import/],
    ["providers that know keys", "src/provider/a.ts", 'import { a } from "../keys/a.ts"\n', /provider may not import/],
    [
      "problems that know a provider",
      "src/problems/a.ts",
      'import { a } from "../provider/a.ts"\n',
      /problems may not/,
    ],
    ["problems in a stage", "src/event/a.ts", 'import { a } from "../problems/a.ts"\n', /event may not import/],
    ["shared that knows a room", "src/shared/a.ts", 'import { a } from "../keys/a.ts"\n', /shared may not import/],
    ["a lazy import over a border", "src/keys/a.ts", 'const a = await import("../token/a.ts")\n', /keys may not/],
    [
      "a second lazy entry of a room",
      "src/keys/a.ts",
      'const a = await import("./discovery.ts")\n',
      /one named entry per room, not src\/keys\/discovery/,
    ],
    ["an unknown room", "src/misc/a.ts", "export const a = 1\n", /no room misc/],
    ["a barrel", "src/token/index.ts", 'export { a } from "./a.ts"\nexport const b = 1\n', /no barrel/],
    ["a barrel by another name", "src/token/all.ts", 'export { a } from "./a.ts"\n', /no barrel/],
    ["a room in a handler", "handlers/a.ts", 'import { a } from "../src/token/a.ts"\n', /handlers may not import/],
    [
      "a handler in a handler",
      "handlers/a.ts",
      'import { a } from "./b.ts"\n',
      /imports doors, the start, its configuration and its key snapshot only/,
    ],
    [
      "a room in the command line",
      "src/cli/a.ts",
      'import { a } from "../keys/a.ts"\n',
      /cli may not import src\/keys/,
    ],
    [
      "the command line in a room",
      "src/keys/a.ts",
      'import { a } from "../cli/a.ts"\n',
      /keys may not import src\/cli/,
    ],
    ["the command line in a handler", "handlers/a.ts", 'import { a } from "../src/cli/a.ts"\n', /handlers may not/],
    ["the command line behind a door", "src/index.ts", 'export { a } from "./cli/a.ts"\n', /opens the command line/],
    ["a room in the local stack", "local/a.ts", 'import { a } from "../src/token/a.ts"\n', /local may not import/],
    ["the local stack in src", "src/token/a.ts", 'import { a } from "../../local/a.ts"\n', /lies outside src/],
    ["node:https on the static path", "src/keys/a.ts", 'import { get } from "node:https"\n', /node:https is loaded/],
    ["https without its prefix", "src/keys/a.ts", 'import https from "https"\n', /https is loaded/],
    ["an AWS client on the static path", "src/secret/a.ts", 'import { S } from "@aws-sdk/client-ssm"\n', /is loaded/],
    ["fetch", "src/keys/a.ts", "const a = await fetch(address)\n", /fetch costs/],
    ["fetch under its full name", "src/keys/a.ts", "const a = globalThis.fetch\n", /fetch costs/],
    ["a file for everything", "src/token/string-utils.ts", "export const a = 1\n", /says nothing/],
    ["a folder for everything", "local/helpers/a.ts", "export const a = 1\n", /says nothing/],
    ["names in camel case", "src/token/verifyToken.ts", "export const a = 1\n", /kebab-case/],
    ["a file that imports itself", "src/token/a.ts", 'import { a } from "./a.ts"\n', /cycle/],
  ]

  test.each(planted)("%s", (_rule, path, source, problem) => {
    const problems = houseProblems(new Map([[path, source]]))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })

  test("a cycle over three files, types included", () => {
    const files = new Map([
      ["src/token/a.ts", 'import { b } from "./b.ts"\n'],
      ["src/token/b.ts", 'import type { C } from "./c.ts"\n'],
      ["src/token/c.ts", 'import { a } from "./a.ts"\n'],
    ])
    expect(houseProblems(files)).toEqual([
      "cycle: src/token/a.ts -> src/token/b.ts -> src/token/c.ts -> src/token/a.ts",
    ])
  })

  test("a long file", () => {
    expect(longFiles(new Map([["src/token/a.ts", "1\n".repeat(151)]]), 150)).toEqual(["src/token/a.ts: 151 lines"])
  })
})

describe("the house allows", () => {
  const built: [what: string, path: string, source: string][] = [
    ["a door with comments", "src/verify.ts", '/** Tokens in. */\n// a list\nexport type { A } from "./token/a.ts"\n'],
    ["composition", "src/authorizer/create.ts", 'import { a } from "../event/a.ts"\nexport const b = a\n'],
    ["tokens with keys", "src/token/a.ts", 'import { a } from "../keys/a.ts"\nexport const b = a\n'],
    ["a handler on a door", "handlers/a.ts", 'import { a } from "../src/index.ts"\nexport const b = a\n'],
    ["a handler with its configuration", "handlers/a.ts", 'import a from "./a.config.ts"\nexport const b = a\n'],
    ["a handler with its key snapshot", "handlers/a.ts", 'import a from "./key-snapshot.ts"\nexport const b = a\n'],
    ["the command line on a door", "src/cli/a.ts", 'import { a } from "../index.ts"\nexport const b = a\n'],
    ["types of node:https", "src/keys/a.ts", 'import type { Agent } from "node:https"\nexport const a = 1\n'],
    ["node:https when it is needed", "src/keys/a.ts", 'const a = process.getBuiltinModule("node:https")\n'],
    ["functions that fetch", "src/keys/a.ts", "const a = fetchKeySet(address)\nconst b = source.fetch(address)\n"],
  ]

  test.each(built)("%s", (_what, path, source) => {
    expect(houseProblems(new Map([[path, source]]))).toEqual([])
  })
})
