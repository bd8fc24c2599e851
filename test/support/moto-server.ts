import { type ChildProcess, spawn } from "node:child_process"
import { afterAll, beforeAll, vi } from "vitest"
import { pythonProgram } from "./python-program.ts"
import { moto } from "./tools.ts"

/** Starts moto for the tests of a file, if it is there, and leads the AWS SDK to it. */
export function useMotoServer(): void {
  let server: ChildProcess | undefined

  beforeAll(async () => {
    if (!moto.isThere) return
    server = spawn(pythonProgram("moto_server")?.path ?? "", ["-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "pipe", "pipe"],
    })
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    let said = ""
    const listen = (chunk: Buffer): void => {
      said += chunk
      const address = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said)?.[0]
      if (address !== undefined) resolve(address)
    }
    server.stdout?.on("data", listen)
    server.stderr?.on("data", listen)
    server.on("exit", () => reject(new Error(`moto_server has ended: ${said}`)))
    vi.stubEnv("AWS_ENDPOINT_URL", await promise)
    vi.stubEnv("AWS_REGION", "eu-west-1")
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test")
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test")
    vi.stubEnv("AWS_SESSION_TOKEN", "")
  })
  afterAll(() => {
    server?.removeAllListeners("exit")
    server?.kill()
    vi.unstubAllEnvs()
  })
}
