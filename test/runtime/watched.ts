import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type LambdaProcess, startLambdaProcess } from "../../local/runtime/lambda-process.ts"
import type { GatewayEvent } from "../../local/table/event.ts"
import type { KeyOptions } from "../../src/index.ts"
import { buildBundle } from "../support/bundle.ts"
import { http2 } from "../support/events.ts"
import { forEachFile } from "../support/file-parts.ts"
import type { TestKey } from "../support/keys.ts"
import { audience, issuer, mint } from "../support/mint.ts"
import { bundle, runtimeClient } from "./prepared.ts"

type Invoked = Awaited<ReturnType<LambdaProcess["invoke"]>>

/** The built bundle in a process that can be frozen, and whose last words are kept. */
export interface WatchedFunction {
  /** Sends a request with a good token of this key; fails when no answer comes at all. */
  request(key: TestKey): Promise<Invoked>
  /** Stops the process as Lambda does between invocations, long enough for every deadline of the test to pass. */
  freeze(meanwhile?: () => void): Promise<void>
  /** Lets a second pass on the clock, and nothing of any deadline. */
  wait(): void
  /** What went wrong unseen: unhandled rejections, uncaught errors, warnings, and unexpected text on standard error. */
  faults(): string
}

/** A folder of one test file. */
let scratch = ""
forEachFile({
  make() {
    scratch = mkdtempSync(join(tmpdir(), "hallpass-watched-"))
  },
  remove: () => rmSync(scratch, { recursive: true, force: true }),
})
const running = new Set<LambdaProcess>()

/** Stops what `startWatched` has started. `each-file.ts` does it after each test. */
export async function stopWatched(): Promise<void> {
  await Promise.all([...running].map((lambda) => lambda.stop()))
  running.clear()
}

/** The deadline of a key fetch, and how long a freeze takes for the function: longer. */
const [timeoutMs, frozenMs] = [300, 500]
/** Says what did not come, before the test's own time is over. */
const patienceMs = 100_000

/**
 * The function's clocks and longer timers stand still. SIGUSR2 lets the time of a freeze pass for all of them, SIGHUP a
 * second for the wall clock alone. So no deadline is over because the machine is busy, and no test waits for one.
 */
const standstill = `
  let [passedMs, wallMs] = [0, Date.now()]
  const { setTimeout: after, clearTimeout: drop } = globalThis
  const waiting = new Set()
  Date.now = () => wallMs
  performance.now = () => passedMs
  globalThis.setTimeout = (work, ms = 0, ...rest) => {
    if (!(ms >= 50)) return after(work, ms, ...rest)
    const timer = { dueMs: passedMs + ms, work: () => work(...rest), ref: () => timer, unref: () => timer }
    waiting.add(timer)
    return timer
  }
  globalThis.clearTimeout = (timer) => void (waiting.delete(timer) || drop(timer))
  process.on("SIGUSR2", () => {
    passedMs += ${frozenMs}
    wallMs += ${frozenMs}
    for (const timer of waiting) if (timer.dueMs <= passedMs && waiting.delete(timer)) timer.work()
  })
  process.on("SIGHUP", () => void (wallMs += 1000))`

const watch = (file: string): string => `
  import { appendFileSync } from "node:fs"
  const note = (kind) => (fault) => appendFileSync(${JSON.stringify(file)}, kind + ": " + (fault?.stack ?? fault) + "\\n")
  for (const kind of ["unhandledRejection", "uncaughtExceptionMonitor", "warning"]) process.on(kind, note(kind))
  const write = process.stderr.write.bind(process.stderr)
  // Records of the decisions and fetches that the tests provoke are no faults.
  const expected = /^\\{.*"message":"(?:key set not fetched|request undecided|request refused)"/
  process.stderr.write = (text, ...rest) => {
    if (!expected.test(text)) note("stderr")(text)
    return write(text, ...rest)
  }
  process.stdout.write(JSON.stringify({ pid: process.pid }) + "\\n")`

let count = 0

/** Starts the bundle with one issuer whose keys are at `jwksUri`. */
export async function startWatched(
  jwksUri: string,
  keys: KeyOptions = {},
  folder: string = bundle,
): Promise<WatchedFunction> {
  const faultFile = join(scratch, `faults-${++count}`)
  writeFileSync(faultFile, "")
  const configuration = {
    issuers: [{ provider: "oidc", issuer, audience, jwksUri }],
    cache: { maxTokens: 0 },
    keys: { allowHttpLoopback: true, timeoutMs, cooldownSeconds: 1, ...keys },
  }
  const environment = {
    HALLPASS_CONFIG: JSON.stringify(configuration),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch(faultFile) + standstill)}`,
  }
  const lambda = await startLambdaProcess({ folder, environment, client: runtimeClient })
  running.add(lambda)
  const pid = lambda.initLines.find((line) => "pid" in line)?.pid
  if (typeof pid !== "number") throw new Error(`The function did not start: ${JSON.stringify(lambda.initError)}`)
  return {
    request: (key) => soon("an answer", lambda.invoke(eventWithTokenOf(key))),
    async freeze(meanwhile) {
      process.kill(pid, "SIGSTOP")
      meanwhile?.()
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate) // what the server does meanwhile is sent
      process.kill(pid, "SIGUSR2")
      process.kill(pid, "SIGCONT")
    },
    wait: () => void process.kill(pid, "SIGHUP"),
    faults: () => readFileSync(faultFile, "utf8"),
  }
}

/** The value of a promise; an error that names what did not come, instead of a wait without end. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  const patience = new AbortController()
  const late = pause(patienceMs, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`Waited ${patienceMs} ms for ${what}`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    patience.abort()
    late.catch(() => {}) // the abort
  }
}

/** Builds a bundle with a snapshot, into a folder of its own, which it returns. */
export async function buildWithSnapshot(snapshot: unknown): Promise<string> {
  const folder = join(scratch, `bundle-${++count}`)
  const file = `${folder}.json`
  writeFileSync(file, JSON.stringify(snapshot))
  await buildBundle({ outdir: folder, snapshot: file })
  return folder
}

/** A snapshot of these keys, of an age. */
export function snapshotOf(keys: readonly TestKey[], ageSeconds = 60): unknown {
  const takenAt = new Date(Date.now() - ageSeconds * 1000).toISOString()
  return { takenAt, sets: { [issuer]: { keys: keys.map(({ jwk }) => jwk) } } }
}

function eventWithTokenOf(key: TestKey): GatewayEvent {
  // The function's clock is at its start.
  const now = Math.floor(Date.now() / 1000)
  return http2(`Bearer ${mint({ iat: now - 3600, exp: now + 7200 }, { key })}`)
}
