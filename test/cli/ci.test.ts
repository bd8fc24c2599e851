import { execFileSync } from "node:child_process"
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import type { Ended } from "./hallpass.ts"
import { command, file, folder } from "./in-process.ts"
import { inShell, writeStandIn } from "./in-shell.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const program = writeStandIn(join(folder, "hallpass"))
/** A process of its own for each command, as in a CI job. */
const realProgram = `${process.execPath} ${join(root, "src/cli/main.ts")}`

const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
const configuration = (scopes: object) => ({ issuers, routes: { "GET /orders/{id}": { scopes } } })
const cases = `callers: { reader: { claims: { scp: ["orders:read"] } } }
matrix:
  GET /orders/7: { reader: allow, nobody: unauthenticated }
`

let count = 0
/** A repository with a configuration on main, and another one in its folder, which is on a branch. */
function repository(before: unknown, after: unknown, inFolder = ""): string {
  const path = join(folder, `repository-${++count}`)
  const here = join(path, inFolder)
  mkdirSync(here, { recursive: true })
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...words], { cwd: path })
  git("init", "--quiet", "--initial-branch=main")
  if (before !== undefined) writeFileSync(join(here, "authorizer.json"), JSON.stringify(before))
  writeFileSync(join(here, "cases.yaml"), cases)
  git("add", ".")
  git("commit", "--quiet", "-m", "main")
  git("checkout", "--quiet", "-b", "change")
  writeFileSync(join(here, "authorizer.json"), typeof after === "string" ? after : JSON.stringify(after))
  return here
}

function run(script: string, cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:GITHUB|HALLPASS|CI)_|^(?:BASE|CONFIG|CASES)$/.test(name),
  )
  const env = { ...Object.fromEntries(own), HALLPASS: program, ...environment }
  return inShell(["sh", join(root, script)], { cwd, env })
}

const old = configuration(["orders:read"])
const opened = configuration({ any: ["orders:read", "orders:all"] })

describe("15-10: examples/ci/hallpass.sh", () => {
  it("checks, tests and compares with the base branch, and writes one summary", async () => {
    const here = repository(old, opened)
    const { code, stdout } = await run("examples/ci/hallpass.sh", here, {
      BASE: "main",
      SUMMARY: "summary.md",
      JUNIT: "junit.xml",
    })
    expect(code).toBe(1)
    for (const part of [
      "== hallpass check",
      "The configuration is sound.",
      "2 passed, 0 failed",
      "Opened: refused before",
    ])
      expect(stdout).toContain(part)
    const summary = readFileSync(join(here, "summary.md"), "utf8")
    expect(summary).toMatch(/^<!-- hallpass -->\n## hallpass\n/)
    expect(summary).toContain("| check | ✅ sound |")
    expect(summary).toContain("| test | ✅ 2 passed, 0 failed |")
    expect(summary).toContain("| diff | ⚠️ 1 opened, 0 closed |")
    expect(summary).toMatch(
      /### Opened: refused before, allowed now \(1\)\n\n\| route .*\n.*\n\| GET \/orders\/\{id\} \|/,
    )
    expect(readFileSync(join(here, "junit.xml"), "utf8")).toContain("<testsuites")
    expect(execFileSync("git", ["worktree", "list"], { cwd: here, encoding: "utf8" }).trim().split("\n")).toHaveLength(
      1,
    )
  })

  it.each([
    ["closed, and a case fails", configuration(["orders:read", "more"]), "opened", 1],
    ["opened, and nothing fails", opened, "none", 0],
  ])("ends with the worst exit code: %s", async (_, after, failOn, expected) => {
    const { code } = await run("examples/ci/hallpass.sh", repository(old, after), { BASE: "main", FAIL_ON: failOn })
    expect(code).toBe(expected)
  })

  it("a configuration that cannot be read is 2, and the summary says so", async () => {
    const { code, stdout } = await run("examples/ci/hallpass.sh", repository(old, "{"), { BASE: "main" })
    expect(code).toBe(2)
    expect(stdout).toContain("| check | ❌ could not be done; the log says why |")
    expect(stdout).toContain("| diff | ❌ could not be done; the log says why |")
  })

  it("takes the base branch from the CI system, a folder of a larger repository, and a first configuration", async () => {
    const here = repository(old, opened, "services/orders api")
    const { stdout } = await run("examples/ci/hallpass.sh", here, { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" })
    expect(stdout).toContain("1 opened")
    const first = await run("examples/ci/hallpass.sh", repository(undefined, old), { BASE: "main" })
    expect(first.stdout).toContain("main has no authorizer.json, so there is nothing to compare with")
    expect(first.code).toBe(0)
  })
})

describe("15-10: examples/ci/pre-commit", () => {
  it("looks at what is staged", async () => {
    const here = repository(old, "{")
    const real = { HALLPASS: realProgram }
    expect((await run("examples/ci/pre-commit", here, real)).code).toBe(0) // nothing is staged
    execFileSync("git", ["add", "authorizer.json"], { cwd: here })
    writeFileSync(join(here, "authorizer.json"), JSON.stringify(old))
    const { code, stderr } = await run("examples/ci/pre-commit", here, real)
    expect(code).not.toBe(0)
    expect(stderr).toContain("is not JSON")
    execFileSync("git", ["add", "authorizer.json"], { cwd: here })
    writeFileSync(join(here, "authorizer.json"), JSON.stringify(opened))
    execFileSync("git", ["add", "authorizer.json"], { cwd: here })
    expect((await run("examples/ci/pre-commit", here, real)).code).toBe(0)
  })

  it("the example for pre-commit has hooks that pre-commit takes", () => {
    const { repos } = parse(read("examples/ci/pre-commit-config.yaml"))
    for (const hook of repos[0].hooks)
      expect(hook).toMatchObject({
        id: expect.any(String),
        name: expect.any(String),
        language: "system",
        pass_filenames: false,
      })
    expect(repos[0].hooks.map(({ entry }: { entry: string }) => entry.split(" ")[3])).toEqual(["check", "test"])
  })
})

describe("15-10: action.yml", () => {
  const action = parse(read("action.yml"))

  it("is a composite action with a text for each input and output", () => {
    expect(action).toMatchObject({ name: "hallpass", description: expect.any(String), runs: { using: "composite" } })
    for (const input of Object.values(action.inputs))
      expect(input).toMatchObject({ description: expect.any(String), default: expect.any(String) })
    for (const output of Object.values(action.outputs))
      expect(output).toMatchObject({ description: expect.any(String), value: expect.any(String) })
  })

  it("names a shell for each step, and puts no input into the text of a script", () => {
    expect(action.runs.steps).toHaveLength(2)
    for (const { shell, run: script, uses } of action.runs.steps) {
      expect(shell).toBe("bash")
      expect(script).not.toContain("${{")
      expect(uses).toBeUndefined()
      for (const [, path = ""] of script.matchAll(/\$GITHUB_ACTION_PATH\/([\w./-]+)/g)) {
        expect(existsSync(join(root, path))).toBe(true)
        accessSync(join(root, path), constants.X_OK)
      }
    }
  })

  it("uses each input, and the scripts read each variable that it sets", () => {
    const text = read("action.yml").replace(/^inputs:[\s\S]*?^outputs:/m, "")
    for (const name of Object.keys(action.inputs)) expect(text, name).toContain(`inputs.${name}`)
    const scripts = `${read("examples/ci/hallpass.sh")}${read("examples/ci/comment.sh")}`
    for (const { env } of action.runs.steps)
      for (const name of Object.keys(env)) expect(scripts.includes(name) || name === "GH_TOKEN", name).toBe(true)
  })

  it("runs as GitHub would run it: a summary of the job, and a comment that replaces the earlier one", async () => {
    const here = repository(old, opened)
    const bin = join(folder, "bin")
    mkdirSync(bin, { recursive: true })
    const log = join(folder, "gh.log")
    writeFileSync(join(bin, "gh"), `#!/bin/sh\necho "$*" >>"${log}"\ncase "$*" in *--jq*) echo "$KNOWN" ;; esac\n`)
    chmodSync(join(bin, "gh"), 0o755)
    const environment = {
      ...{
        CONFIG: "authorizer.json",
        CASES: "cases.yaml",
        BASE: "main",
        FAIL_ON: "opened",
        COMMENT_FILE: join(folder, "comment.md"),
      },
      ...{
        GITHUB_STEP_SUMMARY: join(folder, "step.md"),
        GITHUB_OUTPUT: join(folder, "output"),
        GITHUB_ACTION_PATH: root,
      },
      ...{
        HALLPASS: program,
        PATH: `${bin}:${process.env.PATH}`,
        GITHUB_REPOSITORY: "acme/orders",
        NUMBER: "7",
        HOME: folder,
      },
    }
    const step = (at: number, more: object = {}): Promise<Ended> => {
      const words = ["bash", "-e", "-o", "pipefail", "-c", action.runs.steps[at].run]
      return inShell(words, { cwd: here, env: { ...environment, ...more } })
    }
    expect((await step(0)).code).toBe(1)
    expect(readFileSync(environment.GITHUB_STEP_SUMMARY, "utf8")).toBe(readFileSync(environment.COMMENT_FILE, "utf8"))
    expect(readFileSync(environment.GITHUB_OUTPUT, "utf8")).toBe(`summary-file=${environment.COMMENT_FILE}\n`)
    expect((await step(1, { KNOWN: "" })).code).toBe(0)
    expect((await step(1, { KNOWN: "42" })).code).toBe(0)
    const asked = readFileSync(log, "utf8")
    expect(asked).toContain("api --silent repos/acme/orders/issues/7/comments -F body=@")
    expect(asked).toContain("api --silent --method PATCH repos/acme/orders/issues/comments/42 -F body=@")
  })
})

describe("15-10: hallpass summary", () => {
  it("no text of a configuration is mark-up, a mention or HTML", async () => {
    const evil = "<img src=x onerror=alert(1)> @team #1 [a](b) `c` | \u001b[2J *d*"
    const diff = file("diff.json", {
      changes: [
        {
          route: evil,
          change: "opened",
          caller: evil,
          witness: { request: evil },
          before: { reason: evil },
          after: { reason: "ok" },
        },
      ],
      settings: [{ path: evil, before: null, after: evil }],
    })
    const { code, stdout } = await command(["summary", "--diff", diff])
    expect(code).toBe(0)
    expect(stdout).not.toContain("\u001b")
    expect(stdout).not.toMatch(/<img|@team|#1|[^\\]\[a|[^\\]`c|[^\\]\*d/u)
    expect(
      stdout
        .split("\n")
        .find((line) => line.includes("img"))
        ?.split(/(?<!\\)\|/),
    ).toHaveLength(7)
  })

  it("lists at most 50 rows of a table, and says how many more there are", async () => {
    const problems = Array.from({ length: 80 }, (_, at) => ({ path: `a${at}`, message: "x".repeat(5000), remedy: "" }))
    const { stdout } = await command([
      "summary",
      "--check",
      file("check.json", { sound: false, problems, conflicts: [], warnings: [] }),
    ])
    expect(stdout).toContain("| check | ❌ 80 problems |")
    expect(stdout).toContain("And 30 more.")
    expect(stdout.length).toBeLessThan(65_536)
  })

  it.each<[string, string[], string]>([
    ["nothing", [], "one of --check, --test and --diff is needed"],
    ["another document", ["--check", file("other.json", { changes: [] })], "is not what hallpass check --json printed"],
    ["no JSON", ["--test", file("none.json", "{")], "is not JSON"],
    ["no file", ["--diff", "none"], "cannot be read"],
  ])("%s is one line and exit code 2", async (_, words, text) => {
    const { code, stdout, stderr } = await command(["summary", ...words])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
  })
})
