import type { FailureKind } from "../../../src/keys/document.ts"
import type { KeyOptions } from "../../../src/types/key-options.ts"
import type { Behaviour, Exchange } from "../../support/key-server.ts"
import { type TestKey, testKey } from "../../support/keys.ts"
import { issuer } from "../../support/mint.ts"

/** What a caller hears: `verified`, or the code of the reason table. */
export type Outcome = "verified" | "keys_unavailable" | "key_unknown" | "signature_invalid"

/** What the observer hears of the fetch: it succeeded, or the kind of its failure. */
export type FetchResult = "fetched" | FailureKind

/** One way in which a key server misbehaves, and what must come of it. A row of the table in `docs/keys.md`. */
export interface Fault extends Behaviour {
  readonly name: string
  /** What the server does. */
  readonly does: string
  /** How the fetch ends; a pair when it depends on whether a set is at hand. */
  readonly fetch: FetchResult | { readonly cold: FetchResult; readonly stale: FetchResult }
  /** For a good token if no set was fetched before. */
  readonly cold: Outcome
  /** For the same token if a stale set with its key was fetched before, after the refresh that the fault spoils. */
  readonly stale: Outcome
  /** Requests (connections, where none comes so far) of one refresh. */
  readonly requests?: number
  /** Whether the key set is found by discovery. */
  readonly discovery?: true
  readonly keys?: KeyOptions
  /**
   * Seconds after the fetch at which nothing is fetched yet, and at which it is again.
   *
   * @default the first back-off, the cool-down
   */
  readonly quietSeconds?: number
  readonly againSeconds?: number
  /** How the server answers when it is well. @default the set with the one good key */
  readonly well?: Behaviour
  /** Tokens that the fault is meant to make believed, in addition to those that every row tries. */
  readonly forgeries?: () => readonly string[]
}

/** Whether only the client's deadline ends what the server does. */
export function stalls({ fetch }: Fault): boolean {
  return fetch === "timeout"
}

/** Answers one request, or fails to. */
export type Respond = (exchange: Exchange) => void

/** The key that signs the good tokens. */
export const goodKey: TestKey = testKey("rsa", "1")
/** A key pair that no issuer of the tests ever had. */
export const foreignKey: TestKey = testKey("rsa", "foreign")
export const setOf = (...keys: readonly unknown[]): string => JSON.stringify({ keys })
export const goodSet: string = setOf(goodKey.jwk)
/** The place of the good set on servers that send the client elsewhere: no request may ever go there. */
export const elsewhere = "/elsewhere"

export const discoveryPath = "/.well-known/openid-configuration"
const metadataOf = (origin: string, changes: object): string =>
  JSON.stringify({ issuer, jwks_uri: `${origin}/keys`, ...changes })

/** Answers with a body. */
export function answer(
  body: string | Uint8Array,
  headers: { readonly [name: string]: string } = {},
  status = 200,
): Respond {
  return ({ response }) => void response.writeHead(status, headers).end(body)
}

/** A server that is well: the good set, and the discovery document that leads to it. */
export const well: { readonly respond: Respond } = {
  respond: (exchange) => {
    const { request, origin } = exchange
    answer(request.url === discoveryPath ? metadataOf(origin, {}) : goodSet)(exchange)
  },
}

/** Answers discovery as told, and everything else well. */
export function metadata(changes: (origin: string) => object): Respond {
  return (exchange) => {
    const { request, origin } = exchange
    if (request.url === discoveryPath) answer(metadataOf(origin, changes(origin)))(exchange)
    else answer(goodSet)(exchange)
  }
}

/** Takes the request and says nothing. */
export const never: Respond = ({ stalled }) => stalled()

/**
 * Writes octets in place of an HTTP response; the connection stays open, without another word, unless `close` is set.
 */
export function raw(octets: string | Uint8Array, { close = false }: { close?: boolean } = {}): Respond {
  return ({ socket, stalled }) => {
    if (close) socket.end(octets)
    else socket.write(octets, stalled)
  }
}

/** The head of a response with status 200, ready for a body in raw octets. */
export const head = (...fields: string[]): string => ["HTTP/1.1 200 OK", ...fields, "", ""].join("\r\n")

/**
 * Writes a beginning and then a piece every millisecond, for as long as a client listens. Some pieces are no
 * progress.
 */
export function drip(beginning: string, piece: string): Respond {
  return ({ socket, stalled }) => {
    socket.write(beginning)
    let written = 0
    const timer = setInterval(() => {
      socket.write(piece)
      if (++written === 5) stalled()
    }, 1)
    socket.on("close", () => clearInterval(timer))
  }
}

/** Writes a beginning and then pieces as fast as they are taken, without end. */
export function pour(beginning: string, piece: string): Respond {
  return ({ socket }) => {
    socket.write(beginning)
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.on("drain", more)
    more()
  }
}

/** Does one thing with the first request and another with the next ones. */
export function once(first: Respond, then: Respond): Respond {
  return (exchange) => (exchange.earlier === 0 ? first : then)(exchange)
}

/** A failure: without a set no caller gets in, and a good set goes on serving. */
export const failure = (
  name: string,
  does: string,
  fetch: FetchResult,
  respond: Respond,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  does,
  fetch,
  cold: "keys_unavailable",
  stale: "verified",
  respond,
  ...more,
})

/** An oddity that does no harm: the set is read all the same. */
export const harmless = (name: string, does: string, respond: Respond, more: Partial<Fault> = {}): Fault => ({
  name,
  does,
  fetch: "fetched",
  cold: "verified",
  stale: "verified",
  respond,
  ...more,
})
