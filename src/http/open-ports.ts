import type { Server } from "node:http"
import type { AddressInfo, Socket, Server as SocketServer } from "node:net"

/** A gRPC server, as far as ports are concerned. */
export interface Bindable {
  /** Takes the connections. */
  readonly front: SocketServer
  /** Resolves when every call has ended. */
  shutdown(): Promise<void>
  /** Ends every call. */
  stop(): void
}

/** The ports of a service, and their orderly end. */
export class OpenPorts {
  readonly #closeTimeoutMs: number
  readonly #drains: (() => void)[] = []
  readonly #servers: Server[] = []
  /** Closed when the others are: it says meanwhile that the service is not ready. */
  readonly #last: Server[] = []
  readonly #bound: Bindable[] = []
  /** Also those whose handshake has not ended, which no server of HTTP counts. */
  readonly #sockets = new Set<Socket>()
  #closing: Promise<void> | undefined

  constructor(closeTimeoutMs: number) {
    this.#closeTimeoutMs = closeTimeoutMs
  }

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** @returns host and port (rejects if the port cannot be opened) */
  async listen(server: Server, host: string, port: number, drain: () => void): Promise<string> {
    this.#servers.push(server)
    this.#drains.push(drain)
    return await this.#opened(server, host, port)
  }

  async listenLast(server: Server, host: string, port: number): Promise<string> {
    this.#last.push(server)
    return await this.#opened(server, host, port)
  }

  async bind(server: Bindable, host: string, port: number): Promise<string> {
    this.#bound.push(server)
    return await this.#opened(server.front, host, port)
  }

  #opened(server: SocketServer, host: string, port: number): Promise<string> {
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once("close", () => this.#sockets.delete(socket))
    })
    return new Promise((resolve, reject) => {
      server.once("error", reject)
      server.listen(port, host, () => {
        server.off("error", reject)
        resolve(at(host, (server.address() as AddressInfo).port))
      })
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const drain of this.#drains) drain()
    const ended = [...this.#servers.map(closed), ...this.#bound.map((each) => each.shutdown())]
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#closeTimeoutMs)
    })
    await Promise.race([Promise.all(ended), timeout])
    clearTimeout(timer)
    for (const server of [...this.#servers, ...this.#last]) server.closeAllConnections()
    for (const server of this.#bound) server.stop()
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#last.map(closed))
  }
}

/** Resolves when the last connection has ended; idle ones end at once. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

function at(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}
