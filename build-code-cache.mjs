// Gives a bundle a V8 code cache: what a start compiles is compiled before.
//   node build-code-cache.mjs OUTDIR     makes the cache anew with this Node.js, and with the flags that it was started with
// build/start.js is the start chunk as a script; build/start.KIND.TAG.cache is its cache, TAG being
// v8.cachedDataVersionTag().
import { generateKeyPairSync, hash, sign } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { basename, join, relative, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** The module that the bundle is built of. */
const entryModule = "handlers/authorizer.ts"

/**
 * Makes a script of the start chunk, and lets the entry load it. The file of the chunk exports what it exported, so
 * that every other file of the bundle stays as it is. What many starts import at once is in the script, too, if it needs
 * nothing but the start: a file takes 1 ms. A cache of another V8, or of other flags, is refused by V8, and the script
 * compiled.
 *
 * @param {string} outdir
 * @param {import("esbuild").Metafile} metafile
 */
export async function makeScript(outdir, { outputs }) {
  const entry = Object.keys(outputs).find((path) => outputs[path].entryPoint === entryModule)
  const [{ path: start }, ...more] = outputs[entry].imports.filter(({ kind }) => kind === "import-statement")
  if (more.length > 0)
    throw new Error(`${entry} imports more than the start: ${more.map(({ path }) => path).join(", ")}`)
  const importers = (path) =>
    Object.keys(outputs).filter((each) => outputs[each].imports.some((it) => it.path === path))
  const needsStartOnly = ({ imports }) => imports.every(({ kind, path }) => kind === "dynamic-import" || path === start)
  const later = new Set(outputs[start].imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path))
  const parts = []
  for (const path of later) {
    const isUsual = /\/optional\/(?:\w+-presets|observe|compiled|checked-routes)\.ts$/.test(outputs[path].entryPoint)
    if (!isUsual || importers(path).join() !== start || !needsStartOnly(outputs[path])) continue
    const { code, members } = await readChunk(join(outdir, "chunks", basename(path)))
    parts.push(`"./${basename(path)}"(__start){${code};return{${members}}}`)
  }
  const file = join(outdir, "chunks", basename(start))
  const { code, names, members } = await readChunk(file)
  const script = `(function(__load){"use strict";
const __parts={__proto__:null,${parts}},__made={__proto__:null};
const __import=async(path)=>path in __parts?__made[path]??=__parts[path](__start):__load(path);
${code}
const __start={${members}};return __start})`
  await writeFile(join(outdir, "start.js"), script)
  const entryFile = join(outdir, basename(entry))
  await writeFile(entryFile, loader + withoutImport(await readFile(entryFile, "utf8")))
  await writeFile(file, `export const { ${names} } = globalThis[Symbol.for(new URL("..", import.meta.url).href)]\n`)
}

/**
 * A chunk as the text of a function: what it imports is in `__start`, what it exports are `members` of an object. An
 * export has the value that it has in the end: no module exports a variable that changes later.
 */
async function readChunk(file) {
  const text = await readFile(file, "utf8")
  const [exported, list] = /export\s*\{([^{}]*)\};?\s*$/.exec(text)
  const names = pairs(list).map(([local, name = local]) => name)
  const members = pairs(list).map(([local, name = local]) => `${name}:${local}`)
  const code = withoutImport(text.slice(0, -exported.length))
    // In a script, `import()` would need a part of node:vm that is experimental. The loader imports for it.
    .replaceAll(/\bimport\((?="\.\/[\w-]+\.mjs"\))/g, "__import(")
    .replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  return { code, names, members }
}

const pairs = (list) => list.split(",").map((each) => each.trim().split(" as "))

/** What a file imports of the start is in `__start`. */
const withoutImport = (text) =>
  text.replace(/^import\s*(?:\{([^{}]*)\}\s*from\s*)?"[^"]*";/, (_, list) =>
    list === undefined ? "" : `const{${pairs(list).map(([name, local = name]) => `${name}:${local}`)}}=__start;`,
  )

/**
 * How the name of a cache begins that fits this process. Lambda's images start Node.js with `--expose-gc`, which V8
 * counts as another kind of code. The tag follows; it is not asked for at a start, because it holds the features of the
 * processor, too, which a cache does not depend on, and node:v8 takes 0.5 ms.
 */
const kindOfCache = () =>
  `start.${process.version}-${process.arch}${process.execArgv.includes("--expose-gc") ? "-expose-gc" : ""}.`

/**
 * One octet for each character, read without decoding. V8 looks at the head of a cache only, and runs what follows: a
 * digest at the end of the file tells one with a changed octet. Files that are loaded later find the start by the
 * folder: each file that a start imports takes 0.4 ms.
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
  return globalThis[Symbol.for(new URL(".", import.meta.url).href)] = start((path) => import("./chunks/" + path))
})()
`

/**
 * Runs the bundle in this process until it has answered, and writes what V8 has compiled by then.
 *
 * @param {string} outdir
 * @returns {Promise<{ file: string, bytes: number }>}
 */
export async function fillCodeCache(outdir) {
  const vm = process.getBuiltinModule("node:vm")
  let script
  vm.Script = class extends vm.Script {
    constructor(...given) {
      super(...given)
      script = this
    }
  }
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "warm", alg: "RS256", use: "sig" }
  const issuer = "https://issuer.invalid/"
  for (const name of Object.keys(process.env)) if (name.startsWith("HALLPASS_")) delete process.env[name]
  process.env.HALLPASS_CONFIG = JSON.stringify({
    issuers: [{ provider: "oidc", issuer, audience: "warm", jwks: { keys: [jwk] } }],
    // What a bundled configuration with routes needs of the start.
    routes: { "GET /warm": {}, "GET /warm/{id}": { scopes: ["warm"] } },
  })
  const { handler } = await import(pathToFileURL(join(outdir, "authorizer.mjs")).href)
  if (script === undefined) throw new Error(`${outdir} was not built with --code-cache: npm run build -- --code-cache`)
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const claims = { iss: issuer, aud: "warm", sub: "warm", exp: Math.floor(Date.now() / 1000) + 600 }
  const signed = `${encoded({ alg: "RS256", kid: "warm", typ: "at+jwt" })}.${encoded(claims)}`
  const bearer = `Bearer ${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`
  const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET/warm"
  const http = { method: "GET", path: "/warm", sourceIp: "192.0.2.1" }
  const events = [
    { type: "TOKEN", methodArn: arn, authorizationToken: bearer },
    {
      ...{ version: "2.0", type: "REQUEST", routeArn: arn, routeKey: "GET /warm", rawPath: "/warm" },
      ...{
        identitySource: [bearer],
        headers: { authorization: bearer },
        requestContext: { http, routeKey: "GET /warm" },
      },
    },
  ]
  for (const event of events) {
    const { policyDocument } = await handler(event, { awsRequestId: "warm" })
    if (policyDocument?.Statement[0]?.Effect !== "Allow") throw new Error("The bundle does not allow a good token")
  }
  const file = join(outdir, `${kindOfCache()}${process.getBuiltinModule("node:v8").cachedDataVersionTag()}.cache`)
  const data = script.createCachedData()
  await writeFile(file, Buffer.concat([data, hash("sha256", data, "buffer")]))
  return { file, bytes: data.length + 32 }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = () => true // the bundle's own records and metrics
  try {
    const { file, bytes } = await fillCodeCache(resolve(process.argv[2] ?? "build"))
    write(`${JSON.stringify({ file: relative(process.cwd(), file), bytes })}\n`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
