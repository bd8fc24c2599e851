import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Installs a folder's own packages, exactly those of its lock file, unless just those are there. */
export function installOnce(folder: string, what: string): void {
  if (!existsSync(join(folder, "package.json")) || isInstalled(folder)) return
  console.log(`Installing ${what} (once, a few seconds) …`)
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder], { stdio: "inherit" })
  if (status !== 0) throw new Error(`npm ci --prefix ${folder} ended with ${status}`)
}

interface Lock {
  readonly packages: { readonly [path: string]: { readonly version?: string; readonly optional?: boolean } }
}

/** Whether what is installed has the versions of the lock file. Packages for other platforms are left out by npm. */
function isInstalled(folder: string): boolean {
  const [wanted, there] = [
    readLock(join(folder, "package-lock.json")),
    readLock(join(folder, "node_modules/.package-lock.json")),
  ]
  if (wanted === undefined || there === undefined) return false
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) => path === "" || optional === true || there.packages[path]?.version === version,
  )
}

function readLock(file: string): Lock | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Lock) : undefined
}
