import { open } from "node:fs/promises"
import { UsageError } from "./command.ts"
import { oneLine } from "./program.ts"

/** A text that was read, and its name for messages. */
export interface Input {
  readonly name: string
  readonly text: string
}

/** Largest file that is read unless a command says otherwise, bytes. */
const usualBytes = 8 * 1024 * 1024

/**
 * Reads a file, or standard input for `-`: UTF-8 of at most 8 MB.
 *
 * @param what for messages: `event`, `record`
 * @param maxBytes where another limit is needed
 * @throws UsageError (rejects)
 */
export async function readInput(file: string, what: string, maxBytes: number = usualBytes): Promise<Input> {
  const name = file === "-" ? "standard input" : file
  const octets = await read(file, name, maxBytes)
  if (octets.length > maxBytes) throw new UsageError(`${oneLine(name)} is larger than ${maxBytes / 1024 / 1024} MB`)
  if (octets.includes(0)) throw new UsageError(`${oneLine(name)} is no text: it has a byte 0`)
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    throw new UsageError(`${oneLine(name)} is no text in UTF-8`)
  }
  if (text.trim() === "") throw new UsageError(`${oneLine(name)} is empty; the ${what} is missing`)
  return { name, text }
}

async function read(file: string, name: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    const stream = file === "-" ? process.stdin : (await open(file)).createReadStream()
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(Buffer.from(chunk))
      size += chunk.length
      if (size > maxBytes) break
    }
  } catch (error) {
    throw new UsageError(`${oneLine(name)} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  return Buffer.concat(chunks)
}
