import { type AuthorizerConfig, ConfigurationError, type IssuerConfig } from "../../src/index.ts"
import { personas } from "../issuers/all.ts"
import { startConfiguredIssuer } from "../issuers/configured.ts"
import { type LocalIssuer, startIssuer, withLocalKeys } from "../issuers/issuer.ts"

/** Members that say which issuer it is; the others say what is demanded of its tokens. */
const identifying = [
  ...["provider", "domain", "authorizationServer", "tenant", "tenantName", "policy", "userPoolId", "issuer", "baseUrl"],
  ...["tenantDomain", "host", "trustDomain"],
]

/** Each makes keys, which takes a while. */
const mostIssuers = 20

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
    const wanted = withoutSlash(nameOrUrl)
    return this.all.find(({ name, issuer, address }) => [name, withoutSlash(issuer), address].includes(wanted))
  }

  /**
   * Starts what a configuration names and does not run yet, and gives the configuration with keys on loopback.
   *
   * @throws ConfigurationError (rejects) if there are too many, or one that cannot be played
   */
  async serve(config: AuthorizerConfig): Promise<AuthorizerConfig> {
    if (config.issuers.length > mostIssuers)
      throw new ConfigurationError([
        { path: "issuers", message: `has more than the ${mostIssuers} that run here at a time` },
      ])
    const issuers: IssuerConfig[] = []
    for (const issuer of config.issuers) issuers.push(withLocalKeys(issuer, (await this.#started(issuer)).jwksUri))
    return { ...config, issuers, keys: { ...config.keys, allowHttpLoopback: true } }
  }

  /** The issuer that plays a configured one. */
  of(config: IssuerConfig): LocalIssuer | undefined {
    return this.#running.get(identityOf(config))
  }

  /** Stops the issuers that a configuration does not name. */
  async keepOnly(config: AuthorizerConfig): Promise<void> {
    const named = new Set(config.issuers.map(identityOf))
    const others = [...this.#running].filter(([identity]) => !named.has(identity))
    for (const [identity] of others) this.#running.delete(identity)
    await Promise.all(others.map(([, issuer]) => issuer.stop()))
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((issuer) => issuer.stop()))
  }

  async #started(config: IssuerConfig): Promise<LocalIssuer> {
    const identity = identityOf(config)
    const running = this.#running.get(identity)
    if (running !== undefined) return running
    const persona = personas.find((each) => identityOf(each.issuer) === identity)
    const issuer = persona === undefined ? await this.#standIn(config) : await startIssuer(persona, this.#clock)
    this.#running.set(identity, issuer)
    return issuer
  }

  async #standIn(config: IssuerConfig): Promise<LocalIssuer> {
    try {
      return await startConfiguredIssuer(this.#freeName(config.provider), config, this.#clock)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      const message = `has the provider ${config.provider}, which has no local stand-in; run it without local issuers`
      throw new ConfigurationError([{ path: "issuers", message }])
    }
  }

  #freeName(provider: string): string {
    const taken = this.all.map(({ name }) => name)
    if (!taken.includes(provider)) return provider
    for (let count = 2; ; count++) if (!taken.includes(`${provider}-${count}`)) return `${provider}-${count}`
  }
}

/** Auth0's issuer ends with a slash, and people leave it out. */
const withoutSlash = (text: string): string => text.replace(/\/$/, "")

function identityOf(config: IssuerConfig): string {
  const members = config as unknown as { readonly [member: string]: unknown }
  return JSON.stringify(identifying.map((name) => members[name] ?? (name === "authorizationServer" ? "default" : null)))
}
