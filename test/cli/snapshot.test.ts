import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { KeySnapshot, OidcIssuer } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { testKey } from "../support/keys.ts"
import { audience, mint } from "../support/mint.ts"
import { folder, hallpass, serve } from "./hallpass.ts"

const [one, two, three] = [testKey("rsa", "1"), testKey("rsa", "2"), testKey("rsa", "3")]
const withPrivate = { ...three.privateKey.export({ format: "jwk" }), kid: three.kid }
const server = await serve({
  "/one": { keys: [one.jwk, two.jwk] },
  "/two": { keys: [two.jwk] },
  "/private": { keys: [withPrivate] },
  "/half-private": { keys: [withPrivate, one.jwk] },
  "/text": "nothing",
})
const issuer = (name: string, path: string): OidcIssuer => ({
  ...{ provider: "oidc", issuer: `https://${name}.example`, audience, jwksUri: `${server}${path}` },
})
const keys = { allowHttpLoopback: true, timeoutMs: 8000 }

const output = join(folder, "key-snapshot.json")
/** Writes a file into the folder where the command runs, and returns its name. */
function file(name: string, content: unknown): string {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  return name
}
mkdirSync(join(folder, "commonjs"))
file("commonjs/package.json", { type: "commonjs" })
const read = (path = output): KeySnapshot => JSON.parse(readFileSync(path, "utf8"))

beforeEach(() => writeFileSync(output, "left from before"))

describe("hallpass snapshot", () => {
  it("writes the key sets of all issuers with the date, and prints who has how many", async () => {
    const config = file("two.json", { issuers: [issuer("one", "/one"), issuer("two", "/two")], keys })
    const { code, stdout, stderr } = await hallpass(["snapshot", "--config", config])
    expect({ code, stderr: stderr.split("\n").sort() }).toEqual({
      code: 0,
      stderr: ["", "  fetched  https://one.example", "  fetched  https://two.example", "Fetching key sets …"],
    })
    expect(stdout).toMatch(
      /^issuer {15}keys {2}age\nhttps:\/\/one\.example {2}2 {5}\d s\nhttps:\/\/two\.example {2}1 {5}\d s\nWritten to key-snapshot\.json\n$/,
    )
    const { takenAt, sets } = read()
    expect(Object.keys(sets).sort()).toEqual(["https://one.example", "https://two.example"])
    expect(sets["https://one.example"]).toEqual({ keys: [one.jwk, two.jwk] })
    expect(takenAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
  })

  it("writes what a verifier starts with, without the network", async () => {
    const configured = issuer("one", "/one")
    await hallpass(["snapshot", "--config", file("one.json", { issuers: [configured], keys })])
    const verifier = createVerifier(
      { issuers: [configured], keys },
      { keySnapshot: read(), fetchKeySet: () => Promise.reject(new Error("no network")) },
    )
    const now = Math.floor(Date.now() / 1000)
    const token = mint({ iss: configured.issuer, iat: now - 60, exp: now + 3600 }, { key: two })
    expect(await verifier.verify(token)).toMatchObject({ issuer: "https://one.example" })
  })

  it("writes to standard output and nowhere else with --out -", async () => {
    const config = file("stdout.json", { issuers: [issuer("one", "/one")], keys })
    const { code, stdout, stderr } = await hallpass(["snapshot", "--config", config, "--out", "-"])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ sets: { "https://one.example": { keys: [one.jwk, two.jwk] } } })
    expect(stderr).toMatch(/^https:\/\/one\.example {2}2 {5}\d s$/m)
    expect(readFileSync(output, "utf8")).toBe("left from before")
  })

  it.each([
    ["config.mjs", "export default "],
    ["commonjs/config.js", "module.exports = "],
    ["config.ts", "const configuration: { issuers: readonly unknown[] } = "],
  ])("takes a module: %s", async (name, start) => {
    const end = name.endsWith(".ts") ? "\nexport default configuration\n" : ""
    const config = file(name, start + JSON.stringify({ issuers: [issuer("one", "/one")], keys }) + end)
    const { code } = await hallpass(["snapshot", "--config", config, "--out", `${name}.json`])
    expect(code).toBe(0)
    expect(Object.keys(read(join(folder, `${name}.json`)).sets)).toEqual(["https://one.example"])
  })

  it("takes the environment's configuration when there is no --config", async () => {
    const configuration = { issuers: [issuer("two", "/two")], keys }
    const { code } = await hallpass(["snapshot"], { HALLPASS_CONFIG: JSON.stringify(configuration) })
    expect(code).toBe(0)
    expect(read().sets).toEqual({ "https://two.example": { keys: [two.jwk] } })
  })

  it("asks nobody for key sets that stand in the configuration", async () => {
    const { jwksUri: _, ...inline } = issuer("one", "/one")
    const config = file("inline.json", { issuers: [{ ...inline, jwks: { keys: [one.jwk] } }] })
    const { code, stdout } = await hallpass(["snapshot", "--config", config])
    expect(code).toBe(0)
    expect(stdout).toContain("the snapshot is empty")
    expect(read().sets).toEqual({})
  })

  it("SR-050: never writes private members, whatever an issuer publishes", async () => {
    const config = file("half.json", { issuers: [issuer("half", "/half-private")], keys })
    const { code } = await hallpass(["snapshot", "--config", config])
    expect(code).toBe(0)
    expect(read().sets).toEqual({ "https://half.example": { keys: [one.jwk] } })
    expect(readFileSync(output, "utf8")).not.toContain(String(withPrivate.d))
  })
})

describe("hallpass snapshot writes nothing and ends with exit code", () => {
  it("1, naming every issuer that failed with the kind of failure", async () => {
    const away = { ...issuer("away", ""), jwksUri: "http://127.0.0.1:9/keys" } // discard: nothing listens there
    const issuers = [
      issuer("one", "/one"),
      issuer("missing", "/none"),
      issuer("text", "/text"),
      issuer("private", "/private"),
      away,
    ]
    const { code, stdout, stderr } = await hallpass(["snapshot", "--config", file("bad.json", { issuers, keys })])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toContain("  fetched  https://one.example\n")
    expect(stderr).toContain("No snapshot was written.")
    for (const [name, failure] of [
      ["missing", "status"],
      ["text", "not_a_key_set"],
      ["private", "no_usable_key"],
      ["away", "network"],
    ]) {
      expect(stderr).toContain(`  FAILED   https://${name}.example (${failure})\n`)
      expect(stderr).toContain(`https://${name}.example: ${failure}`)
    }
    expect(readFileSync(output, "utf8")).toBe("left from before")
  })

  it("1, when the file cannot be written", async () => {
    const config = file("ok.json", { issuers: [issuer("one", "/one")], keys })
    const { code, stdout, stderr } = await hallpass(["snapshot", "--config", config, "--out", "none/keys.json"])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toContain("none/keys.json cannot be written (ENOENT)")
    expect(existsSync(join(folder, "none"))).toBe(false)
  })

  it.each<[string, string[], string]>([
    ["no configuration", [], "there is no configuration"],
    ["a missing file", ["--config", "none.json"], "none.json cannot be read (ENOENT)"],
    ["a missing module", ["--config", "none.ts"], "none.ts cannot be read (ENOENT)"],
    ["a file of another kind", ["--config", "config.toml"], "a file that ends in .json"],
    ["broken JSON", ["--config", file("broken.json", "{")], "broken.json:1:2 is not JSON"],
    ["a broken module", ["--config", file("broken.mjs", "export default {")], "broken.mjs cannot be loaded"],
    [
      "a module without default",
      ["--config", file("named.mjs", "export const a = 1")],
      "no configuration as its default",
    ],
    ["a list", ["--config", file("list.json", [])], "the configuration is refused"],
    [
      "a refused configuration",
      ["--config", file("refused.json", { issuers: [{ provider: "acme" }] })],
      "issuers[0].provider",
    ],
    [
      "http without the switch",
      ["--config", file("http.json", { issuers: [issuer("one", "/one")] })],
      "issuers[0].jwksUri",
    ],
  ])("2, in one line that names --help: %s", async (_, args, text) => {
    const { code, stdout, stderr } = await hallpass(["snapshot", ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\. See hallpass snapshot --help\n$/)
    expect(readFileSync(output, "utf8")).toBe("left from before")
  })

  it("2, for an environment that cannot be read", async () => {
    const { code, stderr } = await hallpass(["snapshot"], { HALLPASS_CONFIG: "{" })
    expect(code).toBe(2)
    expect(stderr).toBe(
      "HALLPASS_CONFIG is not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2). See hallpass snapshot --help\n",
    )
  })
})
