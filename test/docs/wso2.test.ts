import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { restRequest, restToken } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"
import { Wso2Sample } from "./wso2/sample.ts"

// 17-9: the table of docs/wso2.md, both authorizers on the same inputs.

const text = readFileSync(new URL("../../docs/wso2.md", import.meta.url), "utf8")
const [, part = ""] = text.split("\n## The sample and hallpass\n")
const [table = ""] = part.split("\n## ")
const rows = [...table.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm)]
  .map(([, input = "", sample = "", hallpass = ""]) => ({ input, sample, hallpass }))
  .filter(({ input }) => input !== "input" && !/^-+$/.test(input))

const audience = "https://orders.example.com"
const issuer = "https://acme.eu.auth0.com/"
const [own, next] = [testKey("rsa"), testKey("rsa", "2")]
const configuration: AuthorizerConfig = {
  issuers: [{ provider: "auth0", domain: "acme.eu.auth0.com", audience }],
  routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
  gateway: { api: "rest", authorizerType: "token", resultTtlSeconds: 0 },
}
const good = {
  ...{ iss: issuer, sub: "auth0|7", aud: audience, azp: "app", client_id: undefined, scope: "orders:read" },
  ...{ iat: nowSeconds, exp: nowSeconds + 86_400 },
}
const login = { scope: undefined, azp: undefined, nonce: "n", sid: "s", name: "Ann" }

/** Both authorizers with one key server and one clock. */
class Pair {
  keys = [own]
  reachable = true
  nowMs = nowSeconds * 1000
  readonly #read = async () => {
    if (!this.reachable) throw new Error("no network")
    return this.keys.map(({ jwk }) => jwk)
  }
  readonly sample = new Wso2Sample(this.#read, () => this.nowMs)
  readonly #hallpass = createAuthorizer(configuration, {
    clock: () => this.nowMs,
    fetchKeySet: async () => ({ status: 200, headers: {}, body: JSON.stringify({ keys: await this.#read() }) }),
  })

  async ask(event: object): Promise<{ sample: string; hallpass: string }> {
    return { sample: await this.#ofSample(event), hallpass: await this.#ofHallpass(event) }
  }

  async #ofSample(event: object): Promise<string> {
    try {
      return JSON.stringify(await this.sample.handle(event as never)).includes('"Effect":"Allow"') ? "200" : "403"
    } catch {
      return "500"
    }
  }

  async #ofHallpass(event: object): Promise<string> {
    const { outcome, reason } = await this.#hallpass.decide(event)
    if (outcome === "allow") return "200"
    return `${{ unauthenticated: 401, forbidden: 403, unavailable: 500 }[outcome]} \`${reason}\``
  }
}

type Given = (pair: Pair) => object | Promise<object>
const bearer = (claims: object, minting: object = {}): Given => {
  const token = mint(
    { ...good, ...claims },
    { header: { typ: "JWT", ...(minting as { header?: object }).header }, ...withoutHeader(minting) },
  )
  return () => restToken(`Bearer ${token}`)
}
const withoutHeader = ({ header: _, ...rest }: { header?: object }) => rest
const token = mint({ ...good }, { header: { typ: "JWT" } })

const inputs: { readonly [input: string]: Given } = {
  "a good access token": bearer({}),
  "a token of another issuer, with a key of this one": bearer({ iss: "https://other.eu.auth0.com/" }),
  "a token for another API": bearer({ aud: "https://invoices.example.com" }),
  "an ID token of the login": bearer({ ...login, aud: "app" }),
  "an ID token with the audience of the API": bearer(login),
  "a token without `exp`": bearer({ exp: undefined }),
  RS512: bearer({}, { alg: "RS512" }),
  PS256: bearer({}, { alg: "PS256" }),
  "a token without `kid`": bearer({}, { header: { kid: undefined } }),
  "a token without the scope of the operation": bearer({ scope: "orders:write" }),
  "a token without a scheme": () => restToken(token),
  "a token that is bound to a key": bearer({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
  "a key that was withdrawn three hours ago": async (pair) => {
    await pair.ask(restToken(`Bearer ${token}`))
    pair.keys = [next]
    pair.nowMs += 3 * 3_600_000
    return restToken(`Bearer ${token}`)
  },
  "an expired token": bearer({ iat: nowSeconds - 7200, exp: nowSeconds - 3600 }),
  "a token that was changed": () => restToken(`Bearer ${token.slice(0, -20)}${"A".repeat(20)}`),
  garbage: () => restToken("Bearer garbage"),
  "an empty header": () => restToken(""),
  "`bearer` in lower case": () => restToken(`bearer ${token}`),
  "two blanks after `Bearer`": () => restToken(`Bearer  ${token}`),
  "an unknown `kid`": bearer({}, { header: { kid: "unknown" } }),
  "a good token after ten unknown `kid`": async (pair) => {
    for (let count = 0; count < 10; count += 1)
      await pair.ask(await bearer({}, { header: { kid: `made-up-${count}` } })(pair))
    return restToken(`Bearer ${token}`)
  },
  "a REQUEST event": () => restRequest(`Bearer ${token}`, { template: "/orders/{id}" }),
  "the key server does not answer": (pair) => {
    pair.reachable = false
    return restToken(`Bearer ${token}`)
  },
}

describe("17-9: docs/wso2.md, the sample and hallpass on the same inputs", () => {
  it("has a row for each input", () => expect(rows.map(({ input }) => input)).toEqual(Object.keys(inputs)))

  it.each(rows)("$input: the sample $sample, hallpass $hallpass", async ({ input, sample, hallpass }) => {
    const pair = new Pair()
    const event = await (inputs[input] as Given)(pair)
    expect(await pair.ask(event)).toEqual({ sample, hallpass })
  })

  it("the sample writes the token to its log", async () => {
    const pair = new Pair()
    await pair.ask(restToken(`Bearer ${token}`))
    expect(pair.sample.log.join("")).toContain(token)
  })

  it("shows a configuration that is accepted", () => {
    const [, json = ""] = /```json\n([\s\S]*?)```/.exec(text) ?? []
    expect(() => createAuthorizer(JSON.parse(json) as AuthorizerConfig)).not.toThrow()
    expect(JSON.parse(json)).toEqual({ issuers: configuration.issuers, gateway: configuration.gateway })
  })
})
