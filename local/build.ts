import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/**
 * Builds the deployable bundle into a folder, which it returns.
 *
 * @param sizes where the build prints its sizes: on standard error, or nowhere
 */
export async function buildBundle(
  folder: string = join(root, "build"),
  sizes: "shown" | "hidden" = "shown",
): Promise<string> {
  const build = spawn(process.execPath, ["build.mjs", folder], {
    cwd: root,
    stdio: ["ignore", sizes === "shown" ? process.stderr : "ignore", "inherit"],
  })
  const [code] = await once(build, "exit")
  if (code !== 0) throw new Error("The bundle could not be built; the lines above say why.")
  return folder
}
