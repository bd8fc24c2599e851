// Builds the deployable Lambda bundles: one minified ESM entry each, and chunks for what most requests never need.
//   node build.mjs [--snapshot FILE] [OUTDIR]        default: build/, and build-rotation/ for the rotation function
import { readFile, rm } from "node:fs/promises"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { build } from "esbuild"
import { configure, embed, plainBuiltins, plainCache, shareStart } from "./build-plugins.mjs"

const root = dirname(fileURLToPath(import.meta.url))
const entryModule = "handlers/authorizer.ts"
const startModule = "handlers/start.ts"
const snapshotModule = "handlers/key-snapshot.ts"
const configurationModule = join(root, "handlers/authorizer.config.ts")

/** Most bytes of the entry chunk: every one of them is read, parsed and compiled in each cold start. */
export const entryBudgetBytes = 80 * 1024
/**
 * Most bytes that a start loads in all, with what the entry imports statically and without a snapshot. What only some
 * configurations need (principal policies, an edge) comes in chunks of its own.
 */
export const startBudgetBytes = 80 * 1024

/** How every handler is bundled. */
export const bundleOptions = {
  absWorkingDir: root,
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
  charset: "utf8",
  logLevel: "warning",
  plugins: [plainCache, plainBuiltins],
}

/**
 * @param {{ outdir?: string, write?: boolean, snapshot?: string | undefined, configuration?: string }} [options]
 *   `snapshot`: the file that `hallpass snapshot` wrote, to embed; `configuration`: the module to bundle in place of
 *   handlers/authorizer.config.ts
 * @returns {Promise<{ entryBytes: number, startBytes: number, snapshotBytes: number, openApi: { file: string, found:
 *   import("./src/policy.ts").OpenApiRoutes } | undefined, files: { path: string, bytes: number, atStart: boolean }[],
 *   metafile: import("esbuild").Metafile }>} `startBytes`: the entry and what it imports statically, less
 *   `snapshotBytes`; `openApi`: the document that the route table was read from, if the configuration names one
 */
export async function buildBundle({
  outdir = join(root, "build"),
  write = true,
  snapshot,
  configuration = configurationModule,
} = {}) {
  // First, so that a snapshot or a document that is refused leaves the last bundle alone.
  const plugins = [...bundleOptions.plugins, ...(snapshot === undefined ? [] : [embed(await readSnapshot(snapshot))])]
  const openApi = await readOpenApi(configuration)
  plugins.push(configure(configuration, openApi?.found.routes))
  if (write) await rm(outdir, { recursive: true, force: true })
  const entryPoints = { authorizer: entryModule }
  const options = { ...bundleOptions, entryPoints, outdir }
  plugins.unshift(shareStart(join(root, startModule)))
  const { metafile } = await build({ ...options, plugins, write })
  const files = filesOf(metafile, outdir)
  const entryBytes = files.find(({ path }) => path === "authorizer.mjs")?.bytes ?? Number.POSITIVE_INFINITY
  const { atStart, ...sizes } = startOf(metafile)
  const marked = files.map((file) => ({ ...file, atStart: atStart.has(resolve(outdir, file.path)) }))
  return { entryBytes, ...sizes, openApi, files: marked, metafile }
}

/**
 * The function that rotates the edge's HMAC key, apart from the authorizer: a deployment without an edge has none of
 * it.
 *
 * @returns {Promise<{ files: { path: string, bytes: number }[] }>}
 */
export async function buildRotation(outdir) {
  await rm(outdir, { recursive: true, force: true })
  const entryPoints = { "rotate-edge-secret": "handlers/rotate-edge-secret.ts" }
  const { metafile } = await build({ ...bundleOptions, entryPoints, outdir })
  return { files: filesOf(metafile, outdir) }
}

function filesOf({ outputs }, outdir) {
  return Object.entries(outputs).map(([path, { bytes }]) => ({ path: relative(outdir, resolve(root, path)), bytes }))
}

/** What a start loads: the entry, and what is imported statically from there on. */
function startOf({ outputs }) {
  const loaded = new Set(Object.keys(outputs).filter((path) => outputs[path].entryPoint === entryModule))
  for (const path of loaded) {
    // A set that grows is walked to its end.
    for (const { path: imported, kind, external } of outputs[path].imports)
      if (kind !== "dynamic-import" && !external) loaded.add(imported)
  }
  let [startBytes, snapshotBytes] = [0, 0]
  for (const path of loaded) {
    startBytes += outputs[path].bytes
    snapshotBytes += outputs[path].inputs[snapshotModule]?.bytesInOutput ?? 0
  }
  const atStart = new Set([...loaded].map((path) => resolve(root, path)))
  return { startBytes: startBytes - snapshotBytes, snapshotBytes, atStart }
}

/** The document that the configuration takes its routes from. @throws Error (rejects) when there is no table in it */
async function readOpenApi(file) {
  const options = { entryPoints: [file], bundle: true, write: false, format: "esm", platform: "node", target: "node22" }
  const { outputFiles } = await build({ ...options, legalComments: "none", logLevel: "warning" })
  // A configuration may need what only the deployed function has, so it is run here only for this.
  if (!/\bopenapi\b/.test(outputFiles[0].text)) return undefined
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`)
  const { resolveOpenApi } = await import("./src/cli/open-api-file.ts")
  return (await resolveOpenApi(module.default, dirname(file))).openApi
}

/**
 * The snapshot as compact JSON.
 *
 * @throws Error (rejects) when it cannot be read, or when an authorizer would refuse it
 */
async function readSnapshot(file) {
  const { createVerifier } = await import("./src/verify.ts")
  const { parseStrictJson } = await import("./src/index.ts")
  let keySnapshot
  try {
    keySnapshot = parseStrictJson(await readFile(file, "utf8"), "keySnapshot")
  } catch (error) {
    throw new Error(`The snapshot ${file} cannot be used: ${problemsIn(error)}`)
  }
  // The same check as at the function's start, where it would be too late: every request would end in 500.
  const anyIssuer = { provider: "oidc", issuer: "https://issuer.invalid/", audience: "any" }
  try {
    createVerifier({ issuers: [anyIssuer] }, { keySnapshot })
  } catch (error) {
    throw new Error(
      `The snapshot ${file} is refused:${problemsIn(error)}\nTake it again with hallpass snapshot, and correct the issuer.`,
    )
  }
  return JSON.stringify(keySnapshot)
}

function problemsIn({ problems, message }) {
  return problems?.map((problem) => `\n  ${problem.path}: ${problem.message}`).join("") ?? message
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: { snapshot: { type: "string" } }, allowPositionals: true })
    if (positionals.length > 1) throw new Error(`One OUTDIR only, not also ${positionals[1]}`)
    const [outdir] = positionals
    return {
      snapshot: values.snapshot,
      outdir: resolve(outdir ?? join(root, "build")),
      isDefault: outdir === undefined,
    }
  } catch (error) {
    console.error(`${error.message}\nUsage: node build.mjs [--snapshot FILE] [OUTDIR]`)
    process.exit(2)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { snapshot, outdir, isDefault } = readArguments()
  const { entryBytes, startBytes, snapshotBytes, openApi, files } = await buildBundle({ snapshot, outdir }).catch(
    (error) => {
      console.error(error.message)
      process.exit(1)
    },
  )
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
  const [loaded, later] = [files.filter(({ atStart }) => atStart), files.filter(({ atStart }) => !atStart)]
  const total = (list) => kilobytes(list.reduce((sum, { bytes }) => sum + bytes, 0))
  for (const { path, bytes } of loaded)
    console.log(`${kilobytes(bytes).padStart(11)}  ${join(relative(process.cwd(), outdir), path)}`)
  console.log(`${total(later).padStart(11)}  in ${later.length} chunks that are loaded only when something needs them`)
  if (isDefault) {
    const rotation = join(root, "build-rotation")
    const { files: rotationFiles } = await buildRotation(rotation)
    const place = relative(process.cwd(), rotation)
    console.log(`${total(rotationFiles).padStart(11)}  ${place}: rotates the edge's HMAC key, where there is an edge`)
  }
  console.log(`entry chunk: ${kilobytes(entryBytes)} of ${kilobytes(entryBudgetBytes)}`)
  if (openApi !== undefined) {
    const { routes, withoutSecurity, otherSecurity } = openApi.found
    console.log(
      `routes from ${relative(process.cwd(), openApi.file)}: ${Object.keys(routes).length}; not in the table: ${withoutSecurity.length} without ` +
        `security, ${otherSecurity.length} with other security (hallpass routes FILE names them)`,
    )
  }
  if (snapshot !== undefined) console.log(`key snapshot in it: ${kilobytes(snapshotBytes)}`)
  console.log(`loaded at start: ${kilobytes(startBytes)} of ${kilobytes(startBudgetBytes)}`)
  if (entryBytes > entryBudgetBytes || startBytes > startBudgetBytes) {
    console.error("A start loads more than its budget: look for a heavy static import, and load it where it is needed.")
    process.exit(1)
  }
}
