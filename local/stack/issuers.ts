import type { AuthorizerConfig, IssuerConfig } from "../../src/index.ts"
import { personas } from "../issuers/all.ts"
import { startConfiguredIssuer } from "../issuers/configured.ts"
import { type LocalIssuer, startIssuer, withLocalKeys } from "../issuers/issuer.ts"

/** Members that say which issuer it is; the others say what is demanded of its tokens. */
const identifying = [
  ...["provider", "domain", "authorizationServer", "tenant", "tenantName", "policy", "userPoolId", "issuer", "baseUrl"],
  ...["tenantDomain", "host", "trustDomain"],
]

/** The issuers of a configuration on this machine, each started when a configuration first names it. */
export class LocalIssuers {
  readonly #clock: () => number
  readonly #running = new Map<string, LocalIssuer>()

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Every issuer that runs, by the order in which they were named. */
  get all(): readonly LocalIssuer[] {
    return [...this.#running.values()]
  }

  /** An issuer by its name in the stack, its `iss`, or its address. */
  find(nameOrUrl: string): LocalIssuer | undefined {
    return this.all.find(({ name, issuer, address }) => [name, issuer, address].includes(nameOrUrl))
  }

  /** Starts what a configuration names and does not run yet, and gives the configuration with keys on loopback. */
  async serve(config: AuthorizerConfig): Promise<AuthorizerConfig> {
    const issuers: IssuerConfig[] = []
    for (const issuer of config.issuers) issuers.push(withLocalKeys(issuer, (await this.#started(issuer)).jwksUri))
    return { ...config, issuers, keys: { ...config.keys, allowHttpLoopback: true } }
  }

  /** The issuer that plays a configured one. */
  of(config: IssuerConfig): LocalIssuer | undefined {
    return this.#running.get(identityOf(config))
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((issuer) => issuer.stop()))
  }

  async #started(config: IssuerConfig): Promise<LocalIssuer> {
    const identity = identityOf(config)
    const running = this.#running.get(identity)
    if (running !== undefined) return running
    const persona = personas.find((each) => identityOf(each.issuer) === identity)
    const issuer =
      persona === undefined
        ? await startConfiguredIssuer(this.#freeName(config.provider), config, this.#clock)
        : await startIssuer(persona, this.#clock)
    this.#running.set(identity, issuer)
    return issuer
  }

  #freeName(provider: string): string {
    const taken = this.all.map(({ name }) => name)
    if (!taken.includes(provider)) return provider
    for (let count = 2; ; count++) if (!taken.includes(`${provider}-${count}`)) return `${provider}-${count}`
  }
}

function identityOf(config: IssuerConfig): string {
  const members = config as unknown as { readonly [member: string]: unknown }
  return JSON.stringify(identifying.map((name) => members[name] ?? (name === "authorizationServer" ? "default" : null)))
}
