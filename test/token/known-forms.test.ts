import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { splitToken } from "../../src/token/compact.ts"
import { derSignature } from "../../src/token/ecdsa.ts"
import { HeapBytes } from "../../src/token/heap-bytes.ts"
import type { OidcIssuer } from "../../src/types/configuration.ts"
import type { TraceEntry } from "../../src/types/decision.ts"
import { createVerifier } from "../../src/verify.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { audience, clock, goodClaims, issuer, nowSeconds, sealed, segment, segments } from "../support/mint.ts"

// What verification makes of each form of a token, of its header, and of values at the limits.

type Values = { readonly [name: string]: unknown }
type Row = readonly [name: string, token: string, changes?: Partial<OidcIssuer>]

const key = testKey("p256")
const claims: Values = { ...goodClaims, sub: "ann", scope: "a b", client_id: "web" }
const jwk = { ...key.jwk, kid: "k" }

/** A signed token; a text is the whole segment. */
const token = (header: Values | string = {}, payload: Values | string = {}): string =>
  sealed(
    typeof header === "string" ? header : segment({ alg: "ES256", kid: "k", ...header }),
    typeof payload === "string" ? payload : segment({ ...claims, ...payload }),
    "ES256",
    key,
  )
const encoded = (text: string | Uint8Array): string => Buffer.from(text).toString("base64url")

const good = token()
const [head, body, mac] = segments(good)
/** The same text with a last character whose unused bits are not zero. */
const respelled = (text: string): string => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1) ?? "") + 1]
}
const nested = (depth: number, open: string, close: string): string =>
  `{"n":${open.repeat(depth)}0${close.repeat(depth)},${JSON.stringify(claims).slice(1)}`

const forms: readonly Row[] = [
  ["as it should be", good],
  ...[
    "",
    ".",
    "..",
    "...",
    "a",
    "a.b",
    `${head}.${body}`,
    `${head}.${body}.`,
    `.${body}.${mac}`,
    `${head}..${mac}`,
  ].map((text, at): Row => [`form ${at}`, text]),
  ["with a fourth segment", `${good}.x`],
  ["with five segments", "a.b.c.d.e"],
  ["with five segments, four of them empty", "...."],
  ["with six segments", "a.b.c.d.e.f"],
  ["one word", "opaque-word_1~+/="],
  ["one word with a sign", "opaque!word"],
  ["with + for -", `${head}.${body}.${mac.slice(0, -2)}+A`],
  ["with / for _", `${head}.${body}.${mac.slice(0, -2)}/A`],
  ["with a letter beyond ASCII", `${good}é`],
  ["with = at the end", `${good}=`],
  ["with a sign in the payload", `${head}.${body.slice(0, -1)}!.${mac}`],
  ["whose signature has another spelling", `${head}.${body}.${respelled(mac)}`],
  ["whose header has another spelling", `${respelled(encoded('{"alg":"ES256","kid":"k" }'))}.${body}.${mac}`],
  [
    "whose signature has one octet more",
    `${head}.${body}.${encoded(Buffer.concat([Buffer.from(mac, "base64url"), Buffer.of(0)]))}`,
  ],
  ["whose signature is zero", `${head}.${body}.${encoded(Buffer.alloc(64))}`],
  ["whose signature is of another token", `${head}.${body}.${segments(token({}, { sub: "bob" }))[2]}`],
]

const headers: readonly Row[] = [
  ...[
    ...[{ alg: undefined }, { alg: 7 }, { alg: "none" }, { alg: "HS256" }, { alg: "es256" }, { alg: "ES384" }],
    ...[{ kid: undefined }, { kid: null }, { kid: "" }, { kid: 7 }, { kid: "else" }, { kid: "K" }],
    ...[{ typ: "JWT" }, { typ: "application/AT+JWT" }, { typ: "application/" }, { typ: "" }, { typ: "dpop+jwt" }],
    ...[{ typ: null }, { typ: 7 }, { typ: "id_token" }, { cty: "x" }, { cty: "JWT" }, { cty: "application/jwt" }],
    ...[{ cty: 7 }, { cty: null }, { crit: [] }, { crit: ["exp"] }, { crit: null }, { b64: true }, { b64: false }],
    ...[
      { b64: null },
      { nonce: "n" },
      { jku: "https://evil.example" },
      { jwk: { kty: "RSA" } },
      { x5t: "a" },
      { x5t: 7 },
    ],
    ...[
      { kid: undefined, x5t: "thumb" },
      { kid: undefined, "x5t#S256": "thumb" },
      { kid: undefined, x5t: "" },
    ],
    { kid: undefined, x5t: "thumb", "x5t#S256": "thumb" },
  ].map(
    (header): Row => [
      JSON.stringify(header, (_, value) => (value === undefined ? "(left out)" : value)),
      token(header),
    ],
  ),
  ["kid of 256 characters", token({ kid: "x".repeat(256) })],
  ["kid of 257 characters", token({ kid: "x".repeat(257) })],
  ["no JSON", token(encoded("{"))],
  ["no object", token(encoded("[]"))],
  ["null", token(encoded("null"))],
  ["not UTF-8", token(encoded(Buffer.of(0x7b, 0xff, 0x7d)))],
  ["a byte order mark", token(encoded('\ufeff{"alg":"ES256","kid":"k"}'))],
  ["alg twice", token(encoded('{"alg":"none","alg":"ES256","kid":"k"}'))],
  ["inherited names", token(encoded('{"alg":"ES256","kid":"k","__proto__":{"crit":[]},"constructor":1}'))],
  ["no kid where it may be missing", token({ kid: undefined }), { allowMissingKid: true }],
  [
    "no kid, two keys",
    token({ kid: undefined }),
    { allowMissingKid: true, jwks: { keys: [jwk, { ...testKey("p256", "2").jwk }] } },
  ],
  [
    "no kid, a key of another type",
    token({ kid: undefined }),
    { allowMissingKid: true, jwks: { keys: [jwk, testKey("rsa").jwk] } },
  ],
  ["one kid, two keys", good, { jwks: { keys: [{ ...testKey("p256", "2").jwk, kid: "k" }, jwk] } }],
  [
    "one kid, five keys",
    good,
    { jwks: { keys: [jwk, ...["2", "3", "4", "5"].map((label) => ({ ...testKey("p256", label).jwk, kid: "k" }))] } },
  ],
  [
    "one kid, four keys",
    good,
    { jwks: { keys: [...["2", "3", "4"].map((label) => ({ ...testKey("p256", label).jwk, kid: "k" })), jwk] } },
  ],
]

const payloads: readonly Row[] = [
  ["no JSON", token({}, encoded("{"))],
  ["no object", token({}, encoded("[]"))],
  ["not UTF-8", token({}, encoded(Buffer.of(0x7b, 0xff, 0x7d)))],
  ["exp twice", token({}, encoded(`{"exp":1,${JSON.stringify(claims).slice(1)}`))],
  ["inherited names", token({}, encoded(`{"__proto__":{"cnf":1},"constructor":1,${JSON.stringify(claims).slice(1)}`))],
  ...[63, 64, 65].flatMap((depth): Row[] => [
    [`${depth} lists`, token({}, encoded(nested(depth, "[", "]")))],
    [`${depth} objects`, token({}, encoded(nested(depth, '{"n":', "}")))],
  ]),
  ["sub of 512 characters", token({}, { sub: "x".repeat(512) })],
  ["sub of 513 characters", token({}, { sub: "x".repeat(513) })],
  ["an id of 1024 octets", token({}, { sub: `${"%".repeat(331)}x` })],
  ["an id of 1025 octets", token({}, { sub: `${"%".repeat(331)}xx` })],
  ["sub with a lone surrogate", token({}, encoded(JSON.stringify({ ...claims, sub: "\ud800" })))],
  ["sub with signs", token({}, { sub: "a|b %é\n" })],
  ["no sub", token({}, { sub: undefined })],
  ["no sub, no client", token({}, { sub: undefined, client_id: undefined })],
]

const tolerance = 5
const latest = 95_617_584_000
const times: readonly Row[] = [
  ...[
    ...[{ exp: nowSeconds - tolerance }, { exp: nowSeconds - tolerance + 1 }, { exp: nowSeconds - tolerance + 0.5 }],
    ...[{ exp: 0 }, { exp: -1 }, { exp: "1790000060" }, { exp: latest }, { exp: latest + 1 }, { exp: 1e300 }],
    ...[{ nbf: nowSeconds + tolerance }, { nbf: nowSeconds + tolerance + 1 }, { nbf: latest + 1 }, { nbf: -1 }],
    ...[{ iat: nowSeconds + tolerance }, { iat: nowSeconds + tolerance + 1 }, { iat: latest + 1 }, { iat: "1" }],
  ].map((changes): Row => [JSON.stringify(changes), token({}, changes)]),
  ...[
    ...[{ exp: nowSeconds + 3540 }, { exp: nowSeconds + 3541 }, { exp: nowSeconds + 3540, iat: undefined }],
    { iat: nowSeconds + 1, exp: nowSeconds + 3601 },
  ].map(
    (changes): Row => [
      `at most 3600 s: ${JSON.stringify(changes)}`,
      token({}, { iat: nowSeconds - 60, ...changes }),
      { maxLifetimeSeconds: 3600 },
    ],
  ),
]

/** What shows an access token, one at a time. */
const bare = { scope: undefined, client_id: undefined }
const evidence: readonly Row[] = [
  ...[
    ...[
      {},
      { scope: "" },
      { scope: "a" },
      { scope: ["a"] },
      { scope: 7 },
      { scp: [] },
      { client_id: "c" },
      { client_id: "" },
    ],
    ...[
      { client_id: 7 },
      { azp: "c" },
      { azp: audience },
      { azp: "c", aud: [audience, "c"] },
      { azp: "c", aud: [audience] },
    ],
    ...[
      { azp: "" },
      { azp: 7 },
      { gty: "x" },
      { gty: null },
      { nonce: "n", scope: "a" },
      { nonce: "n", client_id: "c" },
    ],
    ...[
      { nonce: null, client_id: "c" },
      { nonce: "n", scp: "" },
    ],
  ].map(
    (changes): Row => [
      `an access token by ${JSON.stringify(changes)}`,
      token({}, { ...bare, ...changes }),
      { accessTokenClaim: "gty" },
    ],
  ),
  ["an access token by its typ", token({ typ: "at+jwt" }, bare)],
  ["an access token by its typ alone is not one by another typ", token({ typ: "jwt" }, bare)],
  ["requireAtJwt, typ at+jwt", token({ typ: "at+jwt" }), { requireAtJwt: true }],
  ["requireAtJwt, typ jwt", token({ typ: "jwt" }), { requireAtJwt: true }],
  ["requireAtJwt, no typ", good, { requireAtJwt: true }],
]

const issuers: readonly Row[] = [
  issuer,
  `${issuer}/`,
  issuer.toUpperCase(),
  `${issuer}//`,
  `${issuer}x`,
  issuer.slice(1),
  "",
].map((iss): Row => [`iss ${JSON.stringify(iss)}`, token({}, { iss })])

const json = (value: unknown): string =>
  (JSON.stringify(value) ?? "undefined").replace(/x{50,}|(?:%25){50,}/g, (run) => `(${run.length} characters)`)

function entryText({ check, expected, found, reason }: TraceEntry): string {
  const asText = (label: string, value: unknown): string => (value === undefined ? "" : `, ${label} ${json(value)}`)
  return `${reason} at ${check}${asText("expected", expected)}${asText("found", found)}`
}

async function verdict([name, text, changes]: Row): Promise<string> {
  const settings = { provider: "oidc" as const, issuer, audience, jwks: { keys: [jwk] }, algorithms: ["ES256"] }
  const authorizer = createAuthorizer({ issuers: [{ ...settings, ...changes }], cache: { maxTokens: 0 } }, { clock })
  const { reason, principal, trace = [] } = await authorizer.decide(http2(`Bearer ${text}`), { trace: "values" })
  const failed = trace.filter(({ ok }) => !ok).map(entryText)
  const who = principal && `${json(principal.id)}, ${principal.kind}, ${json(principal.scopes)}`
  return `  ${name}: ${[reason, who, ...failed].filter((part) => part !== undefined).join("; ")}`
}

const section = async (title: string, rows: readonly Row[]): Promise<readonly string[]> => [
  title,
  ...(await Promise.all(rows.map(verdict))),
]

describe("what verification makes of each form of a token is what it was", () => {
  it("in the file known-forms.txt, which `npx vitest run -u` writes anew", async () => {
    const sections = [
      ...[section("forms", forms), section("headers", headers), section("payloads", payloads)],
      ...[section("times", times), section("kinds", evidence), section("issuers", issuers)],
    ]
    await expect(`${(await Promise.all(sections)).flat().join("\n")}\n`).toMatchFileSnapshot("known-forms.txt")
  })
})

describe("the length of a token", () => {
  it("is at most 16384 characters", () => {
    expect(splitToken("a".repeat(16_384))).toMatchObject({ code: "token_opaque" })
    expect(splitToken("a".repeat(16_385))).toMatchObject({ code: "token_too_long" })
  })
})

describe("an ECDSA signature in DER", () => {
  const hex = (r: string, s: string): string | undefined => {
    const length = r.length / 2
    const der = derSignature(Buffer.from(r + s, "hex"), length)
    return der && Buffer.from(der).toString("hex")
  }
  const fill = (first: string, length: number): string => first.padEnd(2 * length, "1")

  it.each<[string, string, string, string]>([
    ["integers of full length", "01020304", "05060708", "300c020401020304020405060708"],
    ["zeros before both", "00000304", "00000008", "30070202030402 0108".replace(" ", "")],
    ["nothing but zeros", "00000000", "00000000", "3006020100020100"],
    ["a first bit that would be a sign", "80020304", "ff060708", "300e0205008002030402 0500ff060708".replace(" ", "")],
    ["zeros before such a bit", "00000080", "00007fff", "30080202008002027fff"],
  ])("has %s", (_, r, s, der) => expect(hex(r, s)).toBe(der))

  it("has the long form of a length from 128 octets", () => {
    const [r, s] = [fill("01", 62), fill("01", 62)]
    expect(hex(r, s)).toBe(`3081800 23e${r}023e${s}`.replace(" ", ""))
    const short = derSignature(Buffer.from(fill("01", 61) + fill("01", 61), "hex"), 61)
    expect(short?.slice(0, 4)).toEqual(Uint8Array.of(0x30, 126, 2, 61))
    const odd = derSignature(Buffer.from(fill("81", 61) + fill("01", 61), "hex"), 61)
    expect(odd?.slice(0, 5)).toEqual(Uint8Array.of(0x30, 127, 2, 62, 0))
  })

  it("is none of another length", () => {
    expect(derSignature(Buffer.alloc(63), 32)).toBeUndefined()
    expect(derSignature(Buffer.alloc(65), 32)).toBeUndefined()
  })
})

describe("19.4: the bytes that claims count", () => {
  const many = (count: number): Values => Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, 0]))
  /** Where every name and short text is known. */
  const again = (value: unknown): number => {
    const bytes = new HeapBytes()
    bytes.of(value)
    return bytes.of(value)
  }

  it.each<[string, unknown, number, number]>([
    ["a text of 10 characters, which later tokens share", "0123456789", 32, 0],
    ["a text of 11 characters", "01234567890", 32, 32],
    ["a text of 16 characters", "0123456789abcdef", 32, 32],
    ["a text of 17 characters", "0123456789abcdefg", 40, 40],
    ["a text of 17 characters of one octet", "é123456789abcdefg", 40, 40],
    ["a text of 17 characters of two octets", "€123456789abcdefg", 56, 56],
    ["an integer", 7, 0, 0],
    ["an integer beyond 31 bits", 2 ** 31, 16, 16],
    ["a fraction", 0.5, 16, 16],
    ["true", true, 0, 0],
    ["null", null, 0, 0],
    ["an empty list", [], 32, 32],
    ["a list of three", [1, 2, 0.5], 88, 88],
    ["an empty object", {}, 56, 56],
    ["an object of one member", { a: 1 }, 24 + 8 + 144 + 24, 24 + 8],
    ["an object of two members", { a: 1, b: 0.5 }, 24 + 16 + 2 * (144 + 24) + 16, 24 + 16 + 16],
    ["an object of 128 members", many(128), 24 + 8 * 128 + 128 * (144 + 24), 24 + 8 * 128],
    ["an object of 129 members", many(129), 64 + 24 * 256 + 129 * 24, 64 + 24 * 256],
  ])("of %s", (_, value, first, later) => {
    expect(new HeapBytes().of(value)).toBe(first)
    expect(again(value)).toBe(later)
  })

  it("of 4096 names and short texts are known, and one more makes all of them new", () => {
    const bytes = new HeapBytes()
    for (let at = 0; at < 4096; at++) bytes.of(`t${at}`)
    expect(bytes.of("t0")).toBe(0)
    bytes.of("t4096")
    expect(bytes.of("t0")).toBe(24)
  })
})

describe("RFC 8725 section 3.12: auth0, a token whose only audience is the client", () => {
  const auth0 = { provider: "auth0" as const, domain: "acme.example", audience: "web", jwks: { keys: [jwk] } }
  const { verify } = createVerifier({ issuers: [{ ...auth0, algorithms: ["ES256"] }] }, { clock })

  it.each<[string, Values, string]>([
    ["as a text", { aud: "web", azp: "web" }, "token_kind_refused"],
    ["as a list of one", { aud: ["web"], azp: "web" }, "token_kind_refused"],
    ["named by client_id", { aud: ["web"], azp: "else", client_id: "web" }, "token_kind_refused"],
    ["beside another one", { aud: ["web", "orders"], azp: "web" }, "ok"],
    ["of another client", { aud: ["web"], azp: "else", client_id: "else" }, "ok"],
  ])("%s", async (_, changes, expected) => {
    const text = token({ typ: "at+jwt" }, { iss: "https://acme.example/", client_id: undefined, ...changes })
    const found = await verify(text).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
    expect(found).toBe(expected)
  })
})
