import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { progressOn } from "../../local/progress.ts"
import { prepareRuntimeClient, type RuntimeClient } from "../../local/runtime/client.ts"

const here = import.meta.dirname

/** A Node.js to measure on. */
export interface NodeVersion {
  readonly name: string
  readonly program: string
}

/** Installs, once, the comparators and the second Node.js of this folder, and AWS's runtime client. */
export async function prepare(): Promise<{ client: RuntimeClient; versions: readonly NodeVersion[] }> {
  if (!existsSync(join(here, "node_modules/jwks-rsa"))) {
    console.log("Installing what the cold start is compared with, and a Node.js 22 (once, 200 MB) …")
    const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", here], { stdio: "inherit" })
    if (status !== 0) throw new Error("npm ci in bench/cold failed; the lines above say why")
  }
  const client = await prepareRuntimeClient(progressOn(process.stderr))
  const versions = [{ name: versionOf(process.execPath), program: process.execPath }]
  const other = join(here, "node_modules/node-22/bin/node")
  // The package holds a binary for x64 Linux with glibc.
  try {
    versions.push({ name: versionOf(other), program: other })
  } catch {
    console.log("!!! NOT MEASURED ON NODE 22: its binary does not run on this machine")
  }
  return { client, versions }
}

function versionOf(program: string): string {
  const { stdout, status } = spawnSync(program, ["--version"], { encoding: "utf8", env: {} })
  if (status !== 0) throw new Error(`${program} does not run`)
  return `Node ${stdout.trim().slice(1)}`
}
