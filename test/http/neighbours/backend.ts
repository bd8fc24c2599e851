import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** What reached the backend. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** A backend that answers 200 and keeps what arrived. */
export interface Backend {
  readonly port: number
  readonly arrived: Arrived[]
  close(): Promise<void>
}

export async function startBackend(): Promise<Backend> {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { method = "", url = "", rawHeaders } = request
      const headers = rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as const] : [],
      )
      arrived.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      response.end("backend")
    })
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  return {
    port: (server.address() as AddressInfo).port,
    arrived,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
