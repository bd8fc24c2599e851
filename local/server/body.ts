import type { IncomingMessage } from "node:http"

/** A body of more bytes than the server takes. */
export class BodyTooLarge extends Error {
  override readonly name: string = "BodyTooLarge"
}

/** A body that is no text in UTF-8. */
export class BodyUnreadable extends Error {
  override readonly name: string = "BodyUnreadable"
}

/**
 * Reads a body as bytes.
 *
 * @throws BodyTooLarge (rejects) as soon as more than `maxBytes` are announced or have come
 */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw new BodyTooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new BodyTooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Reads a body as text in UTF-8. @throws BodyTooLarge, BodyUnreadable (rejects) */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const octets = await readBytes(request, maxBytes)
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets)
  } catch {
    throw new BodyUnreadable()
  }
}
