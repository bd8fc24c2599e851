import { Buffer } from "node:buffer"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { commands } from "../../src/cli/commands.ts"
import { readConfiguration } from "../../src/cli/configuration.ts"
import { firstTwice } from "../../src/cli/frame/module-members.ts"
import { oidcIssuer } from "../support/config.ts"
import { folder, hallpass } from "./hallpass.ts"
import { command } from "./in-process.ts"

const file = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text)
  return name
}
const issuer = oidcIssuer()
const flow = JSON.stringify(issuer)
const whole = { issuers: [issuer], routes: { "GET /a//b": { scopes: ["read"] } } }
const rule = '{ "scopes": ["read"] }'

const formats: readonly [string, string, string][] = [
  ["JSON", "sound.json", `{ "issuers": [${flow}],\n "routes": { "GET /a//b": ${rule} } }`],
  [
    "JSON with comments",
    "sound.jsonc",
    `// the issuer\n{ "issuers": [${flow}], /* two\nlines */\n "routes": { "GET /a//b": ${rule} } } // end`,
  ],
  [
    "comments in a file that ends in .json",
    "commented.json",
    `{ "issuers": [${flow}], // x\n "routes": { "GET /a//b": ${rule} } }`,
  ],
  ["YAML", "sound.yaml", `issuers: [${flow}]\nroutes:\n  # a rule\n  GET /a//b: { scopes: [read] }\n`],
  ["YAML that ends in .yml", "sound.yml", `---\nissuers: [${flow}]\nroutes: { "GET /a//b": ${rule} }\n`],
  [
    "TypeScript",
    "sound.ts",
    `const a: string = "read"\nexport default { issuers: [${flow}], routes: { "GET /a//b": { scopes: [a] } } }\n`,
  ],
]

const twice: readonly [string, string, string, RegExp][] = [
  [
    "JSON",
    "twice.json",
    `{ "issuers": [],\n "routes": {\n "GET /a": {},\n "GET /a": {} } }`,
    /^twice\.json has routes\["GET \/a"\] twice, again in line 4\./,
  ],
  [
    "JSON with comments",
    "twice.jsonc",
    `{ "issuers": [], // one\n "routes": {\n "GET /a": {},\n\n "GET /a": {} } }`,
    /^twice\.jsonc has routes\["GET \/a"\] twice, again in line 5\./,
  ],
  [
    "YAML",
    "twice.yaml",
    "issuers: []\nroutes:\n  GET /a: {}\n  GET /a: {}\n",
    /^twice\.yaml:4:3 has a key that the same object has already\./,
  ],
  [
    "TypeScript",
    "twice.ts",
    `export default {\n  issuers: [],\n  routes: {\n    "GET /a": {},\n    'GET /a': {},\n  },\n}\n`,
    /^twice\.ts:5 has "GET \/a" twice in one object\./,
  ],
]

describe("issue 15.1: --config takes", () => {
  it.each(formats)("%s", async (_, name, text) => {
    expect(await readConfiguration(join(folder, file(name, text)))).toEqual(whole)
  })

  it.each(formats.filter(([, name]) => !name.endsWith(".ts")))("%s on standard input", async (_, __, text) => {
    const { code, stdout, stderr } = await hallpass(["check", "--config", "-", "--json"], {}, text)
    expect({ stderr, routes: JSON.parse(stdout).problems.map(({ path }: { path: string }) => path), code }).toEqual({
      stderr: "",
      routes: ['routes["GET /a//b"]'], // two slashes, to see that // inside a text is no comment
      code: 1,
    })
  })

  it.each(twice)("%s, and a member twice is an error with its line", async (_, name, text, message) => {
    await expect(readConfiguration(join(folder, file(name, text)))).rejects.toThrow(
      new RegExp(message.source.replace("^", `^${folder.replaceAll("/", "\\/")}\\/`)),
    )
  })

  it("in every command that has the option", async () => {
    file("authorizer.mjs", "export const handler = undefined\n") // a bundle for invoke
    const empty = join(folder, file("empty.json", "{}"))
    const options = {
      explain: ["--claims", empty, "--request", "GET /a"],
      test: [join(folder, file("cases.yaml", "tests: []\n"))],
      simulate: ["--caller", "nobody", "GET /a"],
      hash: ["--token", "e30.e30.e30"],
      attach: ["--api-id", "a1b2c3", "--function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:hallpass"],
      serve: ["--dialect", "nginx"],
      export: ["istio"],
      invoke: [empty, "--bundle", folder],
      generate: ["mappings"],
      unused: [join(folder, file("log.json", "{}\n"))],
      policy: ["--arn", "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/a", "--principal", empty],
    }
    for (const [name, { load }] of Object.entries(commands)) {
      const takes = (await load()).options.some(({ flags }) => flags.includes("--config"))
      if (!takes) continue
      const more: readonly string[] = Object.entries(options).find(([key]) => key === name)?.[1] ?? []
      for (const [, other, text] of twice) {
        const { code, stderr } = await command([name, "--config", join(folder, file(other, text)), ...more])
        expect({ name, code, stderr }).toEqual({
          name,
          code: 2,
          stderr: expect.stringMatching(/line 4|line 5|:4:3 |:5 /),
        })
        expect(stderr.trim().split("\n")).toHaveLength(1)
      }
    }
    const [, diffed] = twice.map(([, other]) => other)
    expect((await hallpass(["diff", "twice.yaml", diffed ?? ""])).code).toBe(2)
  })
})

describe("bad configurations end in one line with the place, exit 2", () => {
  const deep = `{ "a": ${"[".repeat(5000)}${"]".repeat(5000)} }`
  it.each<[string, string, string | Buffer, string]>([
    ["a comment that never ends", "open.json", '{ "a": 1 }\n/* x', "open.json:2:1 is not JSON: expected the end"],
    [
      "a comma at the end",
      "comma.jsonc",
      '// x\n{ "a": 1,\n}',
      "comma.jsonc:3:1 is not JSON: expected a name in double quotes",
    ],
    ["a text that is cut", "cut.json", '{ "issuers":\n [', "cut.json:2:3 is not JSON: expected a value or ]"],
    ["a bare word", "word.json", '{\n\n "a": nope }', "word.json:3:7 is not JSON: expected a value"],
    ["a control character in a string", "control.json", '{ "a": "\n" }', "control.json:1:8 is not JSON"],
    ["deep nesting in JSON", "deep.json", deep, "deep.json:1:107 nests more than 100 deep"],
    ["deep nesting in YAML", "deep.yaml", `a:\n  ${"[".repeat(5000)}`, "deep.yaml:2:101 nests more than 100 deep"],
    [
      "aliases that repeat",
      "bomb.yaml",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((name, at) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[at]}`).join(",")}]`).join("\n")}`,
      "bomb.yaml:2:8 repeats too much by its aliases",
    ],
    ["YAML that holds itself", "self.yaml", "a: &a { b: *a }\n", "self.yaml:1:"],
    ["a binary file", "binary.yaml", Buffer.from([1, 0, 2]), "binary.yaml is no text: it has a byte 0"],
    ["other encodings", "latin.json", Buffer.from([0x7b, 0xe9, 0x7d]), "latin.json is no text in UTF-8"],
    ["an empty file", "empty.jsonc", " \n", "empty.jsonc is empty; the configuration is missing"],
    ["a huge file", "huge.ts", Buffer.alloc(9 * 1024 * 1024, 0x20), "huge.ts is larger than 8 MB"],
    ["no mapping", "local.yaml", "a: !!js/function x\n", "local.yaml:1:"],
  ])("%s", async (_, name, content, text) => {
    const { code, stdout, stderr } = await hallpass(["check", "--config", file(name, content)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n\p{Cc}]+\. See hallpass check --help\n$/u)
  })
})

describe("members that a module has twice", () => {
  it.each<[string, string | undefined]>([
    ["export default { a: 1, b: { a: 2 }, c: [{ a: 3 }, { a: 4 }] }", undefined],
    ["export default { a: 1, // a: 2\n /* a: 3 */ b: 'a: 4, a: 5', c: `a: ${{ a: 1 }.a}, a: 2` }", undefined],
    ["const x = ok ? { a: 1 } : { a: 2 }; export default { a: x.a ? 1 : 2, b: x }", undefined],
    [
      "switch (x) { case 'a': break; case 'b': break }\nfunction f(a: string, b: number): void { let a: string }",
      undefined,
    ],
    ["export default { a: /\\{ a: [/,]/, b: 1 / 2, c: 3 / 4, d: 1 }", undefined],
    ["type A = { a: string; b: number }\nexport default { a: 1 } satisfies { a: number }", undefined],
    ["export default { a: 1, 'b': 2, 3: 4,\n'a': 3 }", "a:2"],
    ['export default { "\\u0061": 1, x: `${1}`, a: /}/,\n}', "a:1"],
    ["export default { 'it\\'s': 1,\n\"it's\": 2 }", "it's:2"],
    ["const a = 1 / 2, b = { c: 1, c: 2 } / 3", "c:1"],
    ["export default { x: { y: [ { z: 1, w: (q) => ({ z: 1 }), \n\nz: 2 } ] } }", "z:3"],
  ])("%s", (source, expected) => {
    const found = firstTwice(source)
    expect(found && `${found.member}:${found.line}`).toBe(expected)
  })
})
