import { execFile, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { build } from "esbuild"

/** How often a case runs before it is counted, and in each of the blocks that are. */
export interface Iterations {
  readonly warm: number
  readonly perBlock: number
}

/** Odd, so that there is a median. */
const blocks = 9

/** What valgrind says of its version, or undefined if it is not installed. */
export function valgrindVersion(): string | undefined {
  const { status, stdout } = spawnSync("valgrind", ["--version"], { encoding: "utf8" })
  return status === 0 ? stdout.trim() : undefined
}

/** What decides which code OpenSSL and V8 choose: counts of different values are not comparable. */
export function processorKind(): string {
  const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : ""
  const has = (flag: string): boolean => new RegExp(`\\b${flag}\\b`).test(flags)
  const features = ["avx", "avx2", "bmi1", "bmi2", "rdrand"].filter(has)
  return [process.platform, process.arch, ...features].join(" ")
}

// One thread, a fixed seed for hashes: the same program does the same twice. The optimizing compilers start early, so
// that some hundred iterations are as good as the twenty thousand that they would wait for.
const nodeOptions = [
  ...["--predictable", "--single-threaded", "--hash-seed=1", "--random-seed=1"],
  ...["--invocation-count-for-maglev=100", "--invocation-count-for-turbofan=400"],
  // Nothing is collected while it is counted: a collection moved a count by 10 %.
  ...["--max-semi-space-size=64", "--min-semi-space-size=64"],
]

/** Bundles the cases as they are deployed, so that start-up is short. @returns the file to run and how to remove it */
export async function bundleCases(): Promise<{ readonly file: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-instructions-"))
  await build({
    entryPoints: [join(import.meta.dirname, "child.ts")],
    outdir: folder,
    ...{ bundle: true, splitting: true, minify: true, format: "esm", platform: "node", target: "node22" },
    mainFields: ["module", "main"],
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  })
  return { file: join(folder, "child.mjs"), remove: () => rmSync(folder, { recursive: true }) }
}

/** Instructions of one iteration of a case: the median of some blocks in one process, after it has warmed up. */
export async function countInstructions(file: string, name: string, { warm, perBlock }: Iterations): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-callgrind-"))
  try {
    const options = [
      ...["--tool=callgrind", "--smc-check=all-non-file", "--dump-before=uv_os_getpriority"],
      `--callgrind-out-file=${join(folder, "counts")}`,
    ]
    const program = [process.execPath, ...nodeOptions, file, name, ...[warm, blocks, perBlock].map(String)]
    // A clean environment: its size and NODE_OPTIONS would change what is counted.
    await promisify(execFile)("valgrind", [...options, ...program], { env: { PATH: process.env.PATH } })
    // counts.1 ends at the first mark, before the first block; every further one at the end of a block.
    const counts = Array.from({ length: blocks }, (_, block) => totalIn(join(folder, `counts.${block + 2}`)))
    return Math.round((counts.sort((a, b) => a - b)[blocks >> 1] ?? Number.NaN) / perBlock)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function totalIn(file: string): number {
  const text = existsSync(file) ? readFileSync(file, "utf8") : ""
  const total = Number(/^(?:totals|summary): (\d+)$/m.exec(text)?.[1])
  if (total > 0) return total
  throw new Error(`callgrind saw fewer marks than there are; is ${process.execPath} a plain Node build?`)
}
