import type { IssuerConfig } from "../../src/index.ts"
import { type IssuerPlaces, type IssuerServer, type IssuerSwitches, serveIssuer } from "./issuer-server.ts"
import type { Persona } from "./persona.ts"
import { personaSigner, type SignedToken, type Signer } from "./signer.ts"
import { type TokenName, wishFor } from "./tokens.ts"

/** An identity provider on this machine: its key set over real HTTP, and its tokens. */
export interface LocalIssuer {
  /** Its name in the stack: `okta`. */
  readonly name: string
  readonly provider: IssuerConfig["provider"]
  /** The `iss` claim: the real issuer's name. */
  readonly issuer: string
  /** Where it listens, such as `http://127.0.0.1:40123`. */
  readonly address: string
  readonly jwksUri: string
  readonly discoveryUrl: string
  readonly tokenUrl: string
  /** The issuer's configuration, with the key set's address on loopback. */
  readonly configuration: IssuerConfig
  readonly switches: IssuerSwitches
  /** Signs a token; it works while the issuer is down. */
  token(wish: SignedToken): Promise<string>
  rotate(): Promise<void>
  stop(): Promise<void>
}

/** A persona that runs. */
export interface Issuer extends LocalIssuer {
  readonly persona: Persona
  mint(name: TokenName): Promise<string | undefined>
}

/** Starts a persona on a free loopback port. @param clock milliseconds since the epoch, for the times in its tokens */
export async function startIssuer(persona: Persona, clock: () => number = Date.now): Promise<Issuer> {
  const signer = await personaSigner(persona, clock)
  const { keySetPath, discoveryPath, tokenPath } = persona
  const places = { keySet: keySetPath, discovery: discoveryPath, token: tokenPath }
  const server = await serveIssuer(signer, places)
  return {
    ...issuerOf(persona.name, persona.issuer, signer, server, places),
    persona,
    mint: async (name) => (name === "missing" ? undefined : await signer.token(wishFor(name, persona))),
  }
}

/** Puts a signer and its server together. */
export function issuerOf(
  name: string,
  config: IssuerConfig,
  signer: Signer,
  { address, switches, stop }: IssuerServer,
  { keySet, discovery, token }: IssuerPlaces,
): LocalIssuer {
  const jwksUri = address + keySet
  return {
    ...{ name, provider: config.provider, issuer: signer.issuer, address, jwksUri },
    ...{ discoveryUrl: address + discovery, tokenUrl: address + token, switches, stop },
    configuration: withLocalKeys(config, jwksUri),
    token: (wish) => signer.token(wish),
    rotate: () => signer.rotate(),
  }
}

/** The same issuer, with its keys fetched from this machine. */
export function withLocalKeys(config: IssuerConfig, jwksUri: string): IssuerConfig {
  const {
    jwks: _,
    discoveryUrl: _unused,
    ...rest
  } = config as { jwks?: unknown; discoveryUrl?: unknown } & typeof config
  return { ...rest, jwksUri } as IssuerConfig
}
