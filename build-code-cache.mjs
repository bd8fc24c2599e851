// Gives a bundle a V8 code cache: what a start compiles is compiled before.
//   node build-code-cache.mjs OUTDIR     makes the cache anew with this Node.js, and with the flags that it was started with
// build/start.js is the start chunk as a script; build/start.KIND.TAG.cache is its cache, TAG being
// v8.cachedDataVersionTag().
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/**
 * How the name of a cache begins that fits this process. Lambda's images start Node.js with `--expose-gc`, which V8
 * counts as another kind of code. The tag follows; it is not asked for at a start, because it holds the features of the
 * processor, too, which a cache does not depend on, and node:v8 takes 0.5 ms.
 */
export const kindOfCache = () =>
  `start.${process.version}-${process.arch}${process.execArgv.includes("--expose-gc") ? "-expose-gc" : ""}.`

/** What a bundled configuration with routes needs of the start. */
const withRoutes = { "GET /warm": {}, "GET /warm/{id}": { scopes: ["warm"] } }

const newKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
let key

/**
 * The environment of a process that runs a bundle, with the key that signs its tokens. Two primes are searched for half
 * as long as such a process takes, so a build does it once.
 */
export function runEnvironment() {
  key ??= newKey().export({ type: "pkcs8", format: "pem" })
  const { NODE_OPTIONS: _, ...env } = process.env
  return { ...env, BUNDLE_RUN_KEY: key }
}

/**
 * Runs the bundle in this process until it has answered events with good tokens.
 *
 * @param {string} outdir
 * @param {{ kinds: readonly ("rest" | "http")[], routes?: object, started: () => unknown }} options `kinds` of APIs;
 *   `started` is called when the bundle is loaded, before the first event
 */
export async function runBundle(outdir, { kinds, routes, started }) {
  const { BUNDLE_RUN_KEY: given } = process.env
  const privateKey = given === undefined ? newKey() : createPrivateKey(given)
  const jwk = { ...createPublicKey(privateKey).export({ format: "jwk" }), kid: "warm", alg: "RS256", use: "sig" }
  const issuer = "https://issuer.invalid/"
  for (const name of Object.keys(process.env)) if (name.startsWith("HALLPASS_")) delete process.env[name]
  process.env.HALLPASS_CONFIG = JSON.stringify({
    issuers: [{ provider: "oidc", issuer, audience: "warm", jwks: { keys: [jwk] } }],
    routes,
  })
  const { handler } = await import(pathToFileURL(join(outdir, "authorizer.mjs")).href)
  await started()
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const claims = { iss: issuer, aud: "warm", sub: "warm", exp: Math.floor(Date.now() / 1000) + 600 }
  const signed = `${encoded({ alg: "RS256", kid: "warm", typ: "at+jwt" })}.${encoded(claims)}`
  const bearer = `Bearer ${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`
  const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET/warm"
  const http = { method: "GET", path: "/warm", sourceIp: "192.0.2.1" }
  const events = {
    rest: { type: "TOKEN", methodArn: arn, authorizationToken: bearer },
    http: {
      ...{ version: "2.0", type: "REQUEST", routeArn: arn, routeKey: "GET /warm", rawPath: "/warm" },
      ...{
        identitySource: [bearer],
        headers: { authorization: bearer },
        requestContext: { http, routeKey: "GET /warm" },
      },
    },
  }
  for (const kind of kinds) {
    const { policyDocument } = await handler(events[kind], { awsRequestId: "warm" })
    if (policyDocument?.Statement[0]?.Effect !== "Allow") throw new Error("The bundle does not allow a good token")
  }
}

/**
 * Runs the bundle in this process, and writes what V8 has compiled by then.
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
  const started = () => {
    if (script === undefined)
      throw new Error(`${outdir} was not built with --code-cache: npm run build -- --code-cache`)
  }
  await runBundle(outdir, { kinds: ["rest", "http"], routes: withRoutes, started })
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
