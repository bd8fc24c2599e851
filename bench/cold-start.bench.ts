// What a cold start costs: importing the bundle in a fresh process, and starting it under AWS's own runtime client until
// it is ready and until its first answer. Ratios and differences within one run count; times belong to this machine.
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { startKeyServer } from "../test/support/key-server.ts"
import { awsName, bareName, buildSubjects, ownName, type Subject, type Subjects } from "./cold/bundles.ts"
import { allows, eventWith } from "./cold/event.ts"
import { type NodeVersion, prepare } from "./cold/install.ts"
import { inRounds, type Samples } from "./cold/rounds.ts"
import { importSample, startFunction } from "./cold/samples.ts"
import { publish, quick, type ResultRow } from "./results.ts"
import { median } from "./statistics.ts"
import { benchKey, tokens } from "./tokens.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

/** Import of the bundle above that of the bare handler. */
const importBudgetMs = 5
const importRounds = quick ? 3 : 15
const startRounds = quick ? 3 : 11
/** From the arrival of a request to the answer of the key server. TCP and TLS shake hands on loopback before. */
const keyServerMs = 20
/** Nobody listens there: an import, or an answer with known keys, must not need anybody. */
const nowhere = "https://127.0.0.1:9/keys"

const key = benchKey("RS256")
const [token] = tokens(key, 1, 800)
if (token === undefined) throw new Error("no token")
const event = eventWith(token)
const rows: ResultRow[] = []

const { client, versions } = await prepare()
const folder = mkdtempSync(join(tmpdir(), "hallpass-cold-"))
const server = await startKeyServer({
  respond: ({ response }) => {
    const body = JSON.stringify({ keys: [key.jwk] })
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), keyServerMs)
  },
})
const fetched = { jwksUri: `${server.origin}/keys`, ca: server.ca }
try {
  const subjects = await buildSubjects(folder, key)
  console.log(`${cpus()[0]?.model ?? "unknown processor"}; a fresh process and a clean environment per sample`)
  console.log(`runtime client: ${client.name}; key server: loopback https, answers after ${keyServerMs} ms`)
  console.log("node     case                                  subject                       ms (median)  above bare")
  for (const version of versions) {
    await imports(version, subjects)
    await starts(version, subjects)
  }
} finally {
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
publish("cold-start", rows)
const failed = rows.some(({ holds }) => holds === false)
console.log(failed ? "over budget, or slower than a peer: see above" : "within budget, and faster than every peer")
process.exitCode = failed && !quick ? 1 : 0 // a short run is too short to judge by

async function imports({ name, program }: NodeVersion, { seeded, fetching }: Subjects): Promise<void> {
  const launch = { node: program }
  const sample = (subject: Subject, sent?: unknown) =>
    importSample(subject, launch, subject.environment({ jwksUri: nowhere }), sent)
  const bare = seeded.filter((subject) => subject.name === bareName)
  const imported = await inRounds(importRounds, [...bare, ...fetching], (subject) => sample(subject))
  report(`${name}: import`, imported, ({ importMs }) => importMs, importBudgetMs)
  const answered = await inRounds(importRounds, seeded, async (subject) => {
    const taken = await sample(subject, event)
    check(subject, taken.answer)
    if (subject.name === ownName) {
      if (taken.network.length > 0) throw new Error(`An answer by a snapshot loaded ${taken.network.join(", ")}`)
      if (!taken.output.includes('"_aws"')) throw new Error("The first answer left no metric")
    }
    return taken
  })
  report(`${name}: import and first answer, known keys`, answered, ({ answerMs }) => answerMs)
}

async function starts({ name, program }: NodeVersion, { seeded, fetching }: Subjects): Promise<void> {
  const launch = { node: program }
  const start = (keys: Parameters<Subject["environment"]>[0]) => async (subject: Subject) => {
    const started = await startFunction(subject, launch, client.entry, subject.environment(keys), event)
    await started.stop()
    check(subject, started.answer)
    return started
  }
  const known = await inRounds(startRounds, seeded, start(fetched))
  report(`${name}: spawn to ready`, known, ({ readyMs }) => readyMs)
  report(`${name}: spawn to answer, known keys`, known, ({ answerMs }) => answerMs)
  const bare = seeded.filter((subject) => subject.name === bareName)
  const remote = await inRounds(startRounds, [...bare, ...fetching], start(fetched))
  report(`${name}: spawn to answer, fetched keys`, remote, ({ answerMs }) => answerMs)
}

/** Right before fast: every answer of every sample is looked at. */
function check({ name }: Subject, answer: unknown): void {
  const good = name === bareName ? (answer as { isAuthorized?: unknown }).isAuthorized : token && allows(answer, token)
  if (good !== true) throw new Error(`${name} is wrong: ${JSON.stringify(answer)}`)
}

/** Prints and keeps the medians of one case. hallpass has to be faster than aws-jwt-verify with Powertools, and within its budget. */
function report<T>(measured: string, samples: Samples<T>, msOf: (sample: T) => number, budgetMs?: number): void {
  const medians = new Map([...samples].map(([name, all]) => [name, median(all.map(msOf))]))
  const [bare, peer] = [medians.get(bareName) ?? Number.NaN, medians.get(awsName) ?? Number.NaN]
  for (const [subject, value] of medians) {
    const own = subject === ownName
    const above = value - bare
    const holds = value < peer && (budgetMs === undefined || above <= budgetMs)
    rows.push({
      ...{ case: measured, subject, value, unit: "ms", ratio: value / bare, ratioTo: bareName },
      ...(own ? { holds, note: noteOf(above, budgetMs) } : {}),
    })
    const [version = "", text = ""] = measured.split(": ")
    const verdict = !own || holds ? "" : value >= peer ? `  not faster than ${awsName}` : `  budget ${budgetMs}`
    console.log(
      `${version.slice(5).padEnd(8)} ${text.padEnd(37)} ${subject.padEnd(29)} ${value.toFixed(1).padStart(11)} ${above.toFixed(1).padStart(11)}${verdict}`,
    )
  }
}

function noteOf(aboveMs: number, budgetMs: number | undefined): string {
  const difference = `${aboveMs.toFixed(1)} ms above the bare handler`
  return budgetMs === undefined ? `${difference}.` : `${difference}; at most ${budgetMs} ms are allowed.`
}
