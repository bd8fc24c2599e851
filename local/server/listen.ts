import type { Server } from "node:http"
import type { AddressInfo } from "node:net"

const tries = 100

/**
 * Listens on loopback: on the wanted port, or on the next one that is free.
 *
 * @param wanted 0 for any free port
 * @returns the port
 */
export async function listenOnLoopback(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; ; port++) {
    try {
      await listening(server, port)
      return (server.address() as AddressInfo).port
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const next = wanted !== 0 && port < wanted + tries && port < 65_535
      if (!next || (code !== "EADDRINUSE" && code !== "EACCES")) throw error
    }
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject)
      resolve()
    })
  })
}

/** Ends a server with everything that is connected to it. */
export async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
