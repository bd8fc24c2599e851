import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join, resolve } from "node:path"
import type { Measured, Results } from "./results.ts"

const root = resolve(import.meta.dirname, "../..")

/** Where figures come from. No name of the machine and no path in it. */
export function provenance(): Pick<Results, "machine" | "node" | "packages"> {
  const all = cpus()
  const machine = { platform: process.platform, arch: process.arch, cpu: all[0]?.model.trim() ?? "unknown" }
  const memoryGb = Math.round(totalmem() / 1024 ** 3)
  return {
    machine: { ...machine, logicalCpus: all.length, memoryGb },
    node: process.versions.node,
    packages: packages(),
  }
}

/** What is about to be measured. */
export function revision(): Pick<Measured, "commit" | "changed"> {
  const git = (...args: string[]): string =>
    spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? ""
  const changes = git("status", "--porcelain", "--", ".", ":!bench/results", ":!bench/README.md")
  return { commit: git("rev-parse", "--short=12", "HEAD") || "unknown", changed: changes !== "" }
}

/** hallpass with what it depends on, and what the benches compare with, as installed. */
function packages(): { readonly [name: string]: string } {
  const manifest = (...at: string[]): { version: string; dependencies?: object } =>
    JSON.parse(readFileSync(join(...at, "package.json"), "utf8"))
  const versions = [root, join(root, "bench")].flatMap((folder) =>
    Object.keys(manifest(folder).dependencies ?? {}).map((name) => [
      name,
      manifest(folder, "node_modules", name).version,
    ]),
  )
  return Object.fromEntries([["hallpass", manifest(root).version], ...versions].sort())
}
