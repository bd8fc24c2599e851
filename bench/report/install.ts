import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

/** Installs a folder's own packages, exactly those of its lock file, if they are not there. */
export function installOnce(folder: string, what: string): void {
  if (!existsSync(join(folder, "package.json")) || existsSync(join(folder, "node_modules"))) return
  console.log(`Installing ${what} (once, a few seconds) …`)
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder], { stdio: "inherit" })
  if (status !== 0) throw new Error(`npm ci --prefix ${folder} ended with ${status}`)
}
