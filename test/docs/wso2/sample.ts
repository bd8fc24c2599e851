import { createPublicKey, type KeyObject } from "node:crypto"
import { compactVerify, decodeProtectedHeader } from "jose"

type Jwk = { readonly [member: string]: unknown }
/** Answers with the present key set; rejects without a network. */
export type ReadKeys = () => Promise<readonly Jwk[]>

const dayMs = 86_400_000
const ofRsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]

/**
 * A model of the sample authorizer that WSO2 publishes, by the description of its behaviour: signature and times are
 * checked and nothing else. A key is kept for a day, and ten key sets may be read in a minute.
 */
export class Wso2Sample {
  /** What the sample writes to its log. */
  readonly log: string[] = []
  readonly #read: ReadKeys
  readonly #clock: () => number
  readonly #kept = new Map<string, { readonly key: KeyObject; readonly untilMs: number }>()
  #reads: number[] = []

  constructor(read: ReadKeys, clock: () => number) {
    this.#read = read
    this.#clock = clock
  }

  async handle(event: { readonly authorizationToken?: string; readonly methodArn: string }): Promise<object> {
    this.log.push(JSON.stringify(event))
    const words = event.authorizationToken?.split(" ") ?? []
    const token = (words[0] === "Bearer" ? words[1] : event.authorizationToken) ?? ""
    const { kid } = headerOf(token)
    const key = await this.#keyOf(kid)
    return answer(event.methodArn, (await this.#verifies(token, key)) ? "Allow" : "Deny")
  }

  async #keyOf(kid: string | undefined): Promise<KeyObject> {
    const now = this.#clock()
    const kept = this.#kept.get(String(kid))
    if (kept !== undefined && kept.untilMs > now) return kept.key
    this.#reads = this.#reads.filter((at) => at > now - 60_000)
    if (this.#reads.length >= 10) throw new Error("JwksRateLimitError")
    this.#reads.push(now)
    const keys = await this.#read()
    const jwk = kid === undefined && keys.length === 1 ? keys[0] : keys.find((each) => each.kid === kid)
    if (jwk === undefined) throw new Error("SigningKeyNotFoundError")
    const key = createPublicKey({ key: jwk, format: "jwk" })
    this.#kept.set(String(kid), { key, untilMs: now + dayMs })
    return key
  }

  async #verifies(token: string, key: KeyObject): Promise<boolean> {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: ofRsa })
      const { exp, nbf } = JSON.parse(new TextDecoder().decode(payload)) as {
        readonly exp?: number
        readonly nbf?: number
      }
      const seconds = Math.floor(this.#clock() / 1000)
      return (exp === undefined || seconds < exp) && (nbf === undefined || nbf <= seconds)
    } catch {
      return false
    }
  }
}

/** The sample reads the header of what it could not decode, which is a TypeError. */
function headerOf(token: string): { readonly kid?: string } {
  try {
    return decodeProtectedHeader(token)
  } catch {
    throw new TypeError("Cannot read properties of null (reading 'header')")
  }
}

const answer = (Resource: string, Effect: "Allow" | "Deny"): object => ({
  principalId: "*",
  policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] },
})
