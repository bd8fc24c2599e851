import { spawnSync } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"

/** Installs a folder's own packages, those of its lock file, unless that was done since the lock file changed. */
export function installOnce(folder: string, what: string): void {
  const [lock, done] = ["package-lock.json", "node_modules/.package-lock.json"].map((file) => join(folder, file))
  if (existsSync(done as string) && statSync(done as string).mtimeMs >= statSync(lock as string).mtimeMs) return
  console.log(`Installing ${what} (once, a few seconds) …`)
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder], { stdio: "inherit" })
  if (status !== 0) throw new Error(`npm ci --prefix ${folder} ended with ${status}`)
}
