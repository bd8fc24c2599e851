import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { TestKey } from "../support/keys.ts"

/** A key server on loopback that does what the test says. It begins with an empty hand: every request waits. */
export interface KeyServer {
  /** Where the key set stands. */
  readonly jwksUri: string
  /** How many requests have arrived so far. */
  readonly requests: number
  /** Resolves when so many requests have arrived, all in all. */
  arrived(count: number): Promise<void>
  /** Answers what waits, and everything from now on, with these keys. */
  serve(...keys: readonly TestKey[]): void
  /** Lets requests wait from now on. */
  hold(): void
  /** Ends every connection without an answer. */
  cut(): void
  stop(): Promise<void>
}

export async function startKeyServer(): Promise<KeyServer> {
  let requests = 0
  let body: string | undefined
  const waiting = new Set<ServerResponse>()
  const watchers = new Set<() => void>()
  const server = createServer((_request, response) => {
    requests++
    if (body === undefined) waiting.add(response)
    else answer(response, body)
    for (const look of watchers) look()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    get requests() {
      return requests
    },
    arrived(count) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (requests < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
    serve(...keys) {
      body = JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })
      for (const response of waiting) answer(response, body)
      waiting.clear()
    },
    hold() {
      body = undefined
    },
    cut() {
      waiting.clear()
      server.closeAllConnections()
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, { "content-type": "application/jwk-set+json" }).end(body)
}
