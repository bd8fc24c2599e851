// Builds the deployable Lambda bundle: one minified ESM entry, and chunks for what most requests never need.
//   node build.mjs [OUTDIR]        default: build/
import { rm } from "node:fs/promises"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = dirname(fileURLToPath(import.meta.url))

/** Most bytes of the entry chunk: every byte of it is read, parsed and compiled in each cold start. */
export const entryBudgetBytes = 80 * 1024

/**
 * @param {{ outdir?: string, write?: boolean }} [options]
 * @returns {Promise<{ entryBytes: number, files: { path: string, bytes: number }[], metafile: import("esbuild").Metafile }>}
 */
export async function buildBundle({ outdir = join(root, "build"), write = true } = {}) {
  if (write) await rm(outdir, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { authorizer: "handlers/authorizer.ts" },
    outdir,
    write,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node22",
    mainFields: ["module", "main"],
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    legalComments: "none",
    logLevel: "warning",
  })
  const files = Object.entries(metafile.outputs).map(([path, { bytes }]) => ({
    path: relative(outdir, resolve(root, path)),
    bytes,
  }))
  const entryBytes = files.find(({ path }) => path === "authorizer.mjs")?.bytes ?? Number.POSITIVE_INFINITY
  return { entryBytes, files, metafile }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outdir = resolve(process.argv[2] ?? join(root, "build"))
  const { entryBytes, files } = await buildBundle({ outdir })
  for (const { path, bytes } of files)
    console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${join(relative(process.cwd(), outdir), path)}`)
  console.log(`entry chunk: ${(entryBytes / 1024).toFixed(1)} KB of ${entryBudgetBytes / 1024} KB`)
  if (entryBytes > entryBudgetBytes) {
    console.error("The entry chunk is over its budget: look for a heavy static import, and load it where it is needed.")
    process.exit(1)
  }
}
