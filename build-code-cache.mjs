// Gives a bundle a V8 code cache: what a start compiles is compiled before.
//   node build-code-cache.mjs OUTDIR     makes the cache anew with this Node.js, and with the flags that it was started with
// build/start.js is the start chunk as a script; build/start.TAG.cache is its cache, TAG being
// v8.cachedDataVersionTag().
import { generateKeyPairSync, hash, sign } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/**
 * Makes a script of the start chunk, and a loader of its file. The loader exports what the chunk exported, so that
 * every other file of the bundle stays as it is. A cache of another V8, or of other flags, is refused by V8, and the
 * script compiled.
 *
 * @param {{ outdir: string, chunk: string, exports: readonly string[] }} options `chunk`: its path in the folder
 */
export async function makeScript({ outdir, chunk, exports }) {
  const { transform } = await import("esbuild")
  const file = join(outdir, chunk)
  // In a script, `import()` would need a part of node:vm that is experimental: esbuild writes it as `require` of a
  // module.
  const { code } = await transform(await readFile(file, "utf8"), {
    ...{ format: "cjs", minify: true, platform: "node", target: "node22", charset: "ascii" },
    supported: { "dynamic-import": false },
  })
  await writeFile(join(outdir, "start.js"), `(function(module,exports,require){"use strict";${code}})`)
  await writeFile(file, loader(exports))
}

/**
 * One octet for each character, read without decoding. V8 looks at the head of a cache only, and runs what follows: a
 * digest at the end of the file tells one with a changed octet.
 */
const loader = (exports) => `const builtin = process.getBuiltinModule
const { readFileSync } = builtin("node:fs")
const folder = import.meta.dirname.slice(0, -"/chunks".length)
let cachedData
try {
  const file = readFileSync(folder + "/start." + builtin("node:v8").cachedDataVersionTag() + ".cache")
  const data = file.subarray(0, -32)
  if (builtin("node:crypto").hash("sha256", data, "buffer").equals(file.subarray(-32))) cachedData = data
} catch {}
const { Script } = builtin("node:vm")
const filename = folder + "/start.js"
const module = { exports: {} }
new Script(readFileSync(filename, "latin1"), { filename, cachedData }).runInThisContext()(
  module, module.exports, builtin("node:module").createRequire(import.meta.url))
const { ${exports.map((name) => `${name}: $${name}`).join(", ")} } = module.exports
export { ${exports.map((name) => `$${name} as ${name}`).join(", ")} }
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
  let made
  vm.Script = class extends vm.Script {
    constructor(...given) {
      super(...given)
      script = this
    }
    runInThisContext() {
      const start = super.runInThisContext()
      return (module, ...others) => {
        made = module
        return start(module, ...others)
      }
    }
  }
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "warm", alg: "RS256", use: "sig" }
  const issuer = "https://issuer.invalid/"
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
  await checkExports(outdir, made.exports)
  const { cachedDataVersionTag } = process.getBuiltinModule("node:v8")
  const file = join(outdir, `start.${cachedDataVersionTag()}.cache`)
  const data = script.createCachedData()
  await writeFile(file, Buffer.concat([data, hash("sha256", data, "buffer")]))
  return { file, bytes: data.length + 32 }
}

/** The loader reads each export once: one that changes later would be stale. */
async function checkExports(outdir, exports) {
  const entry = await readFile(join(outdir, "authorizer.mjs"), "utf8")
  const [chunk] = /chunks\/[\w-]+\.mjs/.exec(entry) ?? []
  const loaded = await import(pathToFileURL(join(outdir, chunk)).href)
  const stale = Object.keys(loaded).filter((name) => loaded[name] !== exports[name])
  if (stale.length > 0) throw new Error(`These exports of the start change after it: ${stale.join(", ")}`)
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
