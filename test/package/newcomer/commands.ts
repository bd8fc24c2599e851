import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { endOf } from "../../support/program.ts"

/** The commands of the README's first block under Deploy, one a line. */
export function newcomersCommands(): readonly string[] {
  const page = readFileSync(new URL("../../../README.md", import.meta.url), "utf8")
  const [, block = ""] = /^## Deploy\n[\s\S]*?```sh\n([\s\S]*?)```/m.exec(page) ?? []
  return block.replaceAll("\\\n", " ").trim().split("\n")
}

/** Runs a line in a shell, as a reader does. @throws Error (rejects) with both streams if it fails */
export async function inShell(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn("sh", ["-c", line], { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
  const { code, stdout, stderr } = await endOf(child)
  if (code !== 0) throw new Error(`${line}\nended with ${code}\n${stdout}\n${stderr}`)
  return stdout
}
