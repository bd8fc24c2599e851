import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Writable } from "node:stream"
import { afterAll, describe, expect, it } from "vitest"
import { commands } from "../../src/cli/commands.ts"
import { runCommand } from "../../src/cli/frame/program.ts"
import { csv, markdown, table } from "../../src/cli/matrix/formats.ts"
import { configOf } from "../comparison/random-tables.ts"

const folder = mkdtempSync(join(tmpdir(), "hallpass-compare-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content))
  return path
}

async function hallpass(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" }
  const stream = (name: keyof typeof written): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk)
        done()
      },
    })
  const [name = "", ...rest] = words
  const command = await commands[name]?.load()
  if (command === undefined) throw new Error(`no command ${name}`)
  const code = await runCommand(name, command, rest, { stdout: stream("stdout"), stderr: stream("stderr") })
  return { code, ...written }
}

const before = file("old.json", configOf({ "GET /orders/{id}": { scopes: ["orders:read"] } }))
const opened = file("opened.json", configOf({ "GET /orders/{id}": { scopes: { any: ["orders:read", "orders:all"] } } }))
const closed = file("closed.json", configOf({ "GET /orders/{id}": { scopes: ["orders:read"], roles: ["x"] } }))
const ttl = file(
  "ttl.json",
  configOf(
    { "GET /orders/{id}": { scopes: ["orders:read"] } },
    { gateway: { resultTtlSeconds: 0, api: "rest", resourcePolicyAllows: true } },
  ),
)

describe("hallpass diff (issue 15, item 6)", () => {
  it("prints each change with a request, and exits 1", async () => {
    const { code, stdout } = await hallpass("diff", before, opened)
    expect(code).toBe(1)
    for (const text of [
      "Opened",
      "GET /orders/{id}",
      "caller with scope orders:all",
      "GET /orders/1",
      "forbidden (scope_missing) -> allow",
    ])
      expect(stdout).toContain(text)
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("--json is one document with the contract's members", async () => {
    const { stdout } = await hallpass("diff", before, ttl, "--json")
    expect(JSON.parse(stdout)).toEqual({
      changes: [],
      settings: [{ path: "gateway.resourcePolicyAllows", before: false, after: true }],
    })
    const { changes } = JSON.parse((await hallpass("diff", before, opened, "--json")).stdout)
    expect(changes[0]).toMatchObject({
      route: "GET /orders/{id}",
      change: "opened",
      witness: { claims: { scope: "orders:all" }, request: "GET /orders/1" },
    })
  })

  it.each([
    [opened, "opened", 1],
    [closed, "opened", 0],
    [closed, "any", 1],
    [ttl, "opened", 0],
    [ttl, "any", 1],
    [before, "any", 0],
  ])("exit codes with %s --fail-on %s", async (after, what, code) => {
    expect((await hallpass("diff", before, after, "--fail-on", what)).code).toBe(code)
  })

  it("an undecided entry is listed, and the exit code is 2", async () => {
    const any = (start: string): object => ({ any: Array.from({ length: 120 }, (_, at) => `${start}${at}`) })
    const huge = file(
      "huge.json",
      configOf({ "GET /a": { scopes: any("s"), roles: any("r"), groups: any("g") } as never }),
    )
    const { code, stdout } = await hallpass("diff", huge, before)
    expect(code).toBe(2)
    expect(stdout).toContain("Not decided")
  })

  it("a refused configuration is exit code 2, in one line", async () => {
    const wrong = file("wrong.json", { issuers: [], routes: {} })
    const { code, stdout, stderr } = await hallpass("diff", before, wrong)
    expect({ code, stdout, lines: stderr.trim().split("\n").length }).toEqual({ code: 2, stdout: "", lines: 1 })
  })
})

describe("hallpass matrix (issue 15, item 6)", () => {
  it("formats", async () => {
    const config = ["--config", before]
    expect((await hallpass("matrix", ...config)).stdout).toContain("caller with scope orders:read")
    expect((await hallpass("matrix", ...config, "--format", "csv")).stdout).toContain("GET /orders/{id},")
    expect((await hallpass("matrix", ...config, "--format", "markdown")).stdout).toContain("| --- |")
    const [flag, format] = [
      await hallpass("matrix", ...config, "--json"),
      await hallpass("matrix", ...config, "--format", "json"),
    ]
    const cells = JSON.parse(flag.stdout).cells.map(({ outcome, reason }: { outcome: string; reason: string }) => [
      outcome,
      reason,
    ])
    expect(cells).toEqual([
      ["forbidden", "scope_missing"],
      ["allow", "ok"],
    ])
    expect(JSON.parse(format.stdout).routes).toEqual(["GET /orders/{id}"])
  })

  it("--cases lists the callers of the file, and nobody", async () => {
    const cases = file("callers.yaml", "callers:\n  reader: { claims: { scope: orders:read } }\n")
    const { code, stdout } = await hallpass("matrix", "--config", before, "--cases", cases, "--format", "csv")
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "route,reader,nobody\r\nGET /orders/{id},allow,unauthenticated\r\n",
    })
  })

  it("no cell is a formula, and no terminal or Markdown interprets a name", () => {
    const names = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\u001b[31m", 'a"b,c', "a|b<script>", "plain"]
    const matrix = {
      callers: names.map((name) => ({ name })),
      routes: ["GET /a"],
      cells: names.map((caller) => ({ route: "GET /a", caller, outcome: "allow" as const, reason: "ok" as const })),
    }
    expect(csv(matrix).split("GET /a")[0]).toBe(
      `route,"'=1+1","'+1","'-1","'@x","'\tx","'\\u{d}x","'\\u{1b}[31m","a""b,c",a|b<script>,plain\r\n`,
    )
    expect(markdown(matrix)).toContain("a\\|b\\<script\\>")
    for (const text of [markdown(matrix), table(matrix, 80)])
      for (const sign of "\u001b\r\t") expect(text).not.toContain(sign)
    for (const line of table(matrix, 80).split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("no sequence of a cases file or a configuration reaches the terminal", async () => {
    const cases = join(folder, "hostile-callers.yaml")
    writeFileSync(cases, 'callers: { "\\e[2J": { bad: 1 } }\ntests: []\n')
    const wrong = join(folder, "hostile-option.json")
    writeFileSync(wrong, JSON.stringify({ issuers: [], "\u202e": 1 }))
    for (const words of [
      ["--config", before, "--cases", cases],
      ["--config", wrong],
    ]) {
      const { code, stdout, stderr } = await hallpass("matrix", ...words)
      expect({ code, stdout, lines: stderr.trim().split("\n").length }).toEqual({ code: 2, stdout: "", lines: 1 })
      expect(stderr).toMatch(/\\u\{(?:1b|202e)\}/)
      for (const raw of ["\u001b", "\u202e"]) expect(stderr).not.toContain(raw)
    }
  })
})

describe("hallpass test (issue 15, item 5)", () => {
  const good = "callers:\n  reader: { claims: { scope: orders:read } }\nmatrix:\n  GET /orders/7: { reader: allow }\n"
  const run = (content: unknown, ...more: readonly string[]) =>
    hallpass("test", file("cases.yaml", content), "--config", before, ...more)

  it("passes, and says which routes the cases touch", async () => {
    const { code, stdout } = await run(good)
    expect(code).toBe(0)
    expect(stdout).toContain("1 passed, 0 failed")
  })

  it("--require-coverage wants each route once allowed and once refused", async () => {
    const one = await run(good, "--require-coverage")
    expect(one.code).toBe(1)
    expect(one.stdout).toContain("never refused: GET /orders/{id}")
    expect(
      (await run(good.replace("reader: allow", "reader: allow, nobody: unauthenticated"), "--require-coverage")).code,
    ).toBe(0)
  })

  it("explains a failure, in JUnit as well, and exits 1", async () => {
    const junit = join(folder, "report.xml")
    const cases = {
      callers: { "<a>&\u0001": {} },
      tests: [{ caller: "<a>&\u0001", request: "GET /orders/7", expect: "allow" }],
    }
    const { code, stdout } = await run(cases, "--junit", junit)
    expect(code).toBe(1)
    for (const text of ["FAIL", "got forbidden (scope_missing)", "not met: scopes", "\\u{1}"])
      expect(stdout).toContain(text)
    const { readFileSync } = await import("node:fs")
    const report = readFileSync(junit, "utf8")
    expect(report).toContain('<testcase classname="hallpass" name="&lt;a&gt;&amp;\ufffd: GET /orders/7">')
    expect(report).toContain('failures="1"')
  })

  it("--json is one document with the contract's members", async () => {
    const { stdout } = await run(good, "--json")
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ passed: 1, failed: 0, coverage: { allowed: ["GET /orders/{id}"], refused: [], uncovered: [] } },
      cases: [
        {
          name: "reader: GET /orders/7",
          ok: true,
          expected: { outcome: "allow" },
          got: { outcome: "allow", reason: "ok" },
        },
      ],
    })
  })

  const bomb = `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(", ")}]`).join("\n")}\ncallers: {}\n`
  it.each([
    ["duplicate", "callers: {}\ncallers: {}\n", /cases\.yaml:2:\d+ has a key that the same object has already/],
    ["duplicate JSON", '{"callers":{},\n"callers":{}}', /2:?\d* .*/],
    ["broken", "callers: [", /is neither JSON nor YAML/],
    ["binary", new Uint8Array([1, 0, 2]), /is no text/],
    ["empty", " ", /is empty/],
    ["alias bomb", bomb, /repeats too much by its aliases/],
    ["cycle", "callers: &a { x: *a }\n", /repeats too much by its aliases|is neither/],
    ["deep", `tests: ${"[".repeat(5000)}${"]".repeat(5000)}`, /cases\.yaml/],
    ["no case", "callers: {}\n", /has no case/],
    ["escape sequence", 'callers: { "\\e[31m": 7 }\ntests: []\n', /callers\.\\u\{1b\}\[31m must be an object/],
  ])("a hostile file ends in one line, exit code 2: %s", async (_name, content, problem) => {
    const { code, stdout, stderr } = await run(content)
    expect({ code, stdout, lines: stderr.trim().split("\n").length }).toEqual({ code: 2, stdout: "", lines: 1 })
    expect(stderr).toMatch(problem)
    expect(stderr).not.toContain("\u001b")
  })

  it("a file that is not there is exit code 2", async () => {
    expect(await hallpass("test", join(folder, "none.yaml"), "--config", before)).toMatchObject({ code: 2, stdout: "" })
  })
})
