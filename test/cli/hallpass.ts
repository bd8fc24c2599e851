import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

const outer = mkdtempSync(join(tmpdir(), "hallpass-cli-"))
afterAll(() => rmSync(outer, { recursive: true, force: true }))

/**
 * A folder for one test file, removed when the file is done. It is a package of its own, inside one of another type:
 * what a machine has in its temporary folder must not decide how Node.js reads the modules of a test.
 */
export const folder: string = join(outer, "work")
mkdirSync(folder)
writeFileSync(join(outer, "package.json"), JSON.stringify({ name: "another", type: "commonjs" }))
writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "test", type: "module" }))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs the command in the test's folder, with no configuration in the environment but the given one.
 *
 * @param input the text on standard input; by default nothing
 */
export async function hallpass(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input = "",
): Promise<Ended> {
  const own = Object.entries(process.env).filter(([name]) => !/^HALLPASS_|_PROXY$/i.test(name))
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(own), ...environment },
    stdio: "pipe",
  })
  child.stdin.on("error", () => undefined).end(input) // a command that reads nothing may be gone already
  let [stdout, stderr] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const [code] = await once(child, "close")
  return { code, stdout, stderr }
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
