// Puts brackets around the functions that a start calls. V8 takes a function in brackets for one that is called at once,
// and compiles it with the file. Every other one it parses twice: with the file, and when it is called.
//   node build-brackets.mjs FILE KIND [ISSUER]
// prints where in FILE the functions are that a start calls. KIND is of the first event, rest or http; or own, for the
// start with the bundle's configuration. ISSUER is what tokens call one of its issuers.
import { execFile } from "node:child_process"
import { readFile, realpath, writeFile } from "node:fs/promises"
import { Session } from "node:inspector/promises"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { parseSync, Visitor } from "oxc-parser"
import { runBundle, runEnvironment } from "./build-code-cache.mjs"

/** A shorter function is parsed twice faster than two more characters are read. */
const leastLength = 60

/**
 * Brackets the functions of a start that is written already: those that it calls before its first answer, whatever kind
 * of API asks. They are found by running it. What is called for one kind only is compiled when it is called, because
 * compiling a function that is not called takes longer than parsing one twice.
 *
 * @param {string} file of one function in brackets, with the start in it
 * @param {{ ownConfiguration: boolean, issuer?: string | undefined }} options whether the bundle holds one that it can
 *   start with here, and what tokens call one of its issuers
 * @returns {Promise<boolean>} false if the bundle cannot be run here, because of what its configuration needs; the start
 *   is as it was then
 */
export async function bracketStart(file, { ownConfiguration, issuer = "" }) {
  const env = runEnvironment()
  const calls = async (kind) => {
    const given = [fileURLToPath(import.meta.url), file, kind, issuer]
    const { stdout } = await promisify(execFile)(process.execPath, given, { env, timeout: 30_000 })
    const { start, answers, first } = JSON.parse(stdout)
    return { start: new Set(start), answers: new Set(answers), first: new Set(first) }
  }
  const [rest, http, own] = await Promise.all(
    ["rest", "http", ...(ownConfiguration ? ["own"] : [])].map((kind) => calls(kind).catch(() => undefined)),
  )
  if (rest === undefined || http === undefined) return false
  const both = rest.answers.intersection(http.answers)
  // The own token is refused, which calls what good starts do not call. The others read their issuer at once.
  const called = own
    ? both
        .union(own.start)
        .union(own.first)
        .union(own.answers.intersection(both.union(rest.start)))
    : both.union(rest.start)
  const text = bracketed(await readFile(file, "utf8"), called)
  if (text === undefined) return false
  await writeFile(file, text)
  return true
}

/**
 * @param {string} text the start, which is its first function, and perhaps the entry with the configuration, which stays
 *   as it is
 * @param {ReadonlySet<number>} called where the functions begin
 * @returns {string | undefined} undefined if none of the functions is there
 */
export function bracketed(text, called) {
  const { program, errors } = parseSync("start.mjs", text)
  if (errors.length > 0) throw new Error(`The start cannot be read: ${errors[0].message}`)
  const brackets = []
  const methods = new Set()
  let whole
  const isCalled = ({ start, end }) =>
    called.has(start) && end - start >= leastLength && start > whole.start && end < whole.end
  const expression = (node) => {
    whole ??= node
    if (isCalled(node) && !methods.has(node)) brackets.push([node.start, "("], [node.end, ")"])
  }
  // The function of a method is an expression, too, but cannot be in brackets.
  const member = ({ kind, method, value }) => {
    if (method !== false || kind !== "init") methods.add(value)
  }
  new Visitor({
    ...{ FunctionExpression: expression, ArrowFunctionExpression: expression },
    ...{ MethodDefinition: member, Property: member },
  }).visit(program)
  const { body } = whole.body
  brackets.sort(([one], [other]) => one - other)
  const slice = (from, to) => {
    let [out, at] = ["", from]
    for (const [place, bracket] of brackets) {
      if (bracket === "(" ? place < from || place >= to : place <= from || place > to) continue
      out += text.slice(at, place) + bracket
      at = place
    }
    return out + text.slice(at, to)
  }
  // A declaration cannot be in brackets. The variables go first, because declarations are there before all else, too.
  const declared = body.filter((node) => node.type === "FunctionDeclaration" && isCalled(node))
  if (declared.length + brackets.length === 0) return undefined
  const variables = declared.map(
    ({ id, start, end }) => `${id.name}=(${slice(start, id.start).trimEnd()}${slice(id.end, end)})`,
  )
  let at = body[0].end // after "use strict"
  let out = slice(0, at) + (declared.length > 0 ? `var ${variables};` : "")
  for (const { start, end } of declared) {
    out += slice(at, start)
    at = end
  }
  return out + slice(at, text.length)
}

/** Lets the bundle read an issuer, with a token of it whose signature is wrong. No key is fetched for that. */
async function refuse(handler, iss) {
  for (const name of ["node:http", "node:https"])
    process.getBuiltinModule(name).request = () => {
      throw new Error("There is no network where a bundle is built")
    }
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const token = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded({ iss })}.${Buffer.alloc(256).toString("base64url")}`
  const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET/warm"
  await handler({ type: "TOKEN", methodArn, authorizationToken: `Bearer ${token}` }, {}).catch(() => undefined)
}

/**
 * Lets the first decisions of a start with bundled routes decide, if they are in the start. There is no token that the
 * bundle's own configuration would take, so they get another table.
 */
async function decideFirst(outdir) {
  const members = Object.values(globalThis[Symbol.for(pathToFileURL(join(outdir, "/")).href)])
  // What it makes has such a method. Others call it, or have it of another form.
  const firstTable = members.find(
    (each) => typeof each === "function" && /=>\(\{[^{}]*,checkPrincipalPolicy\(/.test(each),
  )
  if (firstTable === undefined) return
  const { compileConfiguration } = await import("./src/deployment.ts")
  const issuers = [{ provider: "oidc", issuer: "https://issuer.invalid/", audience: "warm" }]
  const routes = { "GET /warm/{id}": { scopes: ["warm"] } }
  const { first } = compileConfiguration({ issuers, routes }, "")
  const { decide, permitted } = firstTable(first).checkPrincipalPolicy({ routes }, {})
  const principal = { scopes: ["warm"] }
  decide({ method: "GET", arn: { method: "GET", path: "/warm/1" } }, principal).covers.form()
  permitted(principal)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, issuer] = process.argv.slice(3)
  const file = await realpath(process.argv[2]) // as Node.js names what it runs
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false })
  const called = async () => {
    const { result } = await session.post("Profiler.takePreciseCoverage")
    const scripts = result.filter(({ url }) => url === file || url === pathToFileURL(file).href)
    const functions = scripts.flatMap((script) => script.functions.map(({ ranges }) => ranges[0]))
    return functions.filter(({ count }) => count > 0).map(({ startOffset }) => startOffset)
  }
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = () => true // the bundle's own records and metrics
  let start
  const started = async () => {
    start = await called()
  }
  if (kind === "own") {
    const { handler } = await import(pathToFileURL(join(dirname(file), "authorizer.mjs")).href)
    await started()
    if (issuer) await refuse(handler, issuer)
  } else await runBundle(dirname(file), { kinds: [kind], started })
  const answers = await called()
  if (kind === "own") await decideFirst(dirname(file))
  write(JSON.stringify({ start, answers, first: await called() }), () => process.exit(0))
}
