import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { folder, hallpass } from "./hallpass.ts"

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return name
}

const yaml = `# orders
issuers:
  - { provider: okta, domain: acme.okta.com, audience: "api://orders" }
routes:
  GET /orders/{id}: { scopes: ["orders:read"] }
`
const commented = `// orders
{
  /* who issues tokens */
  "issuers": [{ "provider": "okta", "domain": "acme.okta.com", "audience": "api://orders" }], // one
  "routes": { "GET /orders/{id}": { "scopes": ["orders:read"] } }
}
`

describe("15-1: a configuration is", () => {
  it.each([
    ["YAML", ["--config", file("a.yaml", yaml)], ""],
    ["JSON with comments", ["--config", file("a.jsonc", commented)], ""],
    ["JSON with comments in a .json file", ["--config", file("a.json", commented)], ""],
    ["YAML on standard input", ["--config", "-"], yaml],
    ["JSON on standard input", ["--config", "-"], commented],
  ])("%s", async (_, args, input) => {
    const { code, stdout, stderr } = await hallpass(["check", ...args], {}, input)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toContain("GET /orders/{id}  scopes: all of orders:read")
  })

  it.each<[string, string, string]>([
    ["a key twice in YAML", file("twice.yaml", "issuers: []\nissuers: []\n"), "twice.yaml:2:1 has a key that"],
    ["a member twice in JSON with comments", file("twice.jsonc", '{\n// one\n"a": 1,\n"a": 2 }'), "line 4"],
    [
      "aliases that repeat too much",
      file(
        "aliases.yaml",
        `a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n${Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(",")}]`).join("\n")}\n`,
      ),
      "aliases",
    ],
    ["deep nesting", file("deep.yaml", `a: ${"[".repeat(5000)}`), "deep.yaml:1"],
    ["a comment that does not end", file("open.jsonc", "{ /* "), "open.jsonc:1:3 is not JSON"],
    ["bytes that are no text", file("binary.yaml", Uint8Array.of(0, 1, 2)), "is no text"],
    ["a text in another encoding", file("latin.yaml", Uint8Array.of(0x61, 0xff)), "is no text in UTF-8"],
    ["a file of 50 MB", file("huge.json", " ".repeat(50 * 1024 * 1024)), "is larger than 8 MB"],
    ["a sequence for terminals", file("ansi.yaml", '"\\e[31mx": { a: 1\n'), "ansi.yaml"],
  ])("%s is one line, and exit code 2", async (_, name, text) => {
    const { code, stdout, stderr } = await hallpass(["check", "--config", name])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n\p{Cc}]+\n$/u)
  })

  it("a comment sign inside a text is text", async () => {
    const given = '{ "issuers": [{ "provider": "oidc", "issuer": "https://id.acme.example", "audience": "a/*b*/" }] }'
    const { code } = await hallpass(["check", "--config", file("signs.json", given)])
    expect(code).toBe(0)
  })
})
