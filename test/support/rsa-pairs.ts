// Generating an RSA key takes 50 ms and more, because two primes are searched for. The tests need many keys that differ,
// and none that is safe. So the primes of a few generated keys are combined into others, which takes 2 ms. It is done
// in node:crypto and in Web Crypto, because the issuers of the product make their own keys
// (test/support/each-file.ts loads this before anything asks for a key).
import crypto, { type JsonWebKey, type KeyObject, type KeyPairKeyObjectResult, type webcrypto } from "node:crypto"
import { syncBuiltinESMExports } from "node:module"

const generate = crypto.generateKeyPairSync
const [exponent, bits] = [65537n, 2048]

const primes: bigint[] = []
/** Pairs of primes that no key has had. */
const unused: (readonly [p: bigint, q: bigint])[] = []

const bigOf = (text = ""): bigint => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`)
const textOf = (value: bigint): string => {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url")
}

/** The number that gives 1 with another one, modulo a third (extended Euclidean algorithm). */
function inverse(of: bigint, modulus: bigint): bigint {
  let [last, rest, lastFactor, factor] = [modulus, of % modulus, 0n, 1n]
  while (rest !== 0n) {
    const times = last / rest
    ;[last, rest, lastFactor, factor] = [rest, last - times * rest, factor, lastFactor - times * factor]
  }
  return lastFactor < 0n ? lastFactor + modulus : lastFactor
}

/** A key of two primes (RFC 8017, section 3.2). */
function combined([p, q]: readonly [p: bigint, q: bigint]): KeyPairKeyObjectResult {
  const d = inverse(exponent, (p - 1n) * (q - 1n))
  const key: JsonWebKey = {
    ...{ kty: "RSA", n: textOf(p * q), e: textOf(exponent), d: textOf(d), p: textOf(p), q: textOf(q) },
    ...{ dp: textOf(d % (p - 1n)), dq: textOf(d % (q - 1n)), qi: textOf(inverse(q, p)) },
  }
  const privateKey = crypto.createPrivateKey({ key, format: "jwk" })
  return { privateKey, publicKey: crypto.createPublicKey(privateKey) }
}

function rsaPair(): KeyPairKeyObjectResult {
  const pair = unused.shift()
  if (pair !== undefined) return combined(pair)
  const made = generate("rsa", { modulusLength: bits })
  const { p, q } = made.privateKey.export({ format: "jwk" })
  const own = [bigOf(p), bigOf(q)]
  for (const other of primes) for (const prime of own) unused.push([other, prime])
  primes.push(...own)
  return made
}

crypto.generateKeyPairSync = ((type: "rsa", options: { readonly modulusLength: number }) =>
  type === "rsa" && options.modulusLength === bits && Object.keys(options).length === 1
    ? rsaPair()
    : generate(type, options)) as typeof generate
syncBuiltinESMExports()

const { subtle } = crypto.webcrypto
const generateKey = subtle.generateKey.bind(subtle) as (...given: unknown[]) => Promise<unknown>
type Usages = Parameters<KeyObject["toCryptoKey"]>[2]
type WithLength = webcrypto.RsaHashedImportParams & { readonly modulusLength?: number }

Object.assign(subtle, {
  async generateKey(algorithm: WithLength, extractable: boolean, usages: Usages) {
    if (algorithm.name !== "RSASSA-PKCS1-v1_5" || algorithm.modulusLength !== bits)
      return await generateKey(algorithm, extractable, usages)
    const { privateKey, publicKey } = rsaPair()
    return {
      privateKey: privateKey.toCryptoKey(algorithm, extractable, ["sign"]),
      publicKey: publicKey.toCryptoKey(algorithm, true, ["verify"]),
    }
  },
})
