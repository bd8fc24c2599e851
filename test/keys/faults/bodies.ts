import { answer, type Fault, failure, goodKey, goodSet, harmless, setOf } from "./fault.ts"

const notASet = (name: string, does: string, body: string | Uint8Array): Fault =>
  failure(name, does, "not_a_key_set", answer(body, { "content-type": "application/json" }), { requests: 1 })
const noKey = (name: string, does: string, body: string): Fault =>
  failure(name, does, "no_usable_key", answer(body, { "content-type": "application/json" }), { requests: 1 })

const { kid, n, e } = goodKey.jwk
const invalidUtf8 = Buffer.concat([Buffer.from('{"x":"'), Buffer.of(0xff, 0xfe), Buffer.from(`",${goodSet.slice(1)}`)])
const depth = 50_000

/** Bodies with status 200 that are not the JWK Set they should be. */
export const bodies: readonly Fault[] = [
  notASet("html", "a page of HTML, as a captive portal sends it", "<!doctype html><title>Sign in</title>"),
  notASet("empty-body", "an empty body", ""),
  notASet("truncated-json", "the first half of the set", goodSet.slice(0, goodSet.length / 2)),
  notASet("trailing-garbage", "the set, and more text after it", `${goodSet}\n{"keys":[]}`),
  notASet("jsonp", "the set as an argument of a call", `callback(${goodSet})`),
  notASet("byte-order-marks", "the set after two byte order marks", `\uFEFF\uFEFF${goodSet}`),
  notASet("utf-16", "the set in UTF-16", Buffer.from(`\uFEFF${goodSet}`, "utf16le")),
  notASet("json-null", "`null`", "null"),
  notASet("json-text", "the set as a JSON string", JSON.stringify(goodSet)),
  notASet("json-list", "the keys without the set around them", JSON.stringify([goodKey.jwk])),
  notASet("single-key", "one JWK instead of a set", JSON.stringify(goodKey.jwk)),
  notASet("certificates-by-kid", "PEM certificates by kid", JSON.stringify({ [kid]: "-----BEGIN CERTIFICATE-----" })),
  notASet("keys-object", "`keys` is an object", JSON.stringify({ keys: { [kid]: goodKey.jwk } })),
  notASet("keys-null", "`keys` is `null`", '{"keys":null}'),
  notASet("prototype-set", "the good set under `__proto__`", `{"__proto__":${goodSet}}`),
  notASet("deep-nesting", "50,000 objects in one another", `${'{"keys":'.repeat(depth)}1${"}".repeat(depth)}`),
  noKey(
    "deep-nesting-keys",
    "50,000 lists in one another as a key",
    `{"keys":[${"[".repeat(depth)}${"]".repeat(depth)}]}`,
  ),
  noKey(
    "duplicate-keys-empty-last",
    "two members `keys`, the last one empty",
    `{"keys":[${JSON.stringify(goodKey.jwk)}],"keys":[]}`,
  ),
  noKey(
    "prototype-key",
    "the good key under `__proto__`",
    `{"keys":[{"__proto__":${JSON.stringify(goodKey.jwk)},"kid":"${kid}"}]}`,
  ),
  noKey("keys-of-wrong-types", "numbers, texts, lists and `null` instead of keys", setOf(null, 1, "key", [], true)),
  noKey(
    "members-of-wrong-types",
    "keys whose members are numbers and objects instead of texts",
    setOf({ kty: 1 }, { kty: "RSA", kid, n: {}, e: 3 }),
  ),
  harmless("byte-order-mark", "the set after a byte order mark, as .NET writes it", answer(`\uFEFF${goodSet}`)),
  harmless(
    "deep-nesting-beside",
    "a key with a member of 50,000 lists in one another beside the good one",
    answer(`{"keys":[{"kty":"RSA","issuer":${"[".repeat(depth)}${"]".repeat(depth)}},${JSON.stringify(goodKey.jwk)}]}`),
  ),
  harmless(
    "duplicate-keys-good-last",
    "two members `keys`, the last one good",
    answer(`{"keys":[],"keys":[${JSON.stringify(goodKey.jwk)}]}`),
  ),
  harmless(
    "duplicate-members",
    "a key with two moduli, the last one good (RFC 7517 section 4)",
    answer(`{"keys":[{"kty":"RSA","kid":"${kid}","n":"AQAB","e":"${e}","n":"${n}"}]}`),
  ),
  harmless(
    "prototype-kid",
    "the good key beside one with the kid `__proto__`",
    answer(setOf({ ...goodKey.jwk, kid: "__proto__" }, goodKey.jwk)),
  ),
  harmless(
    "invalid-utf-8",
    "the good set, and octets that are no UTF-8 in a part that is not read",
    answer(invalidUtf8),
  ),
  harmless("wrong-content-type", "the good set as `text/html`", answer(goodSet, { "content-type": "text/html" })),
]
