import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { setTimeout } from "node:timers/promises"
import { closed, listenOnLoopback } from "../server/listen.ts"
import { isLoopbackHost } from "../server/loopback.ts"
import type { Signer } from "./signer.ts"
import { answerTokenRequest } from "./token-endpoint.ts"

/** Paths of an issuer's documents. */
export interface IssuerPlaces {
  readonly keySet: string
  readonly discovery: string
  readonly token: string
}

/** What can be wrong with an issuer; changed while it runs. */
export interface IssuerSwitches {
  /** Every path answers 503. */
  down: boolean
  /** Milliseconds before each answer. */
  slowMs: number
}

export interface IssuerServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly address: string
  readonly switches: IssuerSwitches
  stop(): Promise<void>
}

type Answer = {
  readonly status: number
  readonly body: unknown
  readonly headers?: { readonly [name: string]: string }
}

/** Serves an issuer's key set, its discovery document and its token endpoint on a free loopback port. */
export async function serveIssuer(signer: Signer, places: IssuerPlaces): Promise<IssuerServer> {
  const switches: IssuerSwitches = { down: false, slowMs: 0 }
  const ending = new AbortController()
  let address = ""
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const [path] = (request.url ?? "").split("?")
    if (!isLoopbackHost(request.headers.host)) return { status: 403, body: { error: "host_refused" } }
    if (switches.slowMs > 0) await setTimeout(switches.slowMs, undefined, { signal: ending.signal })
    if (switches.down) return { status: 503, body: { error: "temporarily_unavailable" } }
    const cached = { "cache-control": "public, max-age=3600" }
    if (path === places.keySet) return { status: 200, body: signer.jwks(), headers: cached }
    if (path === places.discovery)
      return { status: 200, body: discoveryDocument(signer.issuer, address, places), headers: cached }
    if (path === places.token) return await answerTokenRequest(signer, request)
    return { status: 404, body: { error: "not_found" } }
  }
  const server = createServer((request, response) => {
    answer(request).then(
      (found) => send(response, found),
      () => response.destroy(),
    )
  })
  address = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`
  return {
    address,
    switches,
    stop() {
      ending.abort()
      return closed(server)
    },
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers })
  response.end(JSON.stringify(body))
}

/** The members that a validator reads (OpenID Connect Discovery 1.0, section 3), and the token endpoint. */
function discoveryDocument(issuer: string, address: string, { keySet, token }: IssuerPlaces): unknown {
  return {
    issuer,
    jwks_uri: address + keySet,
    token_endpoint: address + token,
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    response_types_supported: ["code"],
    subject_types_supported: [issuer.startsWith("https://login.microsoftonline.com/") ? "pairwise" : "public"],
    id_token_signing_alg_values_supported: ["RS256"],
  }
}
