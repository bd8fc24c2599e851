import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import { forEachFile } from "../support/file-parts.ts"
import { endOf } from "../support/program.ts"
import { command } from "./in-process.ts"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

/**
 * A folder of one test file, removed when the file is done. It is a package of its own, inside one of another type: what
 * a machine has in its temporary folder must not decide how Node.js reads the modules of a test.
 */
export let folder = ""
let outer = ""
forEachFile({
  make() {
    outer = mkdtempSync(join(tmpdir(), "hallpass-cli-"))
    folder = join(outer, "work")
    mkdirSync(folder)
    writeFileSync(join(outer, "package.json"), JSON.stringify({ name: "another", type: "commonjs" }))
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "test", type: "module" }))
  },
  remove: () => rmSync(outer, { recursive: true, force: true }),
})

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** No configuration in the environment but the given one. */
function environmentWith(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^HALLPASS_|_PROXY$/i.test(name))
  return { ...Object.fromEntries(own), ...given }
}

/**
 * Runs a command in the test's folder, in this process: starting another one takes longer than most commands.
 *
 * @param input the text on standard input; by default nothing
 */
export async function hallpass(words: readonly string[], given: NodeJS.ProcessEnv = {}, input = ""): Promise<Ended> {
  return await hallpassIn(folder, words, environmentWith(given), input)
}

/** The same in any folder, with this environment and no other. */
export async function hallpassIn(
  cwd: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string,
): Promise<Ended> {
  const before = { env: process.env, folder: process.cwd(), stdin: process.stdin }
  process.env = env
  process.chdir(cwd)
  Object.defineProperty(process, "stdin", {
    value: Readable.from(input === "" ? [] : [Buffer.from(input)]),
    configurable: true,
  })
  try {
    return await command(words)
  } finally {
    process.env = before.env
    process.chdir(before.folder)
    Object.defineProperty(process, "stdin", { value: before.stdin, configurable: true })
  }
}

/** Runs the whole program in a process of its own, as a shell does. */
export async function program(args: readonly string[], given: NodeJS.ProcessEnv = {}, input = ""): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: environmentWith(given), stdio: "pipe" })
  child.stdin.on("error", () => undefined).end(input) // a command that reads nothing may be gone already
  return endOf(child)
}

/** A server on loopback with a document per path; everything else is a 404. Stopped when the test file is done. */
export async function serve(documents: { readonly [path: string]: unknown }): Promise<string> {
  const server = createServer(({ url = "" }, response) => {
    const found = Object.hasOwn(documents, url)
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" })
    response.end(JSON.stringify(found ? documents[url] : { error: "not_found" }))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
