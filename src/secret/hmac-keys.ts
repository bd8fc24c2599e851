import type { KeyObject } from "node:crypto"
import { nodeCrypto } from "../shared/node-crypto.ts"
import type { HmacKeys } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import { formatOf, parsedJson, type SecretFormat } from "./format.ts"
import { isGuessable } from "./guessable-key.ts"

const { createHmac, createSecretKey } = nodeCrypto

// At least the output of SHA-256 (RFC 2104 section 3, RFC 7518 section 3.2); nothing is gained beyond a few blocks.
const keyBytes = { min: 32, max: 128 }
const maxKeys = 16
const hex = /^(?:[0-9a-fA-F]{2})+$/
/** What a signature header can hold as `kid=…` without quoting. */
const keyId = /^[A-Za-z0-9._-]{1,64}$/

/**
 * Key objects and not bytes: HMAC with a ready key object is five times as fast on Node 24, and they print as nothing.
 */
class HmacKeyMap implements HmacKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>

  constructor(keys: ReadonlyMap<string, KeyObject>) {
    this.#keys = keys
  }

  has(id: string): boolean {
    return this.#keys.has(id)
  }

  mac(id: string, message: string): Buffer | undefined {
    const key = this.#keys.get(id)
    return key === undefined ? undefined : createHmac("sha256", key).update(message, "utf8").digest()
  }
}

/** A JSON object of key id to hexadecimal key. An id that both versions hold means the key of the current one. */
export const hmacKeysFormat: SecretFormat<HmacKeys> = formatOf(
  `must be a JSON object of 1 to ${maxKeys} key ids (letters, digits, . _ -), each with a hexadecimal key of ${keyBytes.min} to ${keyBytes.max} random bytes, as \`openssl rand -hex 32\` prints it; a text, a pattern or a published key is none`,
  readKeys,
  (current, previous) => new HmacKeyMap(new Map([...(previous ?? []), ...current])),
)

function readKeys(text: string): Map<string, KeyObject> {
  const value = parsedJson(text)
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SecretFailure("malformed")
  const entries = Object.entries(value)
  if (entries.length === 0 || entries.length > maxKeys) throw new SecretFailure("malformed")
  return new Map(entries.map(([id, key]) => [id, readKey(id, key)]))
}

function readKey(id: string, value: unknown): KeyObject {
  if (!keyId.test(id) || typeof value !== "string" || !hex.test(value)) throw new SecretFailure("malformed")
  const bytes = Buffer.from(value, "hex")
  if (bytes.length > keyBytes.max) throw new SecretFailure("malformed")
  if (bytes.length < keyBytes.min || isGuessable(bytes)) throw new SecretFailure("weak")
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}
