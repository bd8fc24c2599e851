import { describe, expect, it } from "vitest"
import { aliasBomb } from "./hostile-text.ts"
import { command, file } from "./in-process.ts"

// 18, bad input: every YAML that a command reads. Alias bombs and unknown fields are refused with the line.

const words = (text: string, named: { readonly [word: string]: string } = {}): readonly string[] =>
  text.split(" ").map((word) => named[word] ?? word)
const oneLine = (text: string): string => text.replace(/\s+/g, " ")

const sound = file(
  "sound.yaml",
  `issuers: [{ provider: okta, domain: acme.okta.com, audience: api://orders }]
routes:
  GET /orders/{id}: { scopes: [orders:read] }
`,
)

describe("18: an unknown field of a configuration is refused with its line", () => {
  const unknown = file(
    "unknown.yaml",
    `# scoops of another kind
issuers:
  - { provider: okta, domain: acme.okta.com, audience: scoops }
routes:
  GET /scoops:
    scopes: [scoops]
  GET /orders/{id}:
    scopes: [orders:read]
    scoops: [a]
`,
  )
  it.each([
    "check --config",
    "serve --dialect nginx --port 0 --admin-port 0 --config",
    "export istio --config",
    "export gloo --config",
    "matrix --config",
    "doctor --config",
  ])("%s", async (line) => {
    const { code, stdout, stderr } = await command([...words(line), unknown])
    expect(code).toBeGreaterThan(0)
    const scoops = `routes["GET /orders/{id}"].scoops is not a known option. Did you mean "scopes"? (${unknown}:9)`
    expect(oneLine(stdout + stderr).replaceAll(" ", "")).toContain(scoops.replaceAll(" ", ""))
  })

  it.each<[string, string, string, number]>([
    ["JSON with comments", "a.jsonc", '{ // colour\n "issuers": [],\n "edge": {},\n\n "colour": 1 }', 5],
    ["a name in quotes", "a.yaml", "issuers: []\n'colour': 1\n", 2],
    ["a flow mapping", "flow.yaml", "{ issuers: [ ],\n  colour: 1 }", 2],
    ["a key that is a value before", "value.yaml", "issuers: [{ provider: colour }]\ncolour: 1", 2],
    ["a member of an anchor", "anchor.yaml", "issuers: []\nroutes: &r\n  GET /a: { colour: 1 }\ngateway: *r\n", 3],
    [
      "the second of two entries",
      "second.yaml",
      "issuers:\n  - { provider: okta }\n  - provider: okta\n    colour: 1\n",
      4,
    ],
    ["line ends of Windows", "windows.yaml", "issuers: []\r\ncolour: 1\r\n", 2],
  ])("%s", async (_, name, content, line) => {
    const path = file(`unknown-${name}`, content)
    const { code, stderr } = await command(["matrix", "--config", path])
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`colour [^;]*\\(${path}:${line}\\)`))
  })

  it("a member that is missing is reported where its object begins", async () => {
    const path = file(
      "missing.yaml",
      "issuers:\n  - provider: okta\n    audience: a\n  - provider: okta\n    domain: a.b\n",
    )
    const { stderr } = await command(["matrix", "--config", path])
    expect(stderr).toMatch(new RegExp(`issuers\\[1\\]\\.audience [^;]*\\(${path}:4\\)`))
  })

  it("of two files, the one that has the member is named", async () => {
    const other = file("other.yaml", "issuers: [{ provider: okta, domain: a.b, audience: c }]\n")
    for (const pair of [
      [other, unknown],
      [unknown, other],
    ])
      expect((await command(["diff", ...pair])).stderr).toContain(`Did you mean "scopes"? (${unknown}:9)`)
  })

  it("nothing is said of lines that no file has", async () => {
    const path = file("module.mjs", "export default { issuers: [], colour: 1 }")
    expect((await command(["matrix", "--config", path])).stderr).not.toMatch(/:\d+\)/)
    const [old, young] = ["old.yaml", "young.yaml"].map((name) => file(name, "issuers: []\ncolour: 1\n"))
    expect((await command(["diff", String(old), String(young)])).stderr).not.toMatch(/:\d+\)/)
    expect((await command(["matrix", "--config", sound])).code).toBe(0)
  })

  it("a huge file is refused in time, without lines", async () => {
    const rules = Array.from({ length: 5000 }, (_, at) => `  GET /colour${at}: { colour: 1 }\n`).join("")
    const path = file("huge.yaml", `issuers: []\nroutes:\n${rules}`)
    expect((await command(["matrix", "--config", path])).code).toBe(2)
  })
})

describe("18: an unknown field of another file is refused with its line", () => {
  const cases = file("cases.yaml", "callers:\n  a: { claims: {}, colour: 1 }\ntests: []\n")
  it.each([
    "test CASES --config SOUND",
    "matrix --cases CASES --config SOUND",
    "simulate --caller a --cases CASES --config SOUND REQUEST",
  ])("cases: %s", async (line) => {
    const { code, stderr } = await command(words(line, { CASES: cases, SOUND: sound, REQUEST: "GET /a" }))
    expect(code).toBe(2)
    expect(stderr).toContain(`callers.a.colour is not known here; known: issuer, kind, claims (${cases}:2)`)
  })

  it("an OpenAPI document", async () => {
    const path = file("gett.yaml", "openapi: 3.0.1\npaths:\n  /orders:\n    gett: { security: [{ a: [] }] }\n")
    const { code, stderr } = await command(["routes", path])
    expect(code).toBe(1)
    expect(oneLine(stderr)).toContain(`(${path}:4)`)
    const config = file("by-document.yaml", `issuers: []\nroutes: { openapi: ${path} }\n`)
    expect((await command(["matrix", "--config", config])).stderr).toContain(`(${path}:4)`)
  })
})

describe("18: aliases that repeat too much are refused with the line", () => {
  const path = file("bomb.yaml", aliasBomb)
  it.each([
    "check --config BOMB",
    "serve --dialect nginx --config BOMB",
    "export istio --config BOMB",
    "diff BOMB SOUND",
    "test BOMB --config SOUND",
    "matrix --cases BOMB --config SOUND",
    "simulate --caller a --cases BOMB --config SOUND REQUEST",
    "simulate --caller BOMB --config SOUND REQUEST",
    "routes BOMB",
    "check --config SOUND --api BOMB",
    "check --api BOMB",
    "dev --openapi BOMB --config SOUND --port 0",
    "bundle --config SOUND --snapshot BOMB --out none",
    "summary --check BOMB",
  ])("%s", async (line) => {
    const { code, stdout, stderr } = await command(words(line, { BOMB: path, SOUND: sound, REQUEST: "GET /a" }))
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(`${path}:2:8 repeats too much by its aliases`)
  })
})
