import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import type { Progress } from "../progress.ts"
import { withLock } from "./lock.ts"
import { missingTools } from "./tools.ts"

/** The folder of the runtime client, or why it cannot be installed. */
export type InstalledClient =
  | { readonly entry: string; readonly version: string; readonly problem?: undefined }
  | { readonly problem: string }

const folder = import.meta.dirname
const entry = join(folder, "node_modules/aws-lambda-ric/index.mjs")
const stampFile = join(folder, "node_modules/.compiled")
const logFile = join(folder, "node_modules/.install.log")
const version: string = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).dependencies["aws-lambda-ric"]
// What was compiled for another system (a checkout that a container mounts) is compiled again.
const stamp = `${version} ${process.platform} ${process.arch}`

/** Installs the runtime client once; several processes may ask at the same time. */
export async function installRuntimeClient(progress: Progress): Promise<InstalledClient> {
  if (isInstalled()) return { entry, version }
  if (process.platform !== "linux") return { problem: `it compiles on Linux only, and this is ${process.platform}` }
  const missing = missingTools()
  if (missing.length > 0) return { problem: `compiling it needs ${missing.join(", ")}, not found here` }
  const text = `Installing AWS's Lambda runtime client (aws-lambda-ric ${version}); it is compiled once, which takes about a minute`
  return progress.during(
    text,
    withLock(folder, async () => {
      if (isInstalled()) return { entry, version }
      const exitCode = await runNpm()
      if (exitCode !== 0)
        return { problem: `\`npm ci\` in local/runtime failed, see local/runtime/node_modules/.install.log` }
      if (!existsSync(join(dirname(entry), "rapid-client.node"))) {
        return { problem: "`npm ci` in local/runtime did not compile it; are npm's install scripts switched off?" }
      }
      writeFileSync(stampFile, stamp)
      return { entry, version }
    }),
  )
}

function isInstalled(): boolean {
  return existsSync(entry) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp
}

async function runNpm(): Promise<number | null> {
  // npm's install scripts take the `node` of the path; it has to be this one, the pinned one.
  const path = [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter)
  const child = spawn("npm", ["ci", "--no-audit", "--no-fund", "--foreground-scripts"], {
    cwd: folder,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const output: Buffer[] = []
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk))
  return new Promise((resolve) => {
    const end = (code: number | null, log: Buffer | string) => {
      mkdirSync(dirname(logFile), { recursive: true })
      writeFileSync(logFile, log)
      resolve(code)
    }
    child.once("error", (error) => end(null, String(error)))
    child.once("close", (code) => end(code, Buffer.concat(output)))
  })
}
