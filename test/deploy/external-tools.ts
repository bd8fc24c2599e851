import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { withLock } from "../../local/runtime/lock.ts"

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly output: string
}

export const root: string = fileURLToPath(new URL("../..", import.meta.url))
const cdkFolder = join(root, "examples/cdk")

export function run(
  program: string,
  parameters: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    ...options,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  return { code: status, output: `${stdout ?? ""}${stderr ?? ""}${error === undefined ? "" : String(error)}` }
}

/**
 * Installs the command line of the CDK for its example, once. Several processes may ask at the same time.
 *
 * @returns the folder with the packages
 * @throws Error (rejects) when npm fails
 */
export async function installCdkExample(): Promise<string> {
  const modules = join(cdkFolder, "node_modules")
  const install = async (): Promise<string> => {
    if (isInstalled(modules)) return modules
    console.info("Installing the command line of the AWS CDK for its example, once: npm ci --prefix examples/cdk")
    const { code, output } = run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: cdkFolder, env: ownEnvironment() })
    if (code !== 0) throw new Error(`npm ci in examples/cdk failed:\n${output.slice(-4000)}`)
    return modules
  }
  return process.platform === "linux" ? withLock(cdkFolder, install) : install() // the lock is Linux's
}

/**
 * Compiler options for code that uses the CDK. Its entry also exports a namespace for each service of AWS, which take
 * half of the time to read. A use of one would be refused.
 */
export const coreOfCdk: { readonly paths: { readonly [specifier: string]: readonly string[] } } = {
  paths: { "aws-cdk-lib": [join(root, "node_modules/aws-cdk-lib/core/index.d.ts")] },
}

/** Versions are pinned in the example's package.json. */
function isInstalled(modules: string): boolean {
  return Object.entries(manifest(cdkFolder).devDependencies ?? {}).every(([name, version]) => {
    const folder = join(modules, name)
    return existsSync(join(folder, "package.json")) && manifest(folder).version === version
  })
}

interface Manifest {
  readonly version: string
  readonly devDependencies?: { readonly [name: string]: string }
}
function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
}

/** Without what an outer `npm run` puts there, which would turn the inner npm towards this project. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const outer = /^npm_(?:command|lifecycle_|package_|config_local_prefix)/
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !outer.test(key)))
}
