import { execFileSync } from "node:child_process"
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { coreOfCdk } from "../deploy/external-tools.ts"

// The examples in docstrings: each is a module of its own, and what it prints is what its comments say.

const root = resolve(import.meta.dirname, "../..")
const doors = globSync("src/*.ts", { cwd: root }).toSorted()
const sources = globSync("src/**/*.ts", { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"))

/** The docstrings before the declaration of an exported value. A name that several rooms export has several. */
function docstringsOf(name: string): readonly string[] {
  const declaration = new RegExp(
    String.raw`(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)?\nexport (?:async )?(?:abstract )?(?:function|class|const)\*? ${name}\b`,
    "g",
  )
  return sources.flatMap((source) => [...source.matchAll(declaration)].map(([, doc = ""]) => doc))
}

/** The code of each `@example` in a docstring. */
export function examplesIn(docstring: string): readonly string[] {
  const text = docstring.replace(/^\/\*\*|\*\/$/g, "").replace(/^[ \t]*\* ?/gm, "")
  return [...text.matchAll(/^@example\n```ts\n([\s\S]*?)\n```$/gm)].map(([, code = ""]) => code)
}

/** What the comments behind `console.log(…)` say that it prints. */
function promised(code: string): readonly string[] {
  return [...code.matchAll(/console\.log\(.*\).*? \/\/ (.*)$/gm)].map(([, text = ""]) => text)
}

const folder = mkdtempSync(join(import.meta.dirname, ".example-"))
// Where the examples run, there is a bundle.
mkdirSync(join(folder, "bundle"))
writeFileSync(join(folder, "bundle/authorizer.mjs"), "export const handler = () => undefined\n")
process.chdir(folder)
afterAll(() => {
  process.chdir(root)
  rmSync(folder, { recursive: true })
})

/** The example as a module that keeps what it prints. */
function moduleOf(code: string): string {
  const imported = code.replaceAll(/"hallpass(\/\w+)?"/g, (_all, door: string = "/index") =>
    JSON.stringify(`../../../src${door}.ts`),
  )
  return `import { formatWithOptions } from "node:util"
export const printed: string[] = []
const console = { log: (...values: unknown[]): void => void printed.push(formatWithOptions({ breakLength: 1000 }, ...values)) }
${imported}
`
}

interface Example {
  readonly name: string
  readonly code: string
  readonly file: string
}

const values: { readonly door: string; readonly name: string }[] = []
for (const door of doors) {
  const opened = (await import(pathToFileURL(join(root, door)).href)) as object
  for (const name of Object.keys(opened)) values.push({ door, name })
}
const names = [...new Set(values.map(({ name }) => name))]
const examples: readonly Example[] = names.flatMap((name) =>
  docstringsOf(name)
    .flatMap(examplesIn)
    .map((code, at) => ({ name, code, file: join(folder, `${name}-${at}.ts`) })),
)
for (const { code, file } of examples) writeFileSync(file, moduleOf(code))

describe("14-6: the docstrings of the doors", () => {
  it.each(doors)("%s says what it is for, as a @module", (door) => {
    const specifier = door === "src/index.ts" ? "hallpass" : `hallpass/${door.slice(4, -3)}`
    const [, doc = ""] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(root, door), "utf8")) ?? []
    expect(doc).toContain(`@module ${specifier}\n`)
    expect(doc.split("@module")[0]?.replaceAll(/[\s*]/g, "").length).toBeGreaterThan(20)
  })

  it.each(values)("$door: $name has an example", ({ name }) => {
    expect(examples.map((example) => example.name)).toContain(name)
  })

  it.each(examples)("the example of $name prints what it says", async ({ code, file }) => {
    expect(promised(code).length, "an example prints something, and a comment says what").toBeGreaterThan(0)
    const { printed } = (await import(pathToFileURL(file).href)) as { readonly printed: readonly string[] }
    expect(printed).toEqual(promised(code))
  })

  it("the examples fit the types", () => {
    // An example is no library: it need not say the types of what it exports.
    const asExample = { isolatedDeclarations: false, declaration: false, noUnusedLocals: false, rootDir: "../../.." }
    const settings = {
      extends: "../../../tsconfig.json",
      compilerOptions: { ...asExample, ...coreOfCdk },
      include: ["*.ts"],
    }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings))
    // The types of the CDK fill 200 MB: collecting garbage takes as long as the check.
    const env = { ...process.env, GOGC: "off" }
    const words = [join(root, "node_modules/typescript/bin/tsc"), "-p", folder, "--singleThreaded"]
    const run = (): string => execFileSync(process.execPath, words, { encoding: "utf8", cwd: folder, env })
    let said = ""
    try {
      said = run()
    } catch (error) {
      said = (error as { readonly stdout: string }).stdout
    }
    expect(said).toBe("")
  })

  it("a wrong example is noticed", () => {
    const wrong = examplesIn("/**\n * Adds.\n *\n * @example\n * ```ts\n * console.log(1 + 1) // 3\n * ```\n */")
    expect(wrong).toEqual(["console.log(1 + 1) // 3"])
    expect(promised(wrong[0] ?? "")).toEqual(["3"])
  })
})
