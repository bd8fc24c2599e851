// Puts what a start loads into one file: each file that Node.js imports takes 0.5 to 1 ms, whatever its size.
import { readFile, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { kindOfCache } from "./build-code-cache.mjs"

/** The module that the bundle is built of. */
export const entryModule = "handlers/authorizer.ts"

/** A module of the start. */
const inStart = "src/authorizer/load.ts"

/** What many starts import at once, each as one part of the start. */
const usualPart = /\/optional\/(?:\w+-presets|observe|compiled|checked-routes)\.ts$/

/**
 * Joins the start chunk with the entry, or makes a script of it, which can have a code cache, and lets the entry load
 * that. The file of the chunk exports what it exported, so that every other file of the bundle stays as it is; a script
 * could not import, and a module that waits for one which imports it would wait for ever. What many starts import needs
 * no such file: it is a function that gets the start. It is in the script, too, but not in the joined entry, because few
 * need all of it.
 *
 * @param {string} outdir
 * @param {import("esbuild").Metafile} metafile
 * @param {{ asScript: boolean }} options
 * @returns {Promise<{ file: string, others: readonly string[] }>} the file with the start; and the chunks that the entry
 *   loads in addition, because the configuration imports what chunks import that are loaded later
 */
export async function joinStart(outdir, { outputs }, { asScript }) {
  const entry = Object.keys(outputs).find((path) => outputs[path].entryPoint === entryModule)
  const imported = importsOf(outputs[entry])
  const start = startOf(outputs, outputs[entry])
  const more = importsOf(outputs[start])
  if (more.length > 0) throw new Error(`The start imports other chunks: ${more.join(", ")}`)
  const importers = (path) =>
    Object.keys(outputs).filter((each) => outputs[each].imports.some((it) => it.path === path))
  const needsStartOnly = ({ imports }) => imports.every(({ kind, path }) => kind === "dynamic-import" || path === start)
  const later = new Set(outputs[start].imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path))
  const usual = [...later].filter(
    (path) =>
      usualPart.test(outputs[path].entryPoint) && importers(path).join() === start && needsStartOnly(outputs[path]),
  )
  const names = usual.map((path) => basename(path))
  const parts = []
  for (const name of names) {
    const file = join(outdir, "chunks", name)
    const { code, members } = await readChunk(file, asScript ? () => "__load" : () => "import")
    const body = `(__start){${code};return{${members}}}`
    if (asScript) parts.push(`"./${name}"${body}`)
    else await writeFile(file, `export default (function${body})\n`)
  }
  const chunk = join(outdir, "chunks", basename(start))
  const { code, exported, members } = await readChunk(chunk, (name) => (names.includes(name) ? "__part" : "__load"))
  const made = asScript ? "Promise.resolve(__parts[path](__start))" : "__load(path).then((it)=>it.default(__start))"
  const text = `(function(__load){"use strict";
const __parts={${parts}},__made={__proto__:null},__part=(path)=>__made[path]??=${made};
${code}
const __start={${members}};return __start})`
  const entryFile = join(outdir, basename(entry))
  const entryText = withoutImports(await readFile(entryFile, "utf8"), basename(start))
  const startFile = asScript ? join(outdir, "start.js") : entryFile
  if (asScript) await writeFile(startFile, text)
  await writeFile(entryFile, (asScript ? loader : `const __start=${shared}=${text}(${load});`) + entryText)
  await writeFile(chunk, `export const { ${exported} } = globalThis[Symbol.for(new URL("..", import.meta.url).href)]\n`)
  const others = imported.filter((path) => path !== start).map((path) => join(outdir, "chunks", basename(path)))
  return { file: startFile, others }
}

/** The start chunk. Every other one that the entry imports has what the configuration shares with later chunks. */
export const startOf = (outputs, entry) => importsOf(entry).find((path) => inStart in outputs[path].inputs)

/** The files that an output imports when it is loaded. */
const importsOf = ({ imports }) => imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path)

/**
 * A chunk as the text of a function: what it imports is in `__start`, what it exports are `members` of an object. An
 * export has the value that it has in the end: no module exports a variable that changes later.
 *
 * @param {string} file
 * @param {(name: string) => string} importing what takes the place of `import` for a file
 */
async function readChunk(file, importing) {
  const text = await readFile(file, "utf8")
  const [end, list] = /export\s*\{([^{}]*)\};?\s*$/.exec(text)
  const exported = pairs(list).map(([local, name = local]) => name)
  const members = pairs(list).map(([local, name = local]) => `${name}:${local}`)
  const code = withoutImports(text.slice(0, -end.length))
    // In a script, `import()` would need a part of node:vm that is experimental. Its caller imports for it.
    .replaceAll(/\bimport\("\.\/([\w-]+\.mjs)"\)/g, (_, name) => `${importing(name)}("./${name}")`)
    .replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  return { code, exported, members }
}
const pairs = (list) => list.split(",").map((each) => each.trim().split(" as "))

/**
 * What a file imports of the start is in `__start`. Every other chunk is imported after it, because it may need the start.
 *
 * @param {string} text
 * @param {string} [start] the chunk of the start; by default all is imported of it
 */
function withoutImports(text, start) {
  const statement = /\s*import\s*(?:\{([^{}]*)\}\s*from\s*)?"([^"]*)";/y
  let [own, others, at] = ["", "", 0]
  for (let found = statement.exec(text); found !== null; found = statement.exec(text)) {
    const [, list, path] = found
    at = statement.lastIndex
    const isOwn = start === undefined || basename(path) === start
    const names = list && `const{${pairs(list).map(([name, local = name]) => `${name}:${local}`)}}=`
    if (!isOwn) others += `${names ?? ""}await import(${JSON.stringify(path)});`
    else if (names !== undefined) own += `${names}__start;`
  }
  return own + others + text.slice(at)
}

/** Files that are loaded later find the start by the folder. */
const shared = 'globalThis[Symbol.for(new URL(".",import.meta.url).href)]'
const load = '(path)=>import("./chunks/"+path)'

/**
 * One octet for each character, read without decoding. V8 looks at the head of a cache only, and runs what follows: a
 * digest at the end of the file tells one with a changed octet.
 */
const loader = `const __start = (() => {
  const builtin = process.getBuiltinModule
  const { readdirSync, readFileSync } = builtin("node:fs")
  const folder = import.meta.dirname
  let cachedData
  try {
    const kind = (${kindOfCache})()
    const file = readFileSync(folder + "/" + readdirSync(folder).find((name) => name.startsWith(kind)))
    const data = file.subarray(0, -32)
    if (builtin("node:crypto").hash("sha256", data, "buffer").equals(file.subarray(-32))) cachedData = data
  } catch {}
  const { Script } = builtin("node:vm")
  const filename = folder + "/start.js"
  const start = new Script(readFileSync(filename, "latin1"), { filename, cachedData }).runInThisContext()
  return ${shared} = start(${load})
})()
`
