import { spawnSync } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { dirname, join, resolve } from "node:path"
import type { Machine, Measured, Results } from "./results.ts"

const root = resolve(import.meta.dirname, "../..")

/** Where figures come from. No name of the machine and no path in it. */
export function provenance(): Pick<Results, "machine" | "node" | "packages"> {
  return { machine: machine(), node: process.versions.node, packages: packages() }
}

/** What is about to be measured. */
export function revision(): Pick<Measured, "commit" | "changed"> {
  const commit = git("rev-parse", "--short=12", "HEAD")
  const changes = git("status", "--porcelain", "--", ".", ":!bench/results", ":!README.md")
  return { commit: commit === "" ? "unknown" : commit, changed: changes !== "" }
}

function machine(): Machine {
  const all = cpus()
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: all[0]?.model.trim() ?? "unknown",
    logicalCpus: all.length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
  }
}

/** hallpass with what it depends on, and what the benches' own packages depend on, as installed. */
function packages(): { readonly [name: string]: string } {
  const own = read(join(root, "package.json"))
  const versions = new Map([[String(own.name), String(own.version)]])
  for (const file of ["package.json", ...globSync(["bench/package.json", "bench/*/package.json"], { cwd: root })]) {
    if (file.includes("report")) continue // draws, and is not measured
    const folder = join(root, dirname(file))
    for (const name of Object.keys(read(join(root, file)).dependencies ?? {})) {
      const installed = join(folder, "node_modules", name, "package.json")
      try {
        versions.set(name, String(read(installed).version))
      } catch {
        // Not installed: then it was not measured either.
      }
    }
  }
  return Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function read(file: string): { name?: unknown; version?: unknown; dependencies?: object } {
  return JSON.parse(readFileSync(file, "utf8"))
}

function git(...args: readonly string[]): string {
  return spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? ""
}
