import { connect, type Socket } from "node:net"

/** What came back on a raw socket. */
export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/**
 * Sends a text as it is, and reads until the other side ends. Characters up to U+00FF are octets.
 *
 * @param lines of the request's head, without the empty one at its end
 */
export function sendRaw(port: number, lines: readonly string[], body = ""): Promise<RawAnswer> {
  return readAll(connect(port, "127.0.0.1"), `${lines.join("\r\n")}\r\n\r\n${body}`)
}

/** Writes a text and reads until the end; a connection that is reset has ended as well. */
export function readAll(socket: Socket, text: string): Promise<RawAnswer> {
  return new Promise((done) => {
    const chunks: Buffer[] = []
    const finish = (): void => {
      socket.destroy()
      const [head = "", ...body] = Buffer.concat(chunks).toString("latin1").split("\r\n\r\n")
      done({ status: Number(/^HTTP\/1\.[01] (\d+)/.exec(head)?.[1]), head, body: body.join("\r\n\r\n") })
    }
    socket.on("data", (chunk: Buffer) => chunks.push(chunk))
    socket.on("error", finish)
    socket.on("end", finish)
    socket.write(Buffer.from(text, "latin1"))
  })
}
