import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const start = fileURLToPath(new URL("../../local/start.ts", import.meta.url))
const cwd = fileURLToPath(new URL("../..", import.meta.url))
const run = (...args: string[]) => spawnSync(process.execPath, [start, ...args], { cwd, encoding: "utf8" })

describe("npm start ends before it builds anything", () => {
  it("with the help, exit code 0", () => {
    const { status, stdout, stderr } = run("--help")
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    for (const option of [
      "--check",
      "--event",
      "--token",
      "--config",
      "--aws-runtime",
      "--serve",
      "--no-serve",
      "--port",
      "--help",
    ]) {
      expect(stdout).toContain(option)
    }
  })

  it.each([
    { args: ["--colour"], text: "Unknown option '--colour'" },
    { args: ["--event", "no-such-file.json"], text: "no-such-file.json cannot be read (ENOENT)" },
    { args: ["--event", start], text: "is not JSON" },
    { args: ["--event", "package.json", "--token", "a.b.c"], text: "has no place for a token" },
    {
      args: ["--event", "package.json", "--config", fileURLToPath(new URL("list.json", import.meta.url))],
      text: "no object",
    },
  ])("with one line that names --help, exit code 2: $args", ({ args, text }) => {
    const { status, stdout, stderr } = run(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+ See npm start -- --help\n$/)
  })
})

it("npm start ends with 1 and says why when the bundle cannot be built", () => {
  const env = { ...process.env, ESBUILD_BINARY_PATH: start } // no program
  const { status, stdout, stderr } = spawnSync(process.execPath, [start], {
    ...{ cwd, encoding: "utf8", env },
    timeout: 60_000, // ends one that does not end
  })
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
  expect(stderr).toMatch(/The bundle could not be built; the lines above say why\.\n$/)
})
