import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { createTestIssuer } from "../../src/testing.ts"
import { buildBundle, buildWithoutAwsClients } from "../support/bundle.ts"
import { restToken } from "../support/events.ts"

interface Brackets {
  bracketed(text: string, called: ReadonlySet<number>): string | undefined
}

// Plain JavaScript, without types of its own.
const { bracketed } = (await import(new URL("../../build-brackets.mjs", import.meta.url).href)) as Brackets

buildWithoutAwsClients()
const folder = mkdtempSync(join(tmpdir(), "hallpass-bundle-text-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const issuer = createTestIssuer({ provider: "auth0", audience: "https://orders" })
const event = restToken(`Bearer ${issuer.token({ scope: "orders:read" })}`, { path: "/orders" })
const config = JSON.stringify({ issuers: [issuer.config], routes: { "GET /orders": { scopes: ["orders:read"] } } })

/** What a bundle answers, and what its configuration left in `globalThis.found`. */
function run(outdir: string): { readonly effect: string; readonly found: unknown } {
  const program = `const { handler } = await import(process.argv[1])
    const { policyDocument } = await handler(JSON.parse(process.argv[2]), { awsRequestId: "x" })
    console.log(JSON.stringify({ effect: policyDocument.Statement[0].Effect, found: globalThis.found }))`
  const given = ["--input-type=module", "-e", program, join(outdir, "authorizer.mjs"), JSON.stringify(event)]
  const printed = execFileSync(process.execPath, given, { encoding: "utf8" })
  return JSON.parse(printed.split("\n").find((line) => line.startsWith(`{"effect"`)) ?? "{}")
}

/** Long enough that brackets around its function are worth their characters. */
const long = "const text = 'long enough that brackets around its function are worth their characters'"

const odd = `
  import { readFileSync } from "node:fs"
  import path, { join } from "node:path"
  import * as os from "node:os"
  import { helped } from "./helper.mjs"
  const __load = 1, __start = 2, __part = 3, __parts = 4, __made = 5
  const strings = ['import("./x.mjs")', "export { a };", \`export{\${__load}}\`, String(/export\\s*\\{x\\};?$/), "é 日本 𝒶 \\u2028"]
  const 𝒶𝒷 = String.raw\`é\\u00e9𝒶\`
  const über = (x = ")=>{", y = /\\)\\{/) => { ${long}; return [x, String(y), /^[é-ü𝒶]+$/u.test("é𝒶")] }
  const methods = {
    named(a = "x\\ny") { ${long}; return a },
    get got() { ${long}; return 6 },
    ["comp" + "uted"](a = "x\\ny") { ${long}; return a },
    async *generated(a = "x\\ny") { ${long}; yield a },
  }
  class Odd extends (function () { ${long}; return class { own = (() => { ${long}; return 7 })() } })() {
    constructor(a = "x\\ny") { super(); ${long}; this.a = a }
    static of(a = "x\\ny") { ${long}; return new this(a) }
  }
  const made = new (function () { ${long}; this.z = 8 })()
  const generated = (await methods.generated().next()).value
  if (process.env.NEVER) await import("./later.mjs")
  globalThis.found = [
    [typeof readFileSync, typeof path.join, typeof join, typeof os.cpus, helped],
    [__load, __start, __part, __parts, __made],
    [...strings, 𝒶𝒷, ...über()],
    [methods.named(), methods.got, methods.computed(), generated, Odd.of().a, Odd.of().own, made.z],
  ]
  export const unused = function () { return "export { z as y };" }
  export default ${config}`
const strings = ['import("./x.mjs")', "export { a };", "export{1}", "/export\\s*\\{x\\};?$/", "é 日本 𝒶 \u2028"]
const found = [
  ["function", "function", "function", "function", 'import("./é.mjs")'],
  [1, 2, 3, 4, 5],
  [...strings, "é\\u00e9𝒶", ")=>{", "/\\)\\{/", true],
  ["x\ny", 6, "x\ny", "x\ny", "x\ny", 7, 8],
]

describe("the text of a bundle", () => {
  test.each([["as modules", false] as const, ["with a code cache", true] as const])(
    "is sound for an odd configuration, in a folder that a link leads to: %s",
    async (name, codeCache) => {
      const real = join(folder, `real ${name} é#%41`)
      mkdirSync(real)
      symlinkSync(real, join(folder, name))
      writeFileSync(join(folder, "helper.mjs"), `export const helped = 'import("./é.mjs")'`)
      writeFileSync(join(folder, "later.mjs"), `export { helped } from "./helper.mjs"`)
      writeFileSync(join(folder, "odd.config.mjs"), odd)
      const outdir = join(folder, name, "build")
      const built = await buildBundle({ outdir, configuration: join(folder, "odd.config.mjs"), codeCache })
      expect(built.isBracketed).toBe(true)
      expect(run(outdir)).toEqual({ effect: "Allow", found })
      // What the configuration shares with chunks that are loaded later belongs to the start, too.
      expect(built.files.filter(({ atStart, path }) => atStart && path.startsWith("chunks")).length).toBeGreaterThan(0)
    },
  )
})

test("has a configuration with all that it imports as it runs, whatever the names are", async () => {
  const files = {
    "rest.mjs": `export default { routes: { "GET /orders": { scopes: ["other"] } } }
      export const Unavailable = 1, loadFromEnvironment = 2, Authorizer = 3`,
    "rest.json": `{ "unmatched": "deny", "a b": 1, "default": 2 }`,
    "named.cjs": `Object.assign(module.exports, { routes: { "GET /orders": { scopes: ["other"] } }, os: require("node:os") })`,
    "rest.cjs": `module.exports = { gateway: { resultTtlSeconds: 300, identitySources: ["token"] } }`,
    "importing.config.mjs": `const rest = await import("./rest.mjs")
      const { unmatched } = (await import("./rest.json", { with: { type: "json" } })).default
      const { Buffer, default: buffer } = await import("node:buffer")
      const fs = await import("node:fs")
      const named = await import("./named.cjs")
      const json = await import("./rest.json", { with: { type: "json" } })
      globalThis.names = [Object.keys(named.routes), typeof named.os.cpus, named.default.routes === named.routes, json["a b"]]
      globalThis.found = [rest.Unavailable, rest.loadFromEnvironment, rest.Authorizer, typeof Buffer, typeof buffer.Buffer]
      globalThis.found.push(...globalThis.names, typeof fs.readFileSync, typeof fs.default.readFileSync)
      export default { ...${config}, unmatched, ...rest.default, ...(await import("./rest.cjs")).default }`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const outdir = join(folder, "importing")
  await buildBundle({ outdir, configuration: join(folder, "importing.config.mjs") })
  const found = [1, 2, 3, "function", "function", ["GET /orders"], "function", true, 1, "function", "function"]
  // Without the routes that are imported, this caller may call everything.
  expect(run(outdir)).toEqual({ effect: "Deny", found })
})

test("is not built if a configuration imports what cannot be run here, and cannot be known otherwise", async () => {
  writeFileSync(join(folder, "needy.cjs"), `if (!process.env.THERE) throw new Error("not here")\nexports.routes = {}`)
  writeFileSync(join(folder, "needy.config.mjs"), `export default { ...${config}, ...(await import("./needy.cjs")) }`)
  const building = buildBundle({ outdir: join(folder, "needy"), configuration: join(folder, "needy.config.mjs") })
  await expect(building).rejects.toThrow(
    /needy\.cjs cannot be run here, so what import\(\) gives is not known: not here/,
  )
})

describe("brackets around what a start calls", () => {
  const start = (body: string): string => `const __start=(function(__load){"use strict";${body}})()`
  /** Brackets every function of which the text begins with one of these. */
  const around = (text: string, ...beginnings: string[]): string | undefined =>
    bracketed(text, new Set(beginnings.map((beginning) => text.indexOf(beginning))))

  test("are around expressions, and declarations become variables before all else", () => {
    const text = start(`a();function a(){${long}}const b=()=>{${long}};async function*c(){${long}}`)
    const out = `var a=(function(){${long}}),c=(async function*(){${long}});a();const b=(()=>{${long}});`
    expect(around(text, "function a", "()=>", "async function")).toBe(start(out))
  })

  test("are around functions within functions, each by itself", () => {
    const text = start(`const b=(c)=>{${long};return function(){${long}}}`)
    const out = `const b=((c)=>{${long};return (function(){${long}})})`
    expect(around(text, "(c)", "function(){const")).toBe(start(out))
  })

  test.each([
    ["a method", `const b={m(){${long}}}`, "(){const"],
    ["a method with a line break in its parameters", `const b={m(a=\`\n\`){${long}}}`, "(a="],
    ["a computed method", `const b={["m"](){${long}}}`, "(){const"],
    ["a getter", `const b={get m(){${long}}}`, "(){const"],
    ["a setter", `const b={set m(a){${long}}}`, "(a)"],
    ["a method of a class", `class B{static async*m(){${long}}}`, "(){const"],
    ["a constructor", `class B{constructor(){${long}}}`, "(){const"],
    ["a short function", `const b=()=>{}`, "()=>"],
    ["what begins at no function", `const b=()=>{${long}}`, "const b"],
  ])("are not around %s", (_, body, beginning) => {
    expect(around(start(body), beginning)).toBeUndefined()
  })

  test("are not in the entry and its configuration, whose functions may have any name", () => {
    const text = `${start("return 1")};const f=function(__load){${long}};`
    expect(around(text, "function(__load){const")).toBeUndefined()
    expect(around(text, 'function(__load){"use')).toBeUndefined()
  })

  test("are placed by UTF-16 code units, as V8 counts", () => {
    const text = start(`const é="𝒶";const b=()=>{${long}}`)
    expect(around(text, "()=>")).toBe(start(`const é="𝒶";const b=(()=>{${long}})`))
  })
})
