import { describe, expect, it } from "vitest"
import { type Ended, program as hallpass, hallpass as inProcess } from "./hallpass.ts"

describe("hallpass", () => {
  it.each(["--help", "-h"])("%s lists the commands, with examples", async (flag) => {
    const { code, stdout, stderr } = await hallpass([flag])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    for (const text of ["check", "policy", "routes", "snapshot", "Examples", "hallpass check --config", "Exit codes"])
      expect(stdout).toContain(text)
  })

  it("help COMMAND is its help, and options that every command has may come first", async () => {
    expect((await hallpass(["help", "hash"])).stdout).toBe((await inProcess(["hash", "--help"])).stdout)
    const { code, stdout } = await hallpass(["--no-color", "--json", "hash", "https://a.example", "b"])
    expect({ code, id: JSON.parse(stdout).id }).toEqual({ code: 0, id: "https://a.example|b" })
    expect((await hallpass(["--json"])).code).toBe(2)
  })

  it("snapshot --help explains every option, with examples, and does nothing", async () => {
    const { code, stdout, stderr } = await inProcess(["snapshot", "--help", "--config", "none.json"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    for (const text of ["--config <file>", "--out <file>", "Examples", "npm run build -- --snapshot", "Exit codes"]) {
      expect(stdout).toContain(text)
    }
  })

  const refused = ({ code, stdout, stderr }: Ended, { text, help }: { text: string; help: string }): void => {
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(stderr).toMatch(new RegExp(`[.?] See ${help}\\n$`))
  }

  it.each([
    { args: [], text: "no command given", help: "hallpass --help" },
    { args: ["snapshots"], text: '"snapshots" is no command', help: "hallpass --help" },
    { args: ["toString"], text: '"toString" is no command', help: "hallpass --help" },
    { args: ["snapshot", "--colour"], text: "unknown option '--colour'", help: "hallpass snapshot --help" },
  ])("ends with one line that names --help, exit code 2: $args", async ({ args, ...expected }) =>
    refused(await hallpass(args), expected),
  )

  it.each([
    { args: ["snapshot", "file.json"], text: "a word that belongs to no option", help: "hallpass snapshot --help" },
    { args: ["snapshot", "--a. To b"], text: "unknown option '--a. To b'. See", help: "hallpass snapshot --help" },
    { args: ["routes", "--a\nb"], text: "unknown option '--a b'. See", help: "hallpass routes --help" },
    { args: ["snapshot", "--config"], text: "--config", help: "hallpass snapshot --help" },
    { args: ["snapshot", "--out="], text: "--out has no value", help: "hallpass snapshot --help" },
  ])("a command that exists does the same: $args", async ({ args, ...expected }) =>
    refused(await inProcess(args), expected),
  )
})
