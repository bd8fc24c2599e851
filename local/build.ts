import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Builds the deployable bundle into a folder, which it returns. What the build prints goes to standard error. */
export async function buildBundle(folder: string = join(root, "build")): Promise<string> {
  const build = spawn(process.execPath, ["build.mjs", folder], {
    cwd: root,
    stdio: ["ignore", process.stderr, "inherit"],
  })
  const [code] = await once(build, "exit")
  if (code !== 0) throw new Error("The bundle could not be built; the lines above say why.")
  return folder
}
