import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Writable } from "node:stream"
import { commands } from "../../src/cli/commands.ts"
import { runCommand } from "../../src/cli/frame/program.ts"
import { forEachFile } from "../support/file-parts.ts"

/** A folder of one test file, removed when the file is done. */
export let folder = ""
forEachFile({
  make() {
    folder = mkdtempSync(join(tmpdir(), "hallpass-command-"))
  },
  remove: () => rmSync(folder, { recursive: true, force: true }),
})

/** Writes a file of the folder: a text or bytes as they are, anything else as JSON. @returns its whole path */
export function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content))
  return path
}

/** Runs a command in this process. @param terminal whether standard error is one */
export async function command(
  words: readonly string[],
  terminal = false,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: "", stderr: "" }
  const stream = (name: keyof typeof written): Writable & { isTTY: boolean } =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          written[name] += String(chunk)
          done()
        },
      }),
      { isTTY: terminal && name === "stderr" },
    )
  const [name = "", ...rest] = words
  const loaded = await commands[name]?.load()
  if (loaded === undefined) throw new Error(`no command ${name}`)
  const code = await runCommand(name, loaded, rest, { stdout: stream("stdout"), stderr: stream("stderr") })
  return { code, ...written }
}
