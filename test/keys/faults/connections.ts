import type { Socket } from "node:net"
import {
  answer,
  drip,
  elsewhere,
  type Fault,
  type FetchResult,
  failure,
  goodSet,
  harmless,
  head,
  never,
  once,
  pour,
  raw,
} from "./fault.ts"

const bare = (name: string, does: string, fetch: FetchResult, connect: (socket: Socket) => void): Fault =>
  failure(name, does, fetch, () => {}, { connect, ...(fetch === "network" ? { requests: 2 } : {}) })
const response = (name: string, does: string, octets: string): Fault =>
  failure(name, does, "network", raw(octets, { close: true }))
const length = Buffer.byteLength(goodSet)

/** Connections that fail, stall or never end. */
export const connections: readonly Fault[] = [
  bare("closed-at-once", "takes the connection and closes it", "network", (socket) => socket.end()),
  bare("reset-at-once", "takes the connection and resets it", "network", (socket) => socket.resetAndDestroy()),
  bare("plain-http", "speaks plain http on the https port", "network", (socket) => {
    socket.once("data", () => socket.end(`${head(`content-length: ${length}`)}${goodSet}`))
  }),
  bare("not-tls", "answers the TLS handshake with noise", "network", (socket) => {
    socket.once("data", () => socket.end(Buffer.alloc(512, 0xa5)))
  }),
  bare("stalled-handshake", "takes the connection and says nothing", "timeout", () => {}),
  failure("reset-before-headers", "resets the connection after the request", "network", ({ reset }) => reset(), {
    requests: 2,
  }),
  failure(
    "reset-inside-headers",
    "resets the connection inside the headers",
    "network",
    ({ socket, reset }) => void socket.write("HTTP/1.1 200 OK\r\ncontent-", reset),
    { requests: 2 },
  ),
  failure(
    "reset-inside-body",
    "resets the connection inside the body",
    "network",
    ({ socket, reset }) => void socket.write(`${head(`content-length: ${length}`)}${goodSet.slice(0, 99)}`, reset),
    { requests: 2 },
  ),
  harmless(
    "reset-once",
    "resets the connection, and answers the next request well",
    once(({ reset }) => reset(), answer(goodSet)),
    {
      requests: 2,
    },
  ),
  failure("no-answer", "takes the request and says nothing", "timeout", never, { requests: 1 }),
  failure("stalled-headers", "stops inside the headers", "timeout", raw("HTTP/1.1 200 OK\r\ncontent-"), {
    requests: 1,
  }),
  failure(
    "dripping-headers",
    "sends headers a few octets at a time",
    "timeout",
    drip("HTTP/1.1 200 OK\r\n", "x: y\r\n"),
  ),
  failure(
    "endless-headers",
    "sends headers without end",
    "network",
    pour("HTTP/1.1 200 OK\r\n", `x: ${"y".repeat(999)}\r\n`),
  ),
  failure(
    "endless-early-hints",
    "sends 103 Early Hints without end",
    "timeout",
    drip("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
  ),
  failure(
    "switching-protocols",
    "101 Switching Protocols, and then silence",
    "timeout",
    raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  ),
  failure("stalled-body", "stops inside the body", "timeout", raw(`${head()}${goodSet.slice(0, 99)}`), { requests: 1 }),
  failure("dripping-body", "sends the body a few octets at a time", "timeout", drip(head(), " "), { requests: 1 }),
  failure("endless-body", "sends a body without end", "too_large", pour(head(), " ".repeat(65_536)), { requests: 1 }),
  failure(
    "endless-chunks",
    "sends chunks without end",
    "too_large",
    pour(head("transfer-encoding: chunked"), `1000\r\n${" ".repeat(4096)}\r\n`),
    { requests: 1 },
  ),
  failure(
    "endless-error-page",
    "sends a status of 404 with a body without end",
    "too_large",
    pour("HTTP/1.1 404 Not Found\r\n\r\n", " ".repeat(65_536)),
    { requests: 1 },
  ),
  response(
    "length-too-long",
    "closes the connection before `Content-Length` is reached",
    `${head(`content-length: ${length + 1}`)}${goodSet}`,
  ),
  failure(
    "length-too-long-open",
    "stalls before `Content-Length` is reached",
    "timeout",
    raw(`${head(`content-length: ${length + 1}`)}${goodSet}`),
  ),
  response(
    "length-too-short",
    "sends more than `Content-Length` says",
    `${head(`content-length: ${length - 1}`)}${goodSet}`,
  ),
  failure(
    "length-too-large",
    "announces 1 GB and begins to send it",
    "too_large",
    pour(head("content-length: 1073741824"), " ".repeat(65_536)),
    { requests: 1 },
  ),
  response(
    "length-twice",
    "two different values of `Content-Length`",
    `${head("content-length: 5", `content-length: ${length}`)}${goodSet}`,
  ),
  response("length-negative", "a negative `Content-Length`", `${head("content-length: -1")}${goodSet}`),
  response("chunks-of-noise", "noise in place of chunk sizes", `${head("transfer-encoding: chunked")}${goodSet}`),
  response(
    "chunks-cut-off",
    "the good set in chunks, without the last chunk",
    `${head("transfer-encoding: chunked")}${length.toString(16)}\r\n${goodSet}\r\n`,
  ),
  response("not-http", "text that is no HTTP", `${goodSet}\n`),
  response("http-2-only", "HTTP/2 frames to a client of HTTP/1.1", "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"),
  harmless(
    "http-1-0",
    "HTTP/1.0: the end of the connection ends the body",
    raw(`HTTP/1.0 200 OK\r\n\r\n${goodSet}`, { close: true }),
  ),
  response(
    "two-answers",
    "a second response after the first",
    `${head(`content-length: ${length}`, "connection: close")}${goodSet}HTTP/1.1 302 Found\r\nlocation: ${elsewhere}\r\n\r\n`,
  ),
]
