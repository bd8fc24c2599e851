import { rmSync } from "node:fs"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { Ended } from "../cli/hallpass.ts"
import { inShell } from "../cli/in-shell.ts"

/** Runs lines of a page in a folder, one after the other. */
export interface PageLines {
  run(line: string): Promise<Ended>
  /** Starts a program with these words in place of a line. */
  start(words: readonly string[]): Promise<Ended>
  /** Ends the service, and removes the folder. */
  close(): void
}

/**
 * A folder whose programs come before all others, and an account of AWS in which one service answers.
 *
 * @param service as the AWS SDK names it in a variable: `SECRETS_MANAGER`
 */
export async function pageLines(folder: string, service: string, server: Server): Promise<PageLines> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const env = {
    ...{ PATH: `${folder}:${process.env.PATH}`, HOME: folder, AWS_REGION: "eu-west-1", NO_PROXY: "*" },
    ...{ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
    [`AWS_ENDPOINT_URL_${service}`]: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  }
  const start: PageLines["start"] = (words) => inShell(words, { cwd: folder, env })
  return {
    start,
    run: (line) => start(["bash", "-o", "pipefail", "-c", line]),
    close() {
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
