import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { exportJWK, generateKeyPair } from "jose"
import type { IssuerConfig } from "../../src/index.ts"
import type { Persona } from "./persona.ts"
import { mintToken, type SigningKey, type TokenName } from "./tokens.ts"

/** A running identity provider: its key set over real HTTP, and its tokens. */
export interface Issuer {
  readonly persona: Persona
  /** Where it listens, such as `http://127.0.0.1:40123`. */
  readonly address: string
  /** The preset, with the key set's address on loopback. */
  readonly configuration: IssuerConfig
  mint(name: TokenName): Promise<string | undefined>
  stop(): Promise<void>
}

/**
 * Starts a persona on a free loopback port, with two new keys: the one that signs, and the one that would come next.
 */
export async function startIssuer(persona: Persona): Promise<Issuer> {
  const [current, next] = await Promise.all([newKey(persona), newKey(persona)])
  const keySet = { keys: [next.published, current.published] }
  let address = ""
  const documents = new Map<string, () => unknown>([
    [persona.keySetPath, () => keySet],
    [persona.discoveryPath, () => discoveryDocument(persona, address)],
  ])
  const server = createServer((request, response) => {
    const document = documents.get(request.url ?? "")
    response.writeHead(document === undefined ? 404 : 200, {
      "content-type": "application/json",
      "cache-control": "public, max-age=3600",
    })
    response.end(JSON.stringify(document === undefined ? { error: "not_found" } : document()))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    persona,
    address,
    configuration: { ...persona.issuer, jwksUri: address + persona.keySetPath },
    mint: (name) => mintToken(persona, current, name, Math.floor(Date.now() / 1000)),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

async function newKey(persona: Persona): Promise<SigningKey & { published: unknown }> {
  const { publicKey, privateKey } = await generateKeyPair("RS256")
  const keyId = persona.newKeyId()
  return { keyId, privateKey, published: persona.publishedKey(await exportJWK(publicKey), keyId) }
}

/** The members that a validator reads (OpenID Connect Discovery 1.0, section 3). */
function discoveryDocument(persona: Persona, address: string): unknown {
  return {
    issuer: persona.issuerName,
    jwks_uri: address + persona.keySetPath,
    response_types_supported: ["code"],
    subject_types_supported: [persona.name === "entra" ? "pairwise" : "public"],
    id_token_signing_alg_values_supported: ["RS256"],
  }
}
