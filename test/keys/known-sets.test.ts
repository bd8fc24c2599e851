import { createHash, createPublicKey } from "node:crypto"
import { describe, expect, it } from "vitest"
import { acceptKeySet, importKeys } from "../../src/keys/accept-key-set.ts"
import { fetchFrom, type KeyLocation } from "../../src/keys/discovery.ts"
import { type FetchedDocument, FetchFailure, type FetchLimits, mayFetch } from "../../src/keys/document.ts"
import { freshForMs } from "../../src/keys/freshness.ts"
import { importJwk } from "../../src/keys/jwk.ts"
import { type KeySet, readKeySet } from "../../src/keys/key-set.ts"
import { isLinkLocal } from "../../src/keys/link-local.ts"
import { LongSet } from "../../src/keys/long-set.ts"
import { failureOrFault } from "../../src/keys/network-error.ts"
import { Pace } from "../../src/keys/pace.ts"
import { readMembers } from "../../src/keys/read-members.ts"
import { rsaPssKey } from "../../src/keys/rsa-pss.ts"
import { retryAfterMs } from "../../src/keys/settings.ts"
import type { Held } from "../../src/renewal/refreshed-value.ts"
import { algorithms } from "../../src/shared/algorithms.ts"
import { defaultKeyPolicy } from "../support/defaults.ts"
import { nowSeconds } from "../support/mint.ts"
import { ed25519, ed25519Coordinates, jwkChanges, p256, p384, p521, rsa, rsaNumbers } from "./known-jwks.ts"

// What becomes of odd keys, odd documents and odd headers, each as a whole.

type Members = { readonly [name: string]: unknown }

const shortened = (text: string): string =>
  text.replace(/([\w ])\1{99,}/g, (run, one) => `(${run.length} times "${one}")`)
const json = (value: unknown): string => shortened(JSON.stringify(value) ?? "undefined")
const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 10)
const all = [...new Set(algorithms.values())].filter(({ keyType }) => keyType !== "AKP")

/** What becomes of a key: the reason why it is skipped, or what it is. */
function keyText(jwk: unknown, allowed = all): string {
  const key = importJwk(jwk, allowed)
  if (typeof key === "string") return key
  const { kid, thumbprints, issuer, byAlgorithm, fingerprint, usableUntilMs } = key
  const types = [...byAlgorithm].map(([alg, { asymmetricKeyType: type }]) => `${alg} ${type}`).join(", ")
  return `${types}; ${json({ kid, issuer, thumbprints })} until ${usableUntilMs} ${digest(fingerprint)}`
}

describe("what becomes of each key of a set is what it was", () => {
  it("in the file known-keys.txt, which `npx vitest run -u` writes anew", async () => {
    const bases: { readonly [name: string]: Members } = { rsa, p256, p384, p521, ed25519 }
    const lines = Object.entries(bases).flatMap(([name, base]) => {
      const usual = keyText(base)
      // How a key is named is the same for each type.
      const changes = jwkChanges.filter(([, called]) => name === "rsa" || !/x5t|kid|both/.test(called))
      const rows = changes.map(([change, called]) => {
        const text = keyText({ ...base, ...change })
        return [called, text === usual ? "the same" : text] as const
      })
      const effects = Map.groupBy(rows, ([, effect]) => effect)
      return [
        `${name}: ${usual}`,
        `  for RS256 alone: ${keyText(base, [algorithms.get("RS256") as (typeof all)[number]])}`,
        ...[...effects].map(([effect, ones]) => `  ${ones.map(([change]) => change).join(" | ")}  →  ${effect}`),
      ]
    })
    const numbers = rsaNumbers.map(([name, change]) => `  ${name}: ${keyText({ ...rsa, ...change })}`)
    const points = ed25519Coordinates.map(([name, x]) => `  x ${name}: ${keyText({ ...ed25519, x })}`)
    const others = [null, 7, "a", [], [rsa], {}, Object.create(rsa)].map((jwk) => `  ${json(jwk)}: ${keyText(jwk)}`)
    const text = [...lines, "RSA numbers", ...numbers, "Ed25519 points", ...points, "no keys", ...others].join("\n")
    await expect(`${text}\n`).toMatchFileSnapshot("known-keys.txt")
  })
})

const limits: FetchLimits = { timeoutMs: 60_000, maxBytes: 1000, allowHttpLoopback: false }
type Answer = Partial<FetchedDocument> | Error

/** What a fetch asked for, and what it came to. */
async function fetched(
  location: KeyLocation,
  answers: readonly Answer[],
  known?: Parameters<typeof fetchFrom>[3]["known"],
  mayRetry = true,
): Promise<string> {
  const asked: string[] = []
  const left = [...answers]
  const fetchKeySet = (
    url: string,
    { timeoutMs: _, allowHttpLoopback: _http, ...more }: FetchLimits,
  ): Promise<FetchedDocument> => {
    asked.push(`${url} ${json(more)}`)
    const answer = left.shift() ?? new Error("no more answers")
    if (answer instanceof Error) return Promise.reject(answer)
    return Promise.resolve({ status: 200, headers: {}, body: "{}", ...answer })
  }
  const result = await fetchFrom(location, fetchKeySet, limits, { known, mayRetry }).then(
    ({ body, validators }) => json({ body, validators }),
    (error) => failureText(error),
  )
  return `${asked.join(", ")} → ${result}`
}

function failureText(error: unknown): string {
  if (!(error instanceof FetchFailure)) return `fault ${(error as Error).message}`
  const { kind, mayRetry, retryAfter, facts } = error
  return `${kind} ${json({ mayRetry, retryAfter, facts })}`
}

const coded = (code: unknown, more: object = {}): Error => Object.assign(new Error("e"), { code }, more)
const named = (name: string): Error => Object.assign(new Error("e"), { name })
const at = { jwksUri: "https://a.example/keys" }
const issuer = "https://a.example"
const discovery = { discoveryUrl: `${issuer}/.well-known/openid-configuration`, issuer }
const metadata = (document: unknown): Answer => ({
  body: typeof document === "string" ? document : JSON.stringify(document),
})
const good = metadata({ issuer, jwks_uri: "https://keys.example/jwks" })
const etag = { url: at.jwksUri, headers: { "if-none-match": '"1"' } }

const fetches: readonly (readonly [string, ...Parameters<typeof fetched>])[] = [
  ["a document", at, [{}]],
  ["an entity tag", at, [{ headers: { etag: '"1"', "last-modified": "Tue" } }]],
  ["an entity tag of 256 characters", at, [{ headers: { etag: "x".repeat(256) } }]],
  ["one of 257", at, [{ headers: { etag: "x".repeat(257), "last-modified": "Tue" } }]],
  ["a date of 64 characters", at, [{ headers: { "last-modified": "x".repeat(64) } }]],
  ["one of 65", at, [{ headers: { "last-modified": "x".repeat(65) } }]],
  ["not modified", at, [{ status: 304, headers: { etag: '"2"' } }], etag],
  ["not modified, unasked", at, [{ status: 304 }]],
  ["the validators of another address", at, [{ status: 304 }], { ...etag, url: "https://b.example" }],
  ["1000 characters", at, [{ body: " ".repeat(1000) }]],
  ["1001 characters", at, [{ body: " ".repeat(1001) }]],
  ...[201, 204, 301, 400, 403, 404, 429, 499, 500, 501, 502, 503, 504, 599].map(
    (status) => [`status ${status}`, at, [{ status }, {}]] as const,
  ),
  ...[429, 500, 503].map(
    (status) => [`status ${status}, later`, at, [{ status, headers: { "retry-after": "7" } }, {}]] as const,
  ),
  ["500 twice", at, [{ status: 500 }, { status: 500 }, {}]],
  ["500, and no second attempt", at, [{ status: 500 }, {}], undefined, false],
  ["a network fault", at, [coded("ECONNRESET"), {}]],
  ["a network fault, and no second attempt", at, [coded("ECONNRESET"), {}], undefined, false],
  ["two network faults", at, [coded("ECONNRESET"), coded("ETIMEDOUT")]],
  ["a time-out", at, [named("TimeoutError"), {}]],
  ["a fault of the program", at, [new Error("bug"), {}]],
  ["two faults of the program", at, [new Error("bug"), new Error("bug")]],
  ["a failure of its own", at, [new FetchFailure("too_large"), {}]],
  ["discovery", discovery, [good, {}]],
  ["discovery, with validators", discovery, [good, { status: 304 }], { ...etag, url: "https://keys.example/jwks" }],
  [
    "discovery, a byte order mark",
    discovery,
    [metadata(`\ufeff${JSON.stringify({ issuer, jwks_uri: "https://b.example" })}`), {}],
  ],
  [
    "discovery, two byte order marks",
    discovery,
    [metadata(`\ufeff\ufeff${JSON.stringify({ issuer, jwks_uri: "https://b.example" })}`), {}],
  ],
  ["discovery, a retry for each", discovery, [{ status: 500 }, good, { status: 500 }, {}]],
  ...[
    ...["{", "null", "7", "[]", "{}"],
    ...[
      { issuer: `${issuer}/`, jwks_uri: "https://b.example" },
      { issuer: [issuer], jwks_uri: "https://b.example" },
    ],
    ...[{ issuer }, { issuer, jwks_uri: 7 }, { issuer, jwks_uri: "b" }, { issuer, jwks_uri: "http://b.example" }],
    ...[
      { issuer, jwks_uri: "https://u@b.example" },
      { issuer, jwks_uri: "https://b.example/#f" },
    ],
  ].map((document) => [`discovery, ${json(document)}`, discovery, [metadata(document), {}]] as const),
]

describe("what a fetch of keys asks for, and what it comes to, is what it was", () => {
  it("in the file known-fetches.txt, which `npx vitest run -u` writes anew", async () => {
    const lines: string[] = []
    for (const [name, ...parts] of fetches) lines.push(`${name}: ${await fetched(...parts)}`)
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("known-fetches.txt")
  })
})

const blanks = " ".repeat(300)
/** The text of a set, longer than what is parsed in one go; the list holds so many blanks that the rest is not. */
const padded = (keys: string, more = ""): string =>
  `{"pad":"${"x".repeat(65_300)}"${more},"keys":${keys.replace("[", `[${blanks}`)}}`
/** A set whose text has this length without its members. */
const framed = (length: number): string => `{"a":"${"x".repeat(length - 18)}","keys":[${blanks}]}`
const documents: readonly (readonly [string, string])[] = [
  ...["", "{", "null", "7", "[]", "{}", '{"keys":{}}', '{"keys":null}', '{"keys":[]}', '{"keys":[1,null,{}]}'],
  ...['\ufeff{"keys":[{}]}', '\ufeff\ufeff{"keys":[{}]}', '{"keys":[1],"keys":[2,3]}', '{"Keys":[{}]}'],
  '{"__proto__":{"keys":[{}]}}',
].map((text) => [text, text] as const)
const longDocuments: readonly (readonly [string, string])[] = [
  ...[
    "[]",
    "[ ]",
    "[1]",
    "[1,2]",
    '[{"a":[1,{"keys":[9]}]},"]","\\"]",null]',
    "{}",
    "7",
    "[1",
    "[1,]",
    "[,1]",
    "[1}",
    "[[1]]",
  ],
  ...['["a\\\\",1]', "[1 2]", "null"],
].map((keys) => [`long: ${keys}`, padded(keys)] as const)
const longer: readonly (readonly [string, string])[] = [
  ["long: a first list of another name", padded("[1]", ',"kEys":[7],"a":["keys",[8]],"b":{"keys":[9]}')],
  ["long: two lists, the last counts", padded("[1]", ',"keys":[7,8]')],
  ["long: a list, then a number", padded("7", ',"keys":[7,8]')],
  ["long: the name as a value", padded("[1]", ',"a":"keys","b":[7]')],
  ["long: the name in another spelling", padded("[1]", ',"k\\u0065ys":[7,8]')],
  ["long: text after it", `${padded("[1]")}x`],
  ["long: a list as the whole", `[${" ".repeat(66_000)}{"keys":[1]}]`],
  ["long: blanks before it", `${" ".repeat(66_000)}{"keys":[1,2]}`],
  ["long: a member that is long", padded(`[1,"${"y".repeat(65_534)}",3]`)],
  ["long: a member that is too long", padded(`[1,"${"y".repeat(65_535)}",3]`)],
  ["long: 100 members", padded(`[${Array.from({ length: 100 }, (_, n) => n)}]`)],
  ["long: 101 members", padded(`[${Array.from({ length: 101 }, (_, n) => n)}]`)],
  ["65536 characters without its members", framed(65_536)],
  ["65537 characters without its members", framed(65_537)],
  ["long: an escape at the end of a step", `{"a":"${"x".repeat(65_529)}\\"","keys":[1]}`],
  ["exactly 65536 characters", '{"keys":[1]}'.padEnd(65_536, " ")],
  ["exactly 65537 characters", '{"keys":[1]}'.padEnd(65_537, " ")],
  ["long: another member after it", padded("[1]").replace(/}$/, ',"keyz":[7],"b":{"keys":[8]}}')],
]

function shownMembers(read: { readonly members: readonly unknown[]; readonly count: number }): string {
  return read.members.length > 20 ? `${read.members.length} members of ${read.count}` : json(read)
}

/** What is read of a document, and what is found where it is looked through instead. */
async function readText(text: string): Promise<string> {
  const read = await readMembers(text, new Pace())
  const found =
    read &&
    shownMembers({ ...read, members: read.members.map((member) => (member === undefined ? "(too long)" : member)) })
  const set = new LongSet(text, 100)
  while (!set.scan());
  const { memberTexts, count } = set
  return `${found ?? "no set"}; looked through: ${count} ${json(memberTexts.map((member) => member.trim())).slice(0, 120)} in ${set.frame.length} characters`
}

describe("what is read of each document, and for how long, is what it was", () => {
  it("in the file known-documents.txt, which `npx vitest run -u` writes anew", async () => {
    const lines = ["documents"]
    for (const [name, text] of [...documents, ...longDocuments, ...longer])
      lines.push(`  ${name}: ${await readText(text)}`)

    const headers: readonly { readonly [name: string]: string }[] = [
      ...[
        "max-age=600",
        "public, MAX-AGE=600",
        'max-age="600"',
        "max-age=0",
        "max-age=299",
        "max-age=301",
        "max-age=86401",
      ],
      ...[
        "max-age=99999999999",
        "s-maxage=600",
        "max-age=-1",
        "max-age=",
        "xmax-age=600",
        "no-store",
        "max-age=600, max-age=700",
      ],
    ].map((value) => ({ "cache-control": value }))
    const aged = ["0", "100", "299", "7200", "-1", "1.5", "x", "12345678901"].map((age) => ({
      "cache-control": "max-age=3600",
      age,
    }))
    const short = { ...defaultKeyPolicy, waitAfterSeconds: 1200 }
    lines.push(`fresh for so many milliseconds, waitAfterSeconds ${defaultKeyPolicy.waitAfterSeconds} and 1200`)
    for (const given of [{}, { age: "7" }, ...headers, ...aged])
      lines.push(`  ${json(given)}: ${freshForMs(given, defaultKeyPolicy)}, ${freshForMs(given, short)}`)

    lines.push("Retry-After in milliseconds")
    const date = (seconds: number): string => new Date((nowSeconds + seconds) * 1000).toUTCString()
    const waits = [
      "0",
      "1",
      "60",
      "61",
      "9999999999",
      "99999999999",
      "-1",
      "1.5",
      "",
      "x",
      "7 s",
      date(7),
      date(-7),
      date(600),
    ]
    for (const header of [undefined, ...waits]) lines.push(`  ${header}: ${retryAfterMs(header, nowSeconds * 1000)}`)

    lines.push("addresses: fetched from, with http to loopback allowed, link-local")
    const urls = [
      ...["https://a.example", "http://a.example", "http://localhost:8080/k", "http://127.0.0.1", "http://127.0.0.2"],
      ...[
        "http://[::1]:1",
        "http://localhost.example",
        "https://u@a.example",
        "https://:p@a.example",
        "https://a.example/#f",
      ],
      ...[
        "https://a.example/#",
        "https://a.example/?q",
        "ftp://localhost",
        "file:///k",
        "a.example",
        "",
        "HTTPS://A.example",
      ],
    ]
    for (const url of urls) lines.push(`  ${url}: ${mayFetch(url, false)}, ${mayFetch(url, true)}`)
    const hosts = [
      ...[
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "169.253.255.255",
        "169.255.0.0",
        "127.0.0.1",
        "10.0.0.1",
      ],
      ...[
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[fd00:ec3::254]",
        "[::ffff:169.254.1.1]",
        "[::169.254.1.1]",
      ],
      ...[
        "[64:ff9b::169.254.1.1]",
        "[2002:a9fe::1]",
        "[2002:a9ff::1]",
        "[::ffff:10.0.0.1]",
        "[::1]",
        "fe80::1",
        "a.example",
      ],
      ...["169.254.1", "[169.254.1.1]", ""],
    ]
    for (const host of hosts) lines.push(`  ${host}: ${isLinkLocal(host)}`)

    lines.push("errors")
    const errors: readonly (readonly [string, unknown])[] = [
      ...[
        "ECONNREFUSED",
        "ENOTFOUND",
        "EAI_AGAIN",
        "ERR_SSL_WRONG_VERSION_NUMBER",
        "ERR_TLS_CERT_ALTNAME_INVALID",
        "ERR_HTTP2_ERROR",
      ],
      ...[
        "ERR_HTTP_INVALID_STATUS",
        "ERR_SOCKET_CLOSED",
        "ERR_STREAM_PREMATURE_CLOSE",
        "UND_ERR_SOCKET",
        "HPE_INVALID_VERSION",
      ],
      ...[
        "CERT_HAS_EXPIRED",
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "INVALID_CA",
        "INVALID_PURPOSE",
      ],
      ...[
        "HOSTNAME_MISMATCH",
        "ERR_INVALID_URL",
        "ERR_INVALID_ARG_TYPE",
        "ERR_SSLX",
        "XECONNREFUSED",
        "ECONNREFUSED x",
        "e",
        "",
      ],
      ...["INVALID_CAX", "UND_ERR", "E", "UNABLE_TO_"],
    ].map((code) => [code, coded(code)] as const)
    const others: readonly (readonly [string, unknown])[] = [
      ["in a cause", new Error("e", { cause: coded("ECONNRESET") })],
      ["of a file", coded("ENOENT", { syscall: "open" })],
      ["of a socket", coded("ENOENT", { syscall: "connect" })],
      ["a number", coded(7)],
      ["a time-out", named("TimeoutError")],
      ["an end", named("AbortError")],
      ["none", undefined],
      ["a text", "ECONNRESET"],
    ]
    for (const [name, error] of [...errors, ...others]) {
      const failure = failureOrFault(error)
      lines.push(`  ${name}: ${failure === error ? "a fault" : failureText(failure)}`)
    }
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("known-documents.txt")
  })
})

describe("a set", () => {
  const document = {
    keys: [rsa, { ...rsa, kid: "b" }, p256, rsa, 7, { ...rsa, use: "enc" }, { ...p256, kid: undefined }],
  }
  const set = readKeySet(document, all)
  const kids = (kid: string | undefined, alg: string) => set?.candidates(kid, alg).map(({ key }) => key.kid)

  it("holds each key once, and counts what it skips", () => {
    expect(set?.keys.map(({ kid }) => kid)).toEqual(["r", "b", "e", undefined])
    expect(set?.skipped).toEqual({ not_a_key: 1, use: 1 })
    const keys = Array.from({ length: 102 }, () => rsa)
    expect(readKeySet({ keys }, all)?.skipped).toEqual({ too_many: 2 })
    expect(readKeySet({ keys: keys.slice(0, 100) }, all)?.skipped).toEqual({})
  })

  it("selects by kid and algorithm together", () => {
    expect(kids("r", "RS256")).toEqual(["r"])
    expect(kids("r", "PS512")).toEqual(["r"])
    expect(kids("r", "ES256")).toEqual([])
    expect(kids("else", "RS256")).toEqual([])
    expect(kids(undefined, "RS256")).toEqual(["r", "b"])
    expect(kids(undefined, "ES256")).toEqual(["e", undefined])
    expect(kids(undefined, "EdDSA")).toEqual([])
  })

  it("selects by every thumbprint that is given, and by none if none is", () => {
    const [sha1, sha256] = [Buffer.alloc(20, 1).toString("base64url"), Buffer.alloc(32, 2).toString("base64url")]
    const certified = readKeySet(
      {
        keys: [
          { ...rsa, x5t: sha1, "x5t#S256": sha256 },
          { ...rsa, kid: "b", x5t: sha1 },
        ],
      },
      all,
    )
    const found = (...names: string[]) => certified?.certified(names, "RS256").map(({ key }) => key.kid)
    expect(found("01".repeat(20))).toEqual(["r", "b"])
    expect(found("01".repeat(20), "02".repeat(32))).toEqual(["r"])
    expect(found("02".repeat(20))).toEqual([])
    expect(found()).toEqual([])
    expect(certified?.certified(["01".repeat(20)], "ES256")).toEqual([])
  })
})

describe("an RSA key for RSASSA-PSS (RFC 4055 section 3.1)", () => {
  const key = createPublicKey({ key: rsa, format: "jwk" })

  it.each([256, 384, 512])("names hash, mask and salt length of PS%i", (bits) => {
    const row = algorithms.get(`PS${bits}`) as (typeof all)[number]
    const pss = rsaPssKey(key, row)
    expect(pss.asymmetricKeyType).toBe("rsa-pss")
    expect(pss.asymmetricKeyDetails).toEqual({
      ...{ modulusLength: 2048, publicExponent: 65_537n, hashAlgorithm: `sha${bits}`, mgf1HashAlgorithm: `sha${bits}` },
      saltLength: bits / 8,
    })
  })

  it("is made for no other algorithm", () => {
    for (const name of ["RS256", "EdDSA", "ES256"])
      expect(() => rsaPssKey(key, algorithms.get(name) as (typeof all)[number])).toThrow(
        `${name} is not an RSASSA-PSS algorithm`,
      )
  })
})

describe("SR-100: a set in the place of another", () => {
  const nowMs = nowSeconds * 1000
  const observed: unknown[] = []
  const observer = { keySet: (record: unknown) => void observed.push(record) }
  const next = async (keys: readonly unknown[], held: Held<KeySet> | undefined, graceSeconds = 0, atMs = nowMs) => {
    const document = { body: JSON.stringify({ keys }), headers: {}, validators: undefined }
    const policy = { ...defaultKeyPolicy, graceSeconds }
    const imported = await importKeys(document, all)
    const { value } = acceptKeySet(document, imported, { name: "i", algorithms: all, policy, observer }, held, atMs)
    return value
  }
  const hold = (value: KeySet, fromSnapshot = false): Held<KeySet> => ({
    ...{ value, fetchedAtMs: nowMs, freshForMs: 1000, fromSnapshot },
  })
  const until = ({ keys }: KeySet) => keys.map(({ kid, usableUntilMs }) => [kid, usableUntilMs - nowMs])
  const [one, two] = [rsa, { ...p256, kid: "two" }]

  it("holds no key that has left, without a grace", async () => {
    const before = await next([one, two], undefined)
    const after = await next([two], hold(before), 0, nowMs + 5)
    expect(until(after)).toEqual([["two", Number.POSITIVE_INFINITY]])
    expect(until(before)).toEqual([
      ["r", 5],
      ["two", Number.POSITIVE_INFINITY],
    ])
    expect(after.keys[0]).toBe(before.keys[1])
  })

  it("holds it to the end of the grace, which a later set does not lengthen", async () => {
    const second = await next([two], hold(await next([one, two], undefined)), 60)
    expect(until(second)).toEqual([
      ["two", Number.POSITIVE_INFINITY],
      ["r", 60_000],
    ])
    const third = await next([two], hold(second), 60, nowMs + 59_999)
    expect(until(third)).toEqual([
      ["two", Number.POSITIVE_INFINITY],
      ["r", 60_000],
    ])
    expect(until(await next([two], hold(third), 60, nowMs + 60_000))).toEqual([["two", Number.POSITIVE_INFINITY]])
    expect(until(await next([one, two], hold(third), 60, nowMs + 60_001))).toEqual([
      ["r", Number.POSITIVE_INFINITY],
      ["two", Number.POSITIVE_INFINITY],
    ])
  })

  it("gives no grace to the keys of a snapshot, nor to those of a set that was too old", async () => {
    const before = await next([one], undefined)
    expect(until(await next([two], hold(before, true), 60))).toEqual([["two", Number.POSITIVE_INFINITY]])
    const expired = nowMs + defaultKeyPolicy.expireAfterSeconds * 1000
    expect(until(await next([two], hold(await next([one], undefined)), 60, expired))).toHaveLength(1)
    expect(until(await next([two], hold(await next([one], undefined)), 60, expired - 1))).toHaveLength(2)
  })

  it("SR-099: is never one without a usable key", async () => {
    const before = await next([one], undefined)
    observed.length = 0
    await expect(next([{ ...two, use: "enc" }], hold(before))).rejects.toMatchObject({ kind: "no_usable_key" })
    expect(observed).toEqual([{ issuer: "i", usable: 0, skipped: { use: 1 } }])
    expect(until(before)).toEqual([["r", Number.POSITIVE_INFINITY]])
  })

  it("is the one at hand if it is not modified; what is not said stays", () => {
    const held = hold({ keys: [], skipped: {}, candidates: () => [], certified: () => [] })
    const reading = { name: "i", algorithms: all, policy: defaultKeyPolicy, observer }
    const answer = (headers: { [name: string]: string }, has?: Held<KeySet>) =>
      acceptKeySet({ body: undefined, headers, validators: undefined }, undefined, reading, has, nowMs)
    expect(answer({}, held)).toEqual({ value: held.value, freshForMs: 1000, report: { notModified: true } })
    expect(answer({ "cache-control": "max-age=600" }, held)).toMatchObject({ freshForMs: 600_000 })
    expect(() => answer({})).toThrow(expect.objectContaining({ kind: "status" }))
  })
})
