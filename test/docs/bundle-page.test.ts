import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { type BuildOptions, build, type Metafile } from "esbuild"
import { describe, expect, it } from "vitest"

const root = resolve(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/bundle.md"), "utf8")
const stated = (text: RegExp): number => Number(text.exec(page)?.[1]) * 1024
const [, handler = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? []

/** Bundles the page's handler. @returns bytes by file, and which files a file imports before anything is called */
async function bundled(code: string, options: BuildOptions): Promise<number> {
  const { metafile } = (await build({
    stdin: { contents: code.replace('"hallpass"', JSON.stringify(join(root, "src/index.ts"))), resolveDir: root },
    ...{ bundle: true, minify: true, format: "esm", platform: "node", target: "node22", outdir: "unused" },
    ...{ mainFields: ["module", "main"], external: ["@aws-sdk/*"], write: false, metafile: true, ...options },
  })) as { readonly metafile: Metafile }
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === "<stdin>") ?? ""
  const loaded = new Set([entry])
  for (const path of loaded)
    for (const { path: imported, kind, external } of metafile.outputs[path]?.imports ?? [])
      if (kind === "import-statement" && external !== true) loaded.add(imported)
  return [...loaded].reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0)
}

describe("17-8: the sizes in docs/bundle.md", () => {
  it("with splitting, a start loads about what the page says", async () => {
    const bytes = await bundled(handler, { splitting: true })
    expect(Math.abs(bytes / stated(/a start loads some (\d+) KB/) - 1)).toBeLessThan(0.1)
  })

  it("without it, everything is loaded", async () => {
    const bytes = await bundled(handler, {})
    expect(Math.abs(bytes / stated(/:\s+some (\d+) KB, without the AWS SDK/) - 1)).toBeLessThan(0.1)
  })
})
