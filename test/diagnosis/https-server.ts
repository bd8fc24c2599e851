import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { generate } from "selfsigned"
import { afterAll } from "vitest"

/** Answers one request of an issuer; `origin` is the server's own. */
export type Answer = (response: ServerResponse, origin: string, request: IncomingMessage) => void

let servers = 0

/**
 * A local HTTPS server with a certificate of its own, for `localhost`. Stopped when the test file is done.
 *
 * @param days how long its certificate is valid
 */
export async function httpsServer(
  answers: { readonly [path: string]: Answer },
  days = 365,
): Promise<{ readonly origin: string; readonly ca: string }> {
  const { private: key, cert } = await generate([{ name: "commonName", value: `issuer ${++servers}` }], {
    ...{ keyType: "ec", algorithm: "sha256" },
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + days * 86_400_000 + 3_600_000),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  })
  let origin = ""
  const server = createServer({ key, cert }, (request, response) => {
    const answer = Object.hasOwn(answers, request.url ?? "") ? answers[request.url ?? ""] : undefined
    if (answer === undefined) response.writeHead(404).end("{}")
    else answer(response, origin, request)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  origin = `https://localhost:${(server.address() as AddressInfo).port}`
  return { origin, ca: cert }
}

/** An answer with a JSON document and headers. */
export const json =
  (document: unknown | ((origin: string) => unknown), headers: { readonly [name: string]: string } = {}): Answer =>
  (response, origin) => {
    response.writeHead(200, { "content-type": "application/json", "cache-control": "max-age=3600", ...headers })
    response.end(JSON.stringify(typeof document === "function" ? document(origin) : document))
  }
