// Builds the deployable Lambda bundles: one minified ESM entry each, and chunks for what most requests never need.
//   node build.mjs [--snapshot FILE] [--code-cache] [OUTDIR]
// OUTDIR is build/ by default; then build-check/ and build-rotation/ are made for the other functions as well.
import { execFile, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { readdir, readFile, rm, stat } from "node:fs/promises"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs, promisify } from "node:util"
import { build } from "esbuild"
import { bracketStart } from "./build-brackets.mjs"
import { runEnvironment } from "./build-code-cache.mjs"
import { isConstant } from "./build-constant.mjs"
import {
  apart,
  configure,
  embed,
  embedCompiled,
  embedEvents,
  plainBuiltins,
  plainCache,
  shareStart,
} from "./build-plugins.mjs"
import { entryModule, joinStart, startOf } from "./build-start.mjs"

const root = dirname(fileURLToPath(import.meta.url))
const startModule = "handlers/start.ts"
const snapshotModule = "handlers/key-snapshot.ts"
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const configurationModule = join(root, "handlers/authorizer.config.ts")

/**
 * Most bytes of the file that every start loads, without a configuration and a snapshot: each of them is read, parsed
 * and compiled. What only some configurations need (principal policies, an edge) comes in chunks of its own.
 */
export const startBudgetBytes = 80 * 1024

/** Most bytes of code that a start loads in addition, because the bundled configuration needs it. */
const compiledBudgetBytes = 17 * 1024
/** The same of presets that not every start has. A bundle without a compiled form loads them, too, but later. */
const presetBudgetBytes = 20 * 1024

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
  // Tells a compiled form of this version from one of another.
  define: { HALLPASS_VERSION: JSON.stringify(version) },
  logLevel: "warning",
  plugins: [plainCache, plainBuiltins],
}

/**
 * @param {{ outdir?: string, snapshot?: string | undefined, configuration?: string, codeCache?: boolean }} [options]
 *   `snapshot`: the file that `hallpass snapshot` wrote, to embed; `configuration`: the module to bundle in place of
 *   handlers/authorizer.config.ts; `codeCache`: whether a code cache is made with this Node.js
 * @returns {Promise<{ startBytes: number, snapshotBytes: number, configurationBytes: number, mostBytes: number, openApi: {
 *   file: string, found: import("./src/policy.ts").OpenApiRoutes } | undefined, files: { path: string, bytes: number,
 *   atStart: boolean }[], metafile: import("esbuild").Metafile, isBracketed: boolean }>} `startBytes`: what every start
 *   loads, less `snapshotBytes` and `configurationBytes`, and without a code cache and the parts that are compiled in it;
 *   `mostBytes`: the budget of `startBytes`; `openApi`: the document that the route table was read from, if the
 *   configuration names one; `isBracketed`: false if the bundle could not be run here
 */
export async function buildBundle({
  outdir = join(root, "build"),
  snapshot,
  configuration = configurationModule,
  codeCache = false,
} = {}) {
  // First, so that a snapshot or a document that is refused leaves the last bundle alone.
  const plugins = [...bundleOptions.plugins, ...(snapshot === undefined ? [] : [embed(await readSnapshot(snapshot))])]
  const bundled = await bundledConfiguration(configuration)
  const openApi = await readOpenApi(bundled, dirname(configuration))
  const routes = openApi?.found.routes
  const compiled = await compile(bundled, routes)
  plugins.push(configure(configuration, { routes, constant: compiled?.constant }), embedEvents(await readEvents()))
  if (compiled !== undefined) plugins.push(embedCompiled(compiled))
  await rm(outdir, { recursive: true, force: true })
  const entryPoints = { authorizer: entryModule }
  const options = { ...bundleOptions, entryPoints, outdir }
  plugins.unshift(shareStart(join(root, startModule)))
  const { metafile } = await build({ ...options, plugins })
  const sizes = sizesOf(metafile, relative(root, configuration))
  const { file: started, others } = await joinStart(outdir, metafile, { asScript: codeCache })
  const issuer = compiled?.form.issuers[0]?.accepted[0]
  const isBracketed = await bracketStart(started, { ownConfiguration: compiled !== undefined, issuer })
  const caches = codeCache ? await makeCodeCaches(outdir) : []
  const files = await filesIn(outdir, new Set([started, join(outdir, "authorizer.mjs"), ...others]))
  if (!codeCache) sizes.startBytes = (await stat(started)).size - sizes.snapshotBytes - sizes.configurationBytes
  return { ...sizes, mostBytes: budgetOf(compiled), openApi, files, metafile, caches, isBracketed }
}

function budgetOf(compiled) {
  if (compiled === undefined) return startBudgetBytes
  return startBudgetBytes + compiledBudgetBytes + (compiled.presets.length > 0 ? presetBudgetBytes : 0)
}

/**
 * The bundle of the published package. It runs as it is, with a configuration of the environment; `hallpass bundle` puts
 * a configuration and a snapshot beside it. What a start needs is in one script, for which no cache is made: the two
 * have fewer files than modules.
 */
export async function buildOpenBundle(outdir) {
  const plugins = [
    shareStart(join(root, startModule)),
    ...bundleOptions.plugins,
    apart,
    embedEvents(await readEvents()),
  ]
  await rm(outdir, { recursive: true, force: true })
  const { metafile } = await build({ ...bundleOptions, entryPoints: { authorizer: entryModule }, outdir, plugins })
  const { file } = await joinStart(outdir, metafile, { asScript: true })
  await bracketStart(file, { ownConfiguration: false })
}

/** Lambda's images start Node.js with `--expose-gc`, which V8 counts as another kind of code: one cache for each. */
async function makeCodeCaches(outdir) {
  const caches = []
  for (const flags of [[], ["--expose-gc"]]) {
    const args = [...flags, join(root, "build-code-cache.mjs"), outdir]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env: runEnvironment() })
    caches.push({ ...JSON.parse(stdout), flags })
  }
  return caches
}

/**
 * A function of its own, without the authorizer: the check of a new version, or the rotation of the edge's HMAC key.
 *
 * @param {"publish-checked-version" | "rotate-edge-secret"} name
 * @returns {Promise<{ files: { path: string, bytes: number }[] }>}
 */
export async function buildFunction(name, outdir) {
  await rm(outdir, { recursive: true, force: true })
  const entryPoints = { [name]: `handlers/${name}.ts` }
  // The Lambda runtime has the SDK. What the check calls of it is the same in every version.
  const external = name === "publish-checked-version" ? ["@aws-sdk/*"] : []
  await build({ ...bundleOptions, external, entryPoints, outdir })
  return { files: await filesIn(outdir, new Set()) }
}

/** What a new version decides before it takes traffic, by name. */
async function readEvents() {
  const folder = join(root, "events")
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))
  return Object.fromEntries(names.map((name, index) => [name.replace(/\.json$/, ""), JSON.parse(texts[index])]))
}

async function filesIn(outdir, atStart) {
  const paths = await readdir(outdir, { recursive: true, withFileTypes: true })
  const files = paths.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const of = async (file) => ({
    path: relative(outdir, file),
    bytes: (await stat(file)).size,
    atStart: atStart.has(file),
  })
  return await Promise.all(files.map(of))
}

/** By what esbuild put where: the start chunk and the entry. */
function sizesOf({ outputs }, configuration) {
  const entry = Object.values(outputs).find(({ entryPoint }) => entryPoint === entryModule)
  const start = outputs[startOf(outputs, entry)]
  const bytesOf = (modules) => modules.reduce((sum, module) => sum + (entry.inputs[module]?.bytesInOutput ?? 0), 0)
  const snapshotBytes = bytesOf([snapshotModule])
  const configurationBytes = bytesOf([
    configuration,
    "with-routes:configuration",
    "constant:configuration",
    "handlers/compiled.ts",
  ])
  return {
    startBytes: entry.bytes + start.bytes - snapshotBytes - configurationBytes,
    snapshotBytes,
    configurationBytes,
  }
}

/** The document that the configuration takes its routes from. @throws Error (rejects) when there is no table in it */
async function readOpenApi({ text, run }, folder) {
  // A configuration may need what only the deployed function has, so it is run here only for this.
  if (!/\bopenapi\b/.test(text)) return undefined
  const { resolveOpenApi } = await import("./src/cli/open-api-file.ts")
  return (await resolveOpenApi(await run(), folder)).openApi
}

/**
 * What is found out about a configuration before it starts. A configuration that cannot be run here, or that is not
 * sound, is left to the check and to the start.
 */
async function compile({ text, run }, routes) {
  try {
    const source = await run()
    if (source === undefined) return undefined
    const { compileConfiguration } = await import("./src/deployment.ts")
    const configuration = routes === undefined ? source : { ...source, routes }
    const form = compileConfiguration(configuration, version)
    if (form === undefined) return undefined
    const constant = isConstant(text) ? configuration : undefined
    return { form, withRoutes: configuration.routes !== undefined, presets: await presetsOf(configuration), constant }
  } catch {
    return undefined
  }
}

/** The groups of presets that a configuration needs. */
async function presetsOf(configuration) {
  const { providersIn } = await import("./src/provider/presets.ts")
  const groups = {
    ...(await import("./src/provider/oidc-presets.ts")),
    ...(await import("./src/provider/entra-presets.ts")),
  }
  const providers = providersIn(configuration)
  return Object.keys(groups).filter((group) => Object.keys(groups[group]).some((name) => providers.has(name)))
}

/** A configuration module with what it imports, as one text. */
async function bundledConfiguration(file) {
  const options = { entryPoints: [file], bundle: true, write: false, format: "esm", platform: "node", target: "node22" }
  const { outputFiles } = await build({ ...options, legalComments: "none", logLevel: "warning" })
  const [{ text, contents }] = outputFiles
  const address = `data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`
  return { text, run: async () => (await import(address)).default }
}

/**
 * `hallpass check` of the configuration that will be bundled. Without one there is nothing to check.
 *
 * @throws Error (rejects) with what the check printed
 */
export async function checkConfiguration(file = configurationModule) {
  const place = relative(process.cwd(), file)
  const bundled = await bundledConfiguration(file)
  let configuration
  try {
    const source = await bundled.run()
    if (source === undefined) return false
    const { resolveOpenApi } = await import("./src/cli/open-api-file.ts")
    configuration = (await resolveOpenApi(source, dirname(file))).configuration
  } catch (error) {
    throw new Error(
      `hallpass check could not run ${place}: ${problemsIn(error)}\nSet what it needs for the build, too.`,
    )
  }
  const parameters = [join(root, "src/cli/main.ts"), "check", "--config", "-"]
  const options = { cwd: dirname(file), input: JSON.stringify(configuration), encoding: "utf8" }
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, options)
  if (status !== 0) throw new Error(`hallpass check refuses ${place}:\n\n${stdout}${stderr}`)
  return true
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
    const options = { snapshot: { type: "string" }, "code-cache": { type: "boolean", default: false } }
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (positionals.length > 1) throw new Error(`One OUTDIR only, not also ${positionals[1]}`)
    const [outdir] = positionals
    return {
      snapshot: values.snapshot,
      codeCache: values["code-cache"],
      outdir: resolve(outdir ?? join(root, "build")),
      isDefault: outdir === undefined,
    }
  } catch (error) {
    console.error(`${error.message}\nUsage: node build.mjs [--snapshot FILE] [--code-cache] [OUTDIR]`)
    process.exit(2)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { isDefault, ...options } = readArguments()
  const { outdir, snapshot } = options
  const end = (error) => {
    console.error(error.message)
    process.exit(1)
  }
  if (await checkConfiguration().catch(end)) console.log("hallpass check: the bundled configuration is sound")
  const built = await buildBundle(options).catch(end)
  const { startBytes, snapshotBytes, mostBytes, openApi, files, caches, isBracketed } = built
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
  const [loaded, later] = [
    files.filter(({ atStart }) => atStart),
    files.filter(({ atStart, path }) => !atStart && !path.endsWith(".cache")),
  ]
  const total = (list) => kilobytes(list.reduce((sum, { bytes }) => sum + bytes, 0))
  for (const { path, bytes } of loaded)
    console.log(`${kilobytes(bytes).padStart(11)}  ${join(relative(process.cwd(), outdir), path)}`)
  console.log(`${total(later).padStart(11)}  in ${later.length} chunks that are loaded only when something needs them`)
  if (isDefault) {
    const others = {
      "build-check": ["publish-checked-version", "checks a new version before it takes traffic"],
      "build-rotation": ["rotate-edge-secret", "rotates the edge's HMAC key, if there is an edge"],
    }
    for (const [folder, [name, purpose]] of Object.entries(others)) {
      const { files: own } = await buildFunction(name, join(root, folder))
      console.log(`${total(own).padStart(11)}  ${relative(process.cwd(), join(root, folder))}: ${purpose}`)
    }
  }
  if (openApi !== undefined) {
    const { routes, withoutSecurity, otherSecurity } = openApi.found
    console.log(
      `routes from ${relative(process.cwd(), openApi.file)}: ${Object.keys(routes).length}; not in the table: ${withoutSecurity.length} without ` +
        `security, ${otherSecurity.length} with other security (hallpass routes FILE names them)`,
    )
  }
  for (const { file, bytes, flags } of caches)
    console.log(
      `${kilobytes(bytes).padStart(11)}  ${file}: code cache of Node.js ${process.versions.node} ${flags.join(" ")}`,
    )
  if (!isBracketed)
    console.log("The bundle cannot be run here, so which functions a start calls is not known: it takes 1 ms longer.")
  if (snapshot !== undefined) console.log(`key snapshot in it: ${kilobytes(snapshotBytes)}`)
  console.log(`loaded at start: ${kilobytes(startBytes)} of ${kilobytes(mostBytes)}`)
  if (startBytes > mostBytes) {
    console.error("A start loads more than its budget: look for a heavy static import, and load it where it is needed.")
    process.exit(1)
  }
}
