import { generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto"

/** Key types of the tests. */
export type KeyType = "rsa" | "p256" | "p384" | "p521" | "ed25519"

/** A key pair with its public JWK. The JWK has `kid` and `use`, and no `alg`: a test that needs one adds it. */
export interface TestKey {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey & { kid: string }
}

const pairs = new Map<string, TestKey>()

/**
 * The key pair of a type and label: made at first use, the same for the whole process. Its kid is `rsa-1` and so on.
 */
export function testKey(type: KeyType = "rsa", label = "1"): TestKey {
  const kid = `${type}-${label}`
  let key = pairs.get(kid)
  if (key === undefined) {
    key = withKid(generate(type), kid)
    pairs.set(kid, key)
  }
  return key
}

/** A key pair under a chosen kid. */
export function withKid(pair: { publicKey: KeyObject; privateKey: KeyObject }, kid: string): TestKey {
  const { publicKey, privateKey } = pair
  return { kid, publicKey, privateKey, jwk: Object.freeze({ ...publicKey.export({ format: "jwk" }), kid, use: "sig" }) }
}

function generate(type: KeyType): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (type) {
    case "rsa":
      return generateKeyPairSync("rsa", { modulusLength: 2048 })
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" })
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" })
    case "p521":
      return generateKeyPairSync("ec", { namedCurve: "P-521" })
    case "ed25519":
      return generateKeyPairSync("ed25519")
  }
}
