import { afterEach, beforeEach, vi } from "vitest"
import { noteOutput } from "./noted-output.ts"

/** A JSON line that was written. */
export type Line = { readonly [member: string]: unknown }

/** Everything that is written from here on, and kept from the terminal until `vi.restoreAllMocks()`. */
export interface Output {
  text(): string
  /** The JSON lines. */
  lines(): Line[]
  /** Those in the embedded metric format. */
  metrics(): Line[]
  /** The other ones. */
  records(): Line[]
}

/**
 * Takes over standard output and standard error: Powertools writes through consoles of its own, so both are watched.
 */
export function captureOutput(): Output {
  let written = ""
  const keep = (chunk: unknown): boolean => {
    written += String(chunk)
    noteOutput(String(chunk))
    return true
  }
  vi.spyOn(process.stdout, "write").mockImplementation(keep)
  vi.spyOn(process.stderr, "write").mockImplementation(keep)
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation((...args) => void keep(`${args.join(" ")}\n`))
  const lines = (): Line[] =>
    written
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Line)
  return {
    text: () => written,
    lines,
    metrics: () => lines().filter((line) => "_aws" in line),
    records: () => lines().filter((line) => !("_aws" in line)),
  }
}

/** The output of each test of a file, by itself, in an environment that does not tell Powertools where it runs. */
export function outputOfEachTest(): Output {
  let current: Output | undefined
  beforeEach(() => {
    vi.stubEnv("POWERTOOLS_DEV", "false")
    vi.stubEnv("_X_AMZN_TRACE_ID", undefined)
    current = captureOutput()
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })
  const now = (): Output => {
    if (current === undefined) throw new Error("no test runs")
    return current
  }
  return {
    text: () => now().text(),
    lines: () => now().lines(),
    metrics: () => now().metrics(),
    records: () => now().records(),
  }
}
