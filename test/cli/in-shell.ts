// Scripts and lines of a shell whose `hallpass` runs in the process of the tests: a start of Node.js takes longer than
// most commands.
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { endOf } from "../support/program.ts"
import { type Ended, hallpassIn } from "./hallpass.ts"

/**
 * What takes the place of the program. It leaves its words, its folder and, for `-`, its standard input in a folder,
 * says so on a pipe that the shell has from `inShell`, and prints what it finds there.
 */
const standIn = `call=$(mktemp -d)
printf '%s\\0' "$@" >"$call/words"
pwd >"$call/folder"
for word in "$@"; do [ "$word" != - ] || cat >"$call/input"; done
mkfifo "$call/code"
echo "$call" >&3
read -r code <"$call/code"
cat "$call/stdout"
cat "$call/stderr" >&2
rm -r "$call"
exit "$code"
`

/** Writes the program for `inShell`. @param before lines of the shell that come first */
export function writeStandIn(path: string, before: string = ""): string {
  writeFileSync(path, `#!/bin/sh\n${before}${standIn}`)
  chmodSync(path, 0o755)
  return path
}

/** Runs a program that starts `hallpass` any number of times, with this environment and no other. */
export async function inShell(
  [program = "", ...words]: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  const child = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "pipe", "pipe"] })
  const ended = endOf(child as ChildProcessByStdio<Writable | null, Readable, Readable>)
  // One after the other: the folder and the environment are those of the process.
  for await (const call of createInterface(child.stdio[3] as Readable)) await answer(call, env)
  return await ended
}

async function answer(call: string, env: NodeJS.ProcessEnv): Promise<void> {
  const read = (name: string): string => readFileSync(join(call, name), "utf8")
  const words = read("words").split("\0").slice(0, -1)
  const input = existsSync(join(call, "input")) ? read("input") : ""
  const { code, stdout, stderr } = await hallpassIn(read("folder").replace(/\n$/, ""), words, env, input).catch(
    // The shell waits for an answer.
    (error: Error): Ended => ({ code: 2, stdout: "", stderr: `${error.stack}\n` }),
  )
  writeFileSync(join(call, "stdout"), stdout)
  writeFileSync(join(call, "stderr"), stderr)
  await writeFile(join(call, "code"), `${code}\n`)
}
