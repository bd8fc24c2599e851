import type { ServiceTls } from "./service-options.ts"

/** Longest time from a question's first byte to its last one. Milliseconds. */
export const questionTimeoutMs = 15_000

/** The TLS of a port: 1.2 or newer, and with `clientCa` only clients with a certificate of that authority. */
export function tlsOf({ cert, key, clientCa }: ServiceTls): object {
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }
  return { cert, key, ...mutual, minVersion: "TLSv1.2", handshakeTimeout: 10_000 }
}
