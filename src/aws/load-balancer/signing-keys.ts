import type { KeyObject } from "node:crypto"
import { type FetchedDocument, FetchFailure, type FetchKeySet } from "../../keys/document.ts"
import { type Attempt, Renewed, type Take } from "../../renewal/refreshed-value.ts"
import { Stopwatch } from "../../renewal/stopwatch.ts"
import type { AfterAnswer } from "../../shared/after-answer.ts"
import { nodeCrypto } from "../../shared/node-crypto.ts"
import type { Clock } from "../../types/clock.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import type { LoadBalancerKeyOptions } from "./load-balancer-options.ts"

type SigningKeyPolicy = Required<LoadBalancerKeyOptions>

interface SigningKeyParts {
  readonly clock: Clock
  readonly fetch: FetchKeySet
  readonly afterAnswer: AfterAnswer
}

/** Largest document. A public key of P-256 has 178 bytes. */
const maxBytes = 8192
/** A Region has a few keys at a time. */
const maxKeys = 32
const maxUnknown = 256

const keyUnknown = refusal("key_unknown")
const keysUnavailable = refusal("keys_unavailable")

/**
 * The public keys of load balancers, by address. A client can invent key ids, so keys that are not known are fetched a
 * few times per cool-down at most, and one that does not exist is not asked for again before its end. Keys that are
 * known cost nothing of that.
 */
export class SigningKeys {
  readonly #policy: SigningKeyPolicy
  readonly #parts: SigningKeyParts
  readonly #known = new Map<string, SigningKey>()
  readonly #underWay = new Map<string, SigningKey>()
  readonly #unknown = new Map<string, Stopwatch>()
  readonly #sinceFirstFetch = new Stopwatch()
  #fetches = 0

  constructor(policy: SigningKeyPolicy, parts: SigningKeyParts) {
    this.#policy = policy
    this.#parts = parts
  }

  /** The key, or why there is none. Never rejects. */
  find(url: string, nowMs: number): KeyObject | Refusal | Promise<KeyObject | Refusal> {
    const known = this.#known.get(url)
    if (known !== undefined) {
      put(this.#known, url, known, maxKeys) // the one that was not used for longest goes first
      const current = known.current(nowMs)
      if (current !== undefined) return this.#settled(url, current)
      return known.refreshed(nowMs).then((held) => this.#settled(url, held))
    }
    const cooling = (this.#unknown.get(url)?.elapsedMs(nowMs) ?? Number.POSITIVE_INFINITY) < this.#cooldownMs
    if (cooling) return keyUnknown
    let key = this.#underWay.get(url)
    if (key === undefined) {
      if (!this.#mayFetch(nowMs)) return keysUnavailable
      key = new SigningKey(url, this.#policy, this.#parts)
      this.#underWay.set(url, key)
    }
    return key.refreshed(nowMs).then((held) => {
      if (held !== undefined && held !== "unknown" && this.#underWay.has(url)) put(this.#known, url, key, maxKeys)
      this.#underWay.delete(url)
      return this.#settled(url, held)
    })
  }

  get #cooldownMs(): number {
    return this.#policy.cooldownSeconds * 1000
  }

  #mayFetch(nowMs: number): boolean {
    if (this.#sinceFirstFetch.elapsedMs(nowMs) >= this.#cooldownMs) {
      this.#sinceFirstFetch.restart(nowMs)
      this.#fetches = 0
    }
    this.#fetches++
    return this.#fetches <= this.#policy.maxFetches
  }

  #settled(url: string, held: KeyObject | "unknown" | undefined): KeyObject | Refusal {
    if (held === undefined) return keysUnavailable
    if (held !== "unknown") return held
    this.#known.delete(url)
    const since = new Stopwatch()
    since.restart(this.#parts.clock())
    put(this.#unknown, url, since, maxUnknown)
    return keyUnknown
  }
}

/** Adds an entry; the oldest one goes if there are too many. */
function put<V>(map: Map<string, V>, name: string, value: V, most: number): void {
  map.delete(name)
  map.set(name, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}

/** One key that is fetched, kept and renewed; "unknown" if its address has none. */
class SigningKey extends Renewed<KeyObject | "unknown", object> {
  readonly #url: string
  readonly #policy: SigningKeyPolicy
  readonly #fetch: FetchKeySet

  constructor(url: string, policy: SigningKeyPolicy, { fetch, ...parts }: SigningKeyParts) {
    super({ ...policy, waitAfterSeconds: policy.expireAfterSeconds }, parts)
    this.#url = url
    this.#policy = policy
    this.#fetch = fetch
  }

  protected override async obtain(): Promise<Take<KeyObject | "unknown", object>> {
    const { timeoutMs, refreshAfterSeconds } = this.#policy
    const limits = { timeoutMs, maxBytes, allowHttpLoopback: false, headers: { accept: "*/*" } }
    const value = keyOf(await this.#fetch(this.#url, limits))
    return () => ({ value, freshForMs: refreshAfterSeconds * 1000, report: {} })
  }

  protected override timedOut(): Error {
    return new FetchFailure("timeout")
  }

  protected override failureOf(): { kind: string; waitMs: number } {
    return { kind: "network", waitMs: 0 }
  }

  protected override report(_attempt: Attempt<object>): void {
    // There is no record of these keys.
  }

  protected override tell(): void {
    // As above.
  }
}

/** One block, and no private key: the platform would make a public one of it. */
const pemForm = /^\s*-----BEGIN PUBLIC KEY-----[\w+/=\s]+-----END PUBLIC KEY-----\s*$/

/** @throws FetchFailure if the document is no public key of P-256 */
function keyOf({ status, body }: FetchedDocument): KeyObject | "unknown" {
  if (status === 403 || status === 404) return "unknown" // S3 answers 403 where it does not say what exists
  if (status !== 200) throw new FetchFailure("status")
  if (typeof body !== "string" || body.length > maxBytes) throw new FetchFailure("too_large")
  if (!pemForm.test(body)) throw new FetchFailure("no_usable_key")
  const key = nodeCrypto.createPublicKey(body)
  if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new FetchFailure("no_usable_key")
  return key
}
