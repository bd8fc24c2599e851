import { sign } from "node:crypto"
import fc from "fast-check"
import { allAlgorithms } from "../support/config.ts"
import { type KeyType, type TestKey, testKey, withKid } from "../support/keys.ts"
import { audience, goodClaims, hmac, issuer, nowSeconds, segment, signature } from "../support/mint.ts"

/** One change of a JSON object: the raw JSON text of a member, added at the end, or none to take the member away. */
type Change = readonly [name: string, json: string | undefined]

/** A token as a list of choices, so that a failing one can be shrunk and read. */
export interface Recipe {
  readonly alg: string
  readonly header: readonly Change[]
  readonly claims: readonly Change[]
  readonly signature: "good" | "other-key" | "other-alg" | "zero" | "short" | "der" | "hmac" | "none"
  readonly text: readonly TextChange[]
}

type TextChange =
  | { readonly change: "replace" | "insert" | "delete"; readonly at: number; readonly by: string }
  | { readonly change: "swap" | "append" | "cut" | "respell"; readonly at: number; readonly by: string }

const keyTypes: { readonly [family: string]: KeyType } = { RS: "rsa", PS: "rsa", Ed: "ed25519" }
const curves: { readonly [alg: string]: KeyType } = { ES256: "p256", ES384: "p384", ES512: "p521" }
const typeOf = (alg: string): KeyType => curves[alg] ?? keyTypes[alg.slice(0, 2)] ?? "rsa"

/** The keys that both verifiers know: one of each type, and a second RSA key that is for PS256 alone. */
export const knownKeys: readonly TestKey["jwk"][] = [
  ...(["rsa", "p256", "p384", "p521", "ed25519"] as const).map((type) => testKey(type).jwk),
  { ...withKid(testKey("rsa", "ps256"), "rsa-ps256").jwk, alg: "PS256" },
]

const text = (...values: unknown[]): string[] => values.map((value) => JSON.stringify(value))
const wrongTypes = [...text(null, true, 0, 1, -1, "", "x", [], ["x"], {}, { a: 1 }), "1e400", "-1e400"]
const times = text(
  0,
  1,
  1.5,
  nowSeconds - 100,
  nowSeconds - 5,
  nowSeconds - 4,
  nowSeconds,
  nowSeconds + 5,
  nowSeconds + 6,
  nowSeconds + 0.5,
  nowSeconds * 1000,
  "1790000100",
)
const kids = text(
  "rsa-1",
  "rsa-ps256",
  "p256-1",
  "ed25519-1",
  "unknown",
  "__proto__",
  "RSA-1",
  " rsa-1",
  "k".repeat(300),
)
const extra = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value))

const member = (name: string, values: readonly string[]): fc.Arbitrary<Change> =>
  fc.constantFrom<(string | undefined)[]>(undefined, ...values).map((json) => [name, json] as const)

const headerChange = fc.oneof(
  member("alg", [...text(...allAlgorithms, "none", "HS256", "rs256", "Ed25519", "ES256K"), ...wrongTypes]),
  member("kid", [...kids, ...wrongTypes]),
  member("typ", [
    ...text("JWT", "jwt", "at+jwt", "application/at+jwt", "dpop+jwt", "JWS", "secevent+jwt"),
    ...wrongTypes,
  ]),
  member("cty", [...text("JWT", "json", "application/jwt"), ...wrongTypes]),
  member("crit", [...text(["b64"], ["exp"], ["x"]), ...wrongTypes]),
  member("b64", wrongTypes),
  member("jwk", [JSON.stringify(testKey("rsa", "attacker").jwk), ...wrongTypes]),
  member("jku", text("https://attacker.example/keys")),
  member("x5c", wrongTypes),
  member("__proto__", text({ alg: "RS256", kid: "rsa-1" })),
  fc.tuple(fc.string({ maxLength: 8 }), extra),
)

const claimChange = fc.oneof(
  member("iss", [
    ...text(issuer, `${issuer}/`, issuer.toUpperCase(), [issuer], "https://attacker.example"),
    ...wrongTypes,
  ]),
  member("aud", [
    ...text(audience, [audience], ["a", audience], ["a", "b"], [audience, 7], `${audience}/`, [[audience]]),
    ...wrongTypes,
  ]),
  member("exp", [...times, ...wrongTypes]),
  member("nbf", [...times, ...wrongTypes]),
  member("iat", [...times, ...wrongTypes]),
  member("sub", [...text("alice", 7, "x".repeat(600), "\ud800"), ...wrongTypes]),
  member("cnf", text({ jkt: "x" }, {}, null)),
  member("nonce", text("n")),
  member("at_hash", text("h")),
  member("typ", text("ID", "Bearer")),
  member("token_use", text("id", "access")),
  member("scope", [...text("read write", ["read"]), ...wrongTypes]),
  member("client_id", text("client", "canary-subject")),
  member("__proto__", text({ iss: issuer, aud: audience, exp: nowSeconds + 60 })),
  member("deep", ["[".repeat(100) + "]".repeat(100), `${'{"a":'.repeat(30)}1${"}".repeat(30)}`]),
  member("pad", text("x".repeat(13_000))),
  fc.tuple(fc.string({ maxLength: 8 }), extra),
)

const odd = ["A", "Q", "_", "-", ".", "=", "+", "/", " ", "\n", "\t", "é", "\u0000", ",", '"', "{", "~"]
const textChange: fc.Arbitrary<TextChange> = fc.record({
  change: fc.constantFrom("replace", "insert", "delete", "swap", "append", "cut", "respell"),
  at: fc.nat({ max: 2000 }),
  by: fc.constantFrom(...odd),
})

const often = <T>(usual: T, weight: number, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight }, { arbitrary: fc.constantFrom(...others), weight: 1 })

/** Tokens of every algorithm, most of them wrong in a place or two. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  alg: fc.constantFrom(...allAlgorithms),
  header: fc.array(headerChange, { maxLength: 2, size: "max" }),
  claims: fc.array(claimChange, { maxLength: 2, size: "max" }),
  signature: often<Recipe["signature"]>("good", 6, "other-key", "other-alg", "zero", "short", "der", "hmac", "none"),
  text: fc.oneof(
    { arbitrary: fc.constant([]), weight: 4 },
    { arbitrary: fc.array(textChange, { maxLength: 1 }), weight: 1 },
  ),
})

/** The recipe's token. */
export function tokenOf({ alg, header, claims, signature: kind, text: changes }: Recipe): string {
  const key = testKey(typeOf(alg))
  const input = `${segment(changed({ alg, kid: key.kid }, header))}.${segment(changed(goodClaims, claims))}`
  return changes.reduce(rewritten, `${input}.${macOf(kind, alg, key, input)}`)
}

/** JSON text of an object after the changes. Added members come last, so that a name may stand twice. */
function changed(object: object, changes: readonly Change[]): string {
  const removed = new Set(changes.filter(([, json]) => json === undefined).map(([name]) => name))
  const kept = Object.entries(object)
    .filter(([name]) => !removed.has(name))
    .map(([name, value]) => [name, JSON.stringify(value)])
  const added = changes.filter(([, json]) => json !== undefined)
  return `{${[...kept, ...added].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`
}

function macOf(kind: Recipe["signature"], alg: string, key: TestKey, input: string): string {
  const octets = (): Buffer => signature(alg, key.privateKey, input)
  switch (kind) {
    case "good":
      return octets().toString("base64url")
    case "other-key":
      return signature(alg, testKey(typeOf(alg), "attacker").privateKey, input).toString("base64url")
    case "other-alg": {
      const other = allAlgorithms.find((name) => name !== alg && typeOf(name) === typeOf(alg)) ?? "RS512"
      return signature(other, testKey(typeOf(other)).privateKey, input).toString("base64url")
    }
    case "zero":
      return Buffer.alloc(octets().length).toString("base64url")
    case "short":
      return octets().subarray(1).toString("base64url")
    case "der":
      return sign(alg === "EdDSA" ? null : `sha${alg.slice(2)}`, Buffer.from(input), key.privateKey).toString(
        "base64url",
      )
    case "hmac":
      return hmac("HS256", key.publicKey.export({ type: "spki", format: "pem" }).toString(), input)
    case "none":
      return ""
  }
}

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

function rewritten(token: string, { change, at, by }: TextChange): string {
  const place = at % (token.length + 1)
  switch (change) {
    case "replace":
      return token.slice(0, place) + by + token.slice(place + 1)
    case "insert":
      return token.slice(0, place) + by + token.slice(place)
    case "delete":
      return token.slice(0, place) + token.slice(place + 1)
    case "swap":
      return token.split(".").reverse().join(".")
    case "append":
      return token + by
    case "cut":
      return token.slice(0, place)
    case "respell": {
      // Sets an unused bit of the last character: the same octets for a lenient decoder.
      const last = base64url.indexOf(token.at(-1) ?? "")
      return last < 0 ? token : token.slice(0, -1) + base64url[last | 1]
    }
  }
}
