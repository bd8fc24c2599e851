// Measures the heap that cached tokens of many shapes take, beside what the cache counts. Prints one JSON object:
// shape -> { heap, counted } in bytes for each token. In a process of its own, because all of the heap is measured.
import { generateKeyPairSync, sign } from "node:crypto"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { makeTokenStore } from "../../src/token/store.ts"
import { createVerifier } from "../../src/verify.ts"

setFlagsFromString("--expose-gc")
setFlagsFromString("--no-flush-bytecode") // what V8 drops of old code is no token's
const collect = runInNewContext("gc") as () => void

/** The heap that is in use once collecting frees nothing more: what is freed later would count for the tokens. */
function settledHeap(): number {
  let used = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 20; tries++) {
    collect()
    const { heapUsed } = process.memoryUsage()
    if (heapUsed >= used) break
    used = heapUsed
  }
  return used
}

const { privateKey, publicKey } = generateKeyPairSync("ed25519")
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k", alg: "EdDSA", use: "sig" }
const [issuer, audience] = ["https://issuer.example/", "https://orders.example"]
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")
const header = encoded({ alg: "EdDSA", kid: "k", typ: "at+jwt" })

let made = 0
const times = <T>(count: number, each: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => each(at))
const groupId = (at: number): string => `00000000-0000-4000-8000-${String(made * 1000 + at).padStart(12, "0")}`

const shapes: { readonly [name: string]: () => object } = {
  "scalars alone": () => ({}),
  "a usual token": () => ({ permissions: ["orders:read", "orders:write"], groups: times(4, groupId) }),
  "50 groups": () => ({ groups: times(50, groupId) }),
  "150 groups": () => ({ groups: times(150, groupId) }),
  "empty objects": () => ({ x: times(2000, () => ({})) }),
  "empty lists": () => ({ x: times(2000, () => []) }),
  "small numbers": () => ({ x: times(2000, (at) => at % 10) }),
  "other numbers": () => ({ x: times(600, (at) => at + 0.5) }),
  "names that no other token has": () => Object.fromEntries(times(40, (at) => [`n${made}_${at}`, 1])),
  "many such names": () => Object.fromEntries(times(500, (at) => [`n${made}_${at}`, 1])),
  "such names in small objects": () => ({ x: times(100, (at) => ({ [`a${made}_${at}`]: 1 })) }),
  "short texts that tokens share": () => ({ x: times(800, (at) => `t${at}`) }),
  "short texts of its own": () => ({ x: times(500, (at) => (made * 1000 + at).toString(36)) }),
  "text of two octets a character": () => ({ name: "ł".repeat(1500) }),
  "nested objects": () => ({ x: times(60, (at) => at).reduce<object>((inner) => ({ a: inner, b: "x" }), {}) }),
  records: () => ({ x: times(150, (id) => ({ id, name: `name ${id}`, ok: true })) }),
  "one long text": () => ({ x: "y".repeat(6000) }),
}

function token(shape: () => object): string {
  made++
  const aud = [audience, `${issuer}userinfo`]
  const sub = `auth0|${String(made).padStart(24, "0")}`
  const usual = { iss: issuer, sub, aud, iat: 1.7e9, exp: 4e9, azp: "NwOrdersSpa000000000000000000001" }
  const text = `${header}.${encoded({ ...usual, scope: "openid profile orders:read", ...shape() })}`
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`
}

const found = Object.entries(shapes).map(([name, shape]) => {
  const issuers = [{ provider: "oidc", issuer, audience, algorithms: ["EdDSA"], jwks: { keys: [jwk] } }] as const
  const config = { issuers, cache: { maxBytes: 1_000_000_000, maxTokens: 1_000_000 } }
  const { verifySync } = createVerifier(config, { clock: () => 1_700_000_005_000 })
  const store = makeTokenStore(1_000_000_000)
  const count = token(shape).length > 3000 ? 40 : 160
  let counted = 0
  const feed = (tokens: number): void => {
    for (let fed = 0; fed < tokens; fed++) {
      const text = token(shape)
      const principal = verifySync(text)
      store.set(0, { token: text, principal })
      counted += store.calculatedSize
    }
  }
  // The code of the verifier has seen such tokens, and is compiled: with those of the first shape.
  feed(made > 1 ? count : 2 * count)
  store.clear()
  const before = settledHeap()
  counted = 0
  feed(count)
  store.clear()
  return [name, { heap: (settledHeap() - before) / count, counted: counted / count }]
})
console.log(JSON.stringify(Object.fromEntries(found)))
