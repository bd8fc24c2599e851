import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process"
import { once } from "node:events"
import { connect, createServer } from "node:net"
import type { Readable, Writable } from "node:stream"
import { text } from "node:stream/consumers"

/** A program that listens on loopback. */
export interface ListeningProgram {
  /** What it wrote to standard output and error. */
  output(): string
  /** @param signal default SIGTERM */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Waits until a program has ended. */
export async function endOf(
  child: ChildProcessByStdio<Writable | null, Readable, Readable>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const [[code], stdout, stderr] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** A port on loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (typeof address !== "object" || address === null) throw new Error("no free port")
  return address.port
}

/** Starts a program, and resolves once its port takes connections; rejects when it has ended before. */
export async function startProgram(program: string, words: readonly string[], port: number): Promise<ListeningProgram> {
  const child = spawn(program, [...words], { stdio: ["ignore", "pipe", "pipe"] })
  const written: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => written.push(chunk))
  const output = (): string => Buffer.concat(written).toString()
  await listening(child, port, output)
  return {
    output,
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null) return
      const ended = new Promise((done) => child.once("exit", done))
      child.kill(signal)
      await ended
    },
  }
}

async function listening(child: ChildProcess, port: number, output: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}: ${output()}`)
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => done(true))
      socket.on("error", () => done(false))
      socket.on("connect", () => socket.destroy())
    })
    if (open) return
    await new Promise((done) => setTimeout(done, 10))
  }
}
