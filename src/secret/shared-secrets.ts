import { nodeCrypto } from "../shared/node-crypto.ts"
import type { SharedSecrets } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import { formatOf, isMonotonous, parsedJson, type SecretFormat } from "./format.ts"

const { createHash, timingSafeEqual } = nodeCrypto

// 16 characters of base64 or hexadecimal are 64 to 96 bits: out of reach of guessing over the network. 32 are better.
const characters = { min: 16, max: 4096 }
const maxSecrets = 16
/**
 * Printable ASCII without blanks at its ends: nothing else arrives unchanged in a header value (RFC 9110 section 5.5).
 */
const headerText = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Digests and not the texts: equal lengths to compare, and nothing to leak. */
class SharedSecretDigests implements SharedSecrets {
  readonly #digests: readonly Buffer[]

  constructor(digests: readonly Buffer[]) {
    this.#digests = digests
  }

  matches(candidate: string): boolean {
    if (candidate === "" || candidate.length > characters.max) return false
    const digest = digestOf(candidate)
    let found = false
    // All of them, whether or not one has matched already: the time must not say which.
    for (const each of this.#digests) found = timingSafeEqual(each, digest) || found
    return found
  }
}

/** A JSON list of strings, or one plain string. All of both versions are valid. */
export const sharedSecretsFormat: SecretFormat<SharedSecrets> = formatOf(
  `must be one plain string or a JSON list of 1 to ${maxSecrets} strings, each of ${characters.min} to ${characters.max} random printable ASCII characters, as \`openssl rand -base64 32\` prints them`,
  readSecrets,
  (current, previous) => new SharedSecretDigests([...current, ...(previous ?? [])]),
)

function readSecrets(text: string): Buffer[] {
  const trimmed = text.replace(/\r?\n$/, "") // `echo` and editors add it, and no header value can hold it
  // The console stores "key/value pairs" as a JSON object, which as a plain string no caller would ever send.
  if (trimmed.startsWith("{")) throw new SecretFailure("malformed")
  const values = trimmed.startsWith("[") ? parsedJson(trimmed) : [trimmed]
  if (!Array.isArray(values) || values.length === 0 || values.length > maxSecrets) throw new SecretFailure("malformed")
  return values.map(readSecret)
}

function readSecret(value: unknown): Buffer {
  if (typeof value !== "string" || value.length > characters.max || !headerText.test(value)) {
    throw new SecretFailure("malformed")
  }
  if (value.length < characters.min || isMonotonous(value)) throw new SecretFailure("weak")
  return digestOf(value)
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest()
}
