import { createHash } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:net"
import { setTimeout } from "node:timers/promises"

const retryMs = 250

/**
 * Runs work that only one process at a time may do. The lock is an abstract Unix socket (Linux): taking its name is
 * atomic, and the kernel gives it back when the process ends, however it ends.
 */
export async function withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  // Names of sockets are short (108 bytes), paths are not.
  const socket = `\0hallpass-${createHash("sha256").update(name).digest("hex")}`
  for (;;) {
    const server = createServer()
    try {
      server.listen(socket)
      await once(server, "listening")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
      await setTimeout(retryMs)
      continue
    }
    try {
      return await work()
    } finally {
      server.close()
    }
  }
}
