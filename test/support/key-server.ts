import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer as createHttpsServer, type ServerOptions } from "node:https"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { certificates } from "./key-server-certificates.ts"

/** One request to a key server, and every means to answer it badly. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The TLS connection, for what `node:http` is too correct to send. */
  readonly socket: Socket
  /** How many requests came before this one since the server took up its behaviour. */
  readonly earlier: number
  /** `https://127.0.0.1:port` */
  readonly origin: string
  /** Ends the TCP connection with a reset instead of a close. */
  reset(): void
  /** Nothing that matters follows any more: only the client's deadline ends the exchange. */
  stalled(): void
}

/** How a key server behaves. */
export interface Behaviour {
  /** Takes the bare TCP connection; there is no TLS then. */
  readonly connect?: (socket: Socket) => void
  /** Changes of the TLS server: other certificates, versions. */
  readonly tls?: ServerOptions
  readonly respond?: (exchange: Exchange) => void
}

/** A server of key sets on loopback https. */
export interface KeyServer {
  readonly origin: string
  /** PEM text of the authority behind its certificate: for `keys.ca`. */
  readonly ca: string
  /** Changes the behaviour for the connections to come, and forgets what was counted. */
  behave(behaviour: Behaviour): void
  /** TCP connections since then. */
  readonly connections: number
  /** Requests since then: the headers of each, with its path as `:path`. */
  readonly requests: readonly { readonly [header: string]: unknown }[]
  /**
   * Resolves as soon as so many exchanges have stalled since the server took up its behaviour; bare connections count.
   */
  stalls(count: number): Promise<void>
  /** Ends every connection and the server. */
  close(): void
}

/** Starts a key server on a port of its own. */
export async function startKeyServer(behaviour: Behaviour): Promise<KeyServer> {
  const { ca, good } = await certificates()
  const sockets = new Set<Socket>()
  const requests: { [header: string]: unknown }[] = []
  let connections = 0
  let stalls = 0
  const watchers = new Set<() => void>()
  const stalled = (): void => {
    stalls++
    for (const look of watchers) look()
  }
  let accept: (socket: Socket) => void = (socket) => socket.destroy()

  const front = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", ignore)
    accept(socket)
  })
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve))
  const origin = `https://127.0.0.1:${(front.address() as AddressInfo).port}`

  function take({ connect, tls, respond }: Behaviour): void {
    connections = 0
    stalls = 0
    requests.length = 0
    if (connect !== undefined) {
      accept = (socket) => {
        connect(socket)
        stalled()
      }
      return
    }
    const secure = createHttpsServer({ ...good, ...tls }, (request, response) => {
      const { socket } = request
      for (const emitter of [socket, request, response]) emitter.on("error", ignore)
      const earlier = requests.push({ ...request.headers, ":path": request.url }) - 1
      const reset = (): void => {
        for (const bare of sockets) if (bare.remotePort === socket.remotePort) bare.resetAndDestroy()
      }
      respond?.({ request, response, socket, earlier, origin, reset, stalled })
    })
    secure.on("tlsClientError", ignore)
    accept = (socket) => secure.emit("connection", socket)
  }

  take(behaviour)
  return {
    origin,
    ca,
    behave: take,
    get connections() {
      return connections
    },
    requests,
    async stalls(count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = (): void => {
        if (stalls >= count) resolve()
      }
      watchers.add(look)
      look()
      await promise
      watchers.delete(look)
    },
    close() {
      front.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** What goes wrong on the server's side of a connection is the point of these servers. */
function ignore(): void {}
