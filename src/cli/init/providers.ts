import type { IssuerConfig } from "../../index.ts"

/** One thing that a configuration needs to know: a flag, and a question for those who did not give it. */
export interface Question {
  /** The flag without its dashes. */
  readonly flag: string
  readonly ask: string
  /** Whether it may be left out; then this is what holds. */
  readonly otherwise?: string
  /** Several values: the flag may be given several times, an answer separates them by commas. */
  readonly list?: boolean
}

const domain = (example: string): Question => ({
  flag: "domain",
  ask: `Host of the issuer, without https:// and slash, such as ${example}`,
})
const audience = (what: string): Question => ({
  flag: "audience",
  ask: `Audience (aud) of your tokens: ${what}`,
  list: true,
})
const tenant: Question = { flag: "tenant", ask: "Tenant id (directory id), a GUID" }
const tenantName = (host: string, otherwise?: string): Question => ({
  flag: "tenant-name",
  ask: `The name before ${host}`,
  ...(otherwise !== undefined && { otherwise }),
})

/** What each provider's preset needs. */
export const providerQuestions: { readonly [P in IssuerConfig["provider"]]: readonly Question[] } = {
  okta: [
    domain("acme.okta.com"),
    { flag: "authorization-server", ask: "Id of the custom authorization server", otherwise: "default" },
    audience("such as api://orders"),
  ],
  auth0: [domain("acme.eu.auth0.com"), audience("the identifier of your API, such as https://orders")],
  entra: [tenant, audience("the client id (GUID) of your API")],
  "entra-external-id": [
    tenant,
    tenantName(".ciamlogin.com", "the tenant id"),
    audience("the client id (GUID) of your API"),
  ],
  "entra-b2c": [
    tenant,
    tenantName(".b2clogin.com"),
    { flag: "policy", ask: "User flows or policies whose tokens are accepted, such as B2C_1_signin", list: true },
    audience("the application id of your API"),
  ],
  cognito: [
    { flag: "user-pool-id", ask: "User pool id, such as eu-west-1_AbCdEf" },
    { flag: "client-id", ask: "App client ids that are accepted", list: true },
  ],
  adfs: [domain("fs.acme.example"), audience("the identifier of your Web API")],
  wso2: [
    { flag: "base-url", ask: "Scheme, host and port of the server, such as https://is.example.com:9443" },
    audience("the client ids that are accepted, or the identifier of the API resource"),
  ],
  oidc: [
    { flag: "issuer", ask: "Issuer (iss) of your tokens, character for character" },
    audience("such as https://orders"),
  ],
}

export type Provider = keyof typeof providerQuestions
export const providers = Object.keys(providerQuestions) as readonly Provider[]

/** Members of an issuer whose names are not the flag in camel case, or that are lists always. */
const members: { readonly [flag: string]: string } = { "client-id": "clientIds" }

/** The entry of `issuers`, as it is written. The doors check it. */
export function issuerOf(provider: Provider, answers: { readonly [flag: string]: readonly string[] }): IssuerConfig {
  const entry: { [member: string]: unknown } = { provider }
  for (const { flag, list } of providerQuestions[provider]) {
    const values = answers[flag]
    if (values === undefined || values.length === 0) continue
    const name = members[flag] ?? flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    entry[name] = list === true && (values.length > 1 || name === "clientIds") ? values : values[0]
  }
  return entry as unknown as IssuerConfig
}
