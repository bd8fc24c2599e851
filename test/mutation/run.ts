// Measures what the tests notice: changes the code of the security-relevant rooms in one small place at a time, and
// runs the tests of the room, then the tests of the public doors, until one fails. test/README.md explains it and has
// the score.
//   npm run mutate -- [--sample 150] [--seed NUMBER] [--rooms token,keys] [--only FILE:LINE] [--full] [--list]
import { spawn } from "node:child_process"
import {
  closeSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import equivalent from "./equivalent.json" with { type: "json" }
import { type Mutant, mutantsOf } from "./mutants.ts"
import { sample } from "./sample.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** Folders of test/ that walk through the public doors, those that notice most first. */
const doors = [
  "attacks",
  "authorizer",
  "configuration",
  "provider",
  "token",
  "route",
  "edge",
  "event",
  "credential",
  "answer",
]
/** Where the tests of a room are: what is run first, and what is run last, because it takes long. */
const testsOf: { readonly [room: string]: readonly [first: readonly string[], last: readonly string[]] } = {
  token: [["token"], ["conformance"]],
  keys: [["keys"], []],
  route: [["route"], ["conformance/policy"]],
  policy: [["policy", "route", "conformance/policy"], []],
  answer: [["answer"], ["observe", "conformance/policy"]],
  edge: [["edge"], ["secret"]],
  credential: [["credential"], []],
  event: [["event"], []],
  provider: [["provider"], ["keys", "conformance"]],
  secret: [["secret"], []],
}

/**
 * Left out: tests that need a program which is not everywhere, that read other files, or that wait for real
 * connections.
 */
const left = ["test/*/{nginx,irules,guides,moto}.test.ts", "test/keys/faults/*.test.ts"]

/** Mutants that a person has read and that change nothing which can be seen from outside. */
const reviewed: readonly (Pick<Placed, "path" | "code" | "from" | "to"> & { readonly why: string })[] = equivalent

interface Placed extends Mutant {
  readonly room: string
  readonly path: string
  readonly line: number
  /** The whole line, without the blanks around it. */
  readonly code: string
}

type Verdict = "noticed" | "timeout" | "survived" | "equivalent"

/** Ends the tests that run. */
let stop = (): void => undefined
const allRooms = Object.keys(testsOf)
const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "150" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 32)) },
    rooms: { type: "string", default: allRooms.join(",") },
    only: { type: "string" },
    full: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
})
const rooms = values.rooms.split(",")
const all = rooms.flatMap(placedMutants)
const [onlyPath, onlyLine] = values.only?.split(":") ?? []
const chosen =
  onlyPath === undefined
    ? sample(all, Number(values.sample), Number(values.seed))
    : all.filter(({ path, line }) => path === onlyPath && (onlyLine === undefined || line === Number(onlyLine)))
console.log(`${all.length} mutants in ${rooms.join(", ")}; ${chosen.length} chosen with seed ${values.seed}`)
if (values.list) for (const mutant of chosen) console.log(text(mutant))
else process.exitCode = await measure(chosen)

function placedMutants(room: string): readonly Placed[] {
  const paths = globSync(`src/${room}/**/*.ts`, { cwd: root }).sort()
  if (paths.length === 0) throw new Error(`There is no room ${room}; the rooms are ${allRooms.join(", ")}`)
  return paths.flatMap((path) => {
    const source = readFileSync(join(root, path), "utf8")
    return mutantsOf(path, source).map((mutant) => {
      const line = source.slice(0, mutant.start).split("\n").length
      return { ...mutant, room, path, line, code: source.split("\n")[line - 1]?.trim() ?? "" }
    })
  })
}

function text({ path, line, from, to }: Placed): string {
  const short = (code: string): string => code.replace(/\s+/g, " ").slice(0, 60)
  return `${path}:${line}  ${short(from)}  →  ${short(to) || "(nothing)"}`
}

function isEquivalent({ path, code, from, to }: Placed): boolean {
  return reviewed.some((one) => one.path === path && one.code === code && one.from === from && one.to === to)
}

/** @returns the exit code */
async function measure(mutants: readonly Placed[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-mutants-"))
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop()
      rmSync(folder, { recursive: true, force: true })
      process.exit(2)
    })
  }
  try {
    copyTree(folder)
    const everything = new Set(mutants.flatMap(({ room }) => groupsOf(folder, room).flat()))
    const [unchanged, unchangedMs] = await timed(() => run(folder, [...everything], 3_600_000))
    if (unchanged !== "survived") {
      console.error(readFileSync(join(folder, "output.txt"), "utf8"))
      throw new Error("The tests fail without a change. Correct them first")
    }
    const limitMs = Math.max(120_000, unchangedMs * 3)
    const survivors: Placed[] = []
    const counts = { noticed: 0, timeout: 0, survived: 0, equivalent: 0 }
    for (const [index, mutant] of mutants.entries()) {
      const [verdict, ms] = await timed(() => verdictOf(folder, mutant, limitMs))
      counts[verdict]++
      if (verdict === "survived") survivors.push(mutant)
      console.log(`${index + 1}/${mutants.length}  ${verdict.padEnd(10)} ${(ms / 1000).toFixed(1)} s  ${text(mutant)}`)
    }
    return report(counts, survivors)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A tree of its own, so that nothing is ever changed in the real one. */
function copyTree(folder: string): void {
  const made = /^(?:node_modules|\.git|build|build-[a-z]+|dist|coverage)(?:\/|$)|\/node_modules(?:\/|$)/
  cpSync(root, folder, { recursive: true, filter: (path) => !made.test(relative(root, path)) })
  for (const path of globSync(left, { cwd: folder })) rmSync(join(folder, path))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now()
  return [await work(), performance.now() - start]
}

async function verdictOf(folder: string, mutant: Placed, limitMs: number): Promise<Verdict> {
  if (isEquivalent(mutant)) return "equivalent"
  const file = join(folder, mutant.path)
  const source = readFileSync(file, "utf8")
  writeFileSync(file, source.slice(0, mutant.start) + mutant.to + source.slice(mutant.end))
  try {
    return await noticed(folder, mutant.room, limitMs)
  } finally {
    writeFileSync(file, source)
  }
}

/** The folders of test/ for a room: its own, the doors, and what takes long. */
function groupsOf(folder: string, room: string): readonly (readonly string[])[] {
  const [own, last] = testsOf[room] ?? [[], []]
  const first = own.filter((name) => existsSync(join(folder, "test", name)))
  return [first, doors.filter((name) => !first.includes(name)), last].filter((names) => names.length > 0)
}

/** Runs the room's tests, then the doors', then what takes long, until one fails. */
async function noticed(folder: string, room: string, limitMs: number): Promise<Verdict> {
  for (const names of groupsOf(folder, room)) {
    const verdict = await run(folder, names, limitMs)
    if (verdict !== "survived") return verdict
  }
  return "survived"
}

function run(folder: string, names: readonly string[], limitMs: number): Promise<Verdict> {
  const log = openSync(join(folder, "output.txt"), "w")
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
  const mode = values.full ? [] : ["--mode=brief"]
  const args = [vitest, "run", "--project=rooms", "--project=alone", "--bail=1", "--reporter=dot", ...mode]
  const child = spawn(process.execPath, [...args, ...names.map((name) => `test/${name}/`)], {
    cwd: folder,
    stdio: ["ignore", log, log],
    detached: true, // a group of its own, so that its workers end with it
    env: { ...process.env, NO_COLOR: "1" },
  })
  stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL")
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop()
      resolve("timeout")
    }, limitMs)
    child.once("error", reject)
    child.once("close", (code) => {
      clearTimeout(timer)
      closeSync(log)
      resolve(code === 0 ? "survived" : "noticed")
    })
  })
}

function report(counts: { readonly [V in Verdict]: number }, survivors: readonly Placed[]): number {
  const found = counts.noticed + counts.timeout
  const judged = found + counts.survived
  if (survivors.length > 0) console.log(`\nSurvivors, to be read by a person:\n${survivors.map(text).join("\n")}`)
  console.log(
    `\nScore: ${judged === 0 ? "–" : `${((100 * found) / judged).toFixed(1)} %`} (${found} of ${judged} noticed, ` +
      `${counts.timeout} of them by never ending; ${counts.equivalent} more change nothing, see equivalent.json)`,
  )
  return found >= 0.9 * judged ? 0 : 1
}
